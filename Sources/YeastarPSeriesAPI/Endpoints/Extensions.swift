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

    /// What a list needs to know of an extension to put it in its place.
    private struct Place: Sendable {
        let id: String
        let value: SortValue
        let serial: Int
    }

    /// - Parameter keywords: of which number, name, e-mail or mobile number must contain one; none for all.
    func listExtensions(_ call: PSeriesCall, keywords: [String]) async throws -> PSeriesAnswer {
        let paging = try Paging(call.parameters)
        let sorting = try Sorting(call.parameters, standard: ExtensionKey.id)
        let keywords = keywords.map { $0.lowercased() }
        // The usual order asks nothing of an extension but its serial.
        if keywords.isEmpty, sorting.key == .id {
            let ids = try await service.mailboxes.personalIDs(of: call.account)
            return list(paging, sorting.ascending ? ids : ids.reversed(), call)
        }
        let places = try await service.mailboxes.collectPersonal(of: call.account) { owned -> Place? in
            let view = ExtensionView(owned: owned), mailbox = owned.mailbox
            if !keywords.isEmpty {
                let texts = [mailbox.number, mailbox.name, owned.mailAddress, view.mobile].map { $0.lowercased() }
                guard keywords.contains(where: { keyword in texts.contains { $0.contains(keyword) } }) else { return nil }
            }
            let value: SortValue =
                switch sorting.key {
                case .id: .number(mailbox.serial)
                case .number: .numeral(mailbox.number)
                case .name: .text(mailbox.name)
                case .email: .text(owned.mailAddress)
                case .mobile: .text(view.mobile)
                case .presence: .text(view.presence)
                }
            return Place(id: mailbox.id, value: value, serial: mailbox.serial)
        }
        let sorted = sorting.sort(places.sorted { $0.serial < $1.serial }) { place, _ in place.value }
        return list(paging, sorted.map(\.id), call)
    }

    /// A page of extensions.
    private func list(_ paging: Paging, _ ids: [String], _ call: PSeriesCall) -> PSeriesAnswer {
        let page = Array(paging.slice(ids))
        return .list("data", behind: ["total_number": .int(ids.count)]) { writer in
            for slice in page.slices(of: Self.extensionsTogether) {
                let items = try await service.mailboxes.owned(slice, of: call.account) { ExtensionView(owned: $0).listed }
                for item in items { try await writer.write(item) }
            }
        }
    }

    func getExtension(_ call: PSeriesCall) async throws -> PSeriesAnswer {
        let details = try await service.mailboxes.personalDetails(serial: try call.parameters.requireInteger("id"), of: call.account)
        return .fields(["data": ExtensionView(owned: details.owned).detailed(details)])
    }

    /// By ids; numbers do as well, because a client sends them (P§9.2). What nobody has is left out.
    func queryExtensions(_ call: PSeriesCall) async throws -> PSeriesAnswer {
        var found: [String] = []
        var asked = 0
        if let ids = try call.parameters.integers("ids"), !ids.isEmpty {
            let mailboxes = try await service.mailboxes.personalMailboxes(serials: ids, of: call.account)
            asked = mailboxes.count
            found = mailboxes.compactMap { $0?.id }
        } else if let numbers = try call.parameters.text("number") {
            let listed = numbers.pieces
            if listed.isEmpty { throw PSeriesFailure.required("ids") }
            let mailboxes = try await service.mailboxes.list(numbers: listed, of: call.account, where: BoxKind.extension.fits)
            asked = mailboxes.count
            found = mailboxes.compactMap { $0?.id }
        } else {
            throw PSeriesFailure.required("ids")
        }
        if found.isEmpty { throw PSeriesFailure.notFound }
        let all = found
        return .list("data", isPartial: all.count < asked) { writer in
            for slice in all.slices(of: Self.extensionsTogether) {
                let items = try await service.mailboxes.details(slice, of: call.account) { ExtensionView(owned: $0.owned).detailed($0) }
                for item in items { try await writer.write(item) }
            }
        }
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
