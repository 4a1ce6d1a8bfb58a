import HTTPFront
import Voicemail

/// Extensions as far as boxes go (P§9.1, P§9.2).
extension PSeriesDialect {
    private enum ExtensionKey: String, CaseIterable {
        case id, number
        case name = "caller_id_name"
        case email = "email_addr"
        case mobile = "mobile_number"
        case presence = "presence_status"
    }

    /// Extensions that are read in one go.
    private static let extensionsTogether = 50

    /// - Parameter keywords: of which number, name, e-mail or mobile number must contain one; none for all.
    func listExtensions(_ call: PSeriesCall, keywords: [String]) async throws -> PSeriesAnswer {
        let paging = try Paging(call.parameters)
        let sorting = try Sorting(call.parameters, standard: ExtensionKey.id)
        let choice = Self.choice(keywords.map { $0.lowercased() }, sorting)
        let list = try await service.mailboxes.list(choice, of: call.account, paging.window(together: Self.extensionsTogether)) {
            ExtensionView(owned: $0).listed
        }
        return .list("data", behind: ["total_number": .int(list.total)]) { writer in try await list.forEach { try await writer.write($0) } }
    }

    private static func choice(_ keywords: [String], _ sorting: Sorting<ExtensionKey>) -> MailboxChoice {
        // The usual order asks nothing of an extension but its serial.
        if keywords.isEmpty, sorting.key == .id { return .personsBySerial(ascending: sorting.ascending) }
        return .persons(ascending: sorting.ascending) { owned -> SortValue? in
            let view = ExtensionView(owned: owned), mailbox = owned.mailbox
            if !keywords.isEmpty {
                let texts = [mailbox.number, mailbox.name, owned.mailAddress, view.mobile].map { $0.lowercased() }
                guard keywords.contains(where: { keyword in texts.contains { $0.contains(keyword) } }) else { return nil }
            }
            return switch sorting.key {
            case .id: .number(mailbox.serial)
            case .number: .numeral(mailbox.number)
            case .name: .text(mailbox.name)
            case .email: .text(owned.mailAddress)
            case .mobile: .text(view.mobile)
            case .presence: .text(view.presence)
            }
        }
    }

    func getExtension(_ call: PSeriesCall) async throws -> PSeriesAnswer {
        let details = try await service.mailboxes.personalDetails(serial: try call.parameters.requireInteger("id"), of: call.account)
        return .fields(["data": ExtensionView(owned: details.owned).detailed(details)])
    }

    /// By ids; numbers do as well, because a client sends them (P§9.2). What nobody has is left out.
    func queryExtensions(_ call: PSeriesCall) async throws -> PSeriesAnswer {
        let list = try await service.mailboxes.listDetails(
            try queriedChoice(call.parameters), of: call.account, ListWindow(together: Self.extensionsTogether)
        ) { ExtensionView(owned: $0.owned).detailed($0) }
        guard list.total > 0 else { throw PSeriesFailure.notFound }
        return .list("data", isPartial: list.total < list.asked) { writer in try await list.forEach { try await writer.write($0) } }
    }

    private func queriedChoice(_ parameters: PSeriesParameters) throws(PSeriesFailure) -> MailboxChoice {
        if let ids = try parameters.integers("ids"), !ids.isEmpty { return .serials(ids) }
        guard let numbers = try parameters.text("number")?.pieces, !numbers.isEmpty else { throw PSeriesFailure.required("ids") }
        return .numbers(numbers, where: BoxKind.extension.fits)
    }

    /// The PIN of the mailbox. There is no registration password, as no telephone registers here (P§9.3).
    func getPassword(_ call: PSeriesCall) async throws -> PSeriesAnswer {
        let id = try call.parameters.requireInteger("id")
        let type = try call.parameters.requireText("type")
        guard type == "vm_pin" || type == "reg_password" else { throw PSeriesFailure.invalid("type", .string(type)) }
        let owned = try await service.mailboxes.personal(serial: id, of: call.account)
        guard type == "vm_pin", let pin = service.mailboxes.pin(of: owned.mailbox) else { throw PSeriesFailure.notFound }
        return .fields(["password": .string(ExtensionView.encoded(pin.text))])
    }
}
