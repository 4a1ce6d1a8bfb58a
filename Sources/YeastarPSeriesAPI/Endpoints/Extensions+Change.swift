import HTTPFront
import Voicemail

/// Making, changing and removing extensions (P§9.4).
extension PSeriesDialect {
    func createExtension(_ call: PSeriesCall) async throws -> PSeriesAnswer {
        let number = try call.parameters.requireNumber("number")
        let request = try ExtensionRequest(call.parameters, isChange: false)
        // A greeting cannot be there before its extension.
        if case .some(.some(_)) = request.greeting { throw PSeriesFailure.notFound }
        var settings = request.settings(of: nil)
        settings.name = settings.name ?? number
        settings.requiresPIN = settings.requiresPIN ?? true
        let draft = settings
        let claim = try await claim(request, of: nil, call)
        let mailbox = try await translated(request, verb: "create") {
            try await service.mailboxes.create(draft, claim: claim, in: call.account)
        }
        return .fields(["id": .int(mailbox.serial)])
    }

    func updateExtension(_ call: PSeriesCall) async throws -> PSeriesAnswer {
        let id = try call.parameters.requireInteger("id")
        // Whatever is wrong by itself is said before anything is looked for.
        var request = try ExtensionRequest(call.parameters, isChange: true)
        let mailbox = try await service.mailboxes.personal(serial: id, of: call.account).mailbox
        if let greeting = request.greeting {
            var id: String?
            if let name = greeting { id = try await service.greetings.find(name, on: .mailbox(mailbox)).greeting.id }
            request.choose(id)
        }
        let change = request
        if !change.settings(of: mailbox).isEmpty {
            let claim = try await claim(change, of: mailbox, call)
            _ = try await translated(change, verb: "update") {
                try await service.mailboxes.change(mailbox.id, claim: claim, in: call.account) { change.settings(of: $0) }
            }
        }
        return .success
    }

    func deleteExtension(_ call: PSeriesCall) async throws -> PSeriesAnswer {
        let owned = try await service.mailboxes.personal(serial: try call.parameters.requireInteger("id"), of: call.account)
        _ = try await service.mailboxes.remove(owned.mailbox.id, in: call.account)
        return .success
    }

    /// Numbers and addresses belong to one extension each.
    private func claim(_ request: ExtensionRequest, of mailbox: Mailbox?, _ call: PSeriesCall) async throws -> MailboxClaim {
        let address = request.mailAddress.flatMap { mailbox?.notificationAddresses.first == $0 ? nil : $0 }
        return try await service.mailboxes.claim(number: request.number, mailAddress: address, for: mailbox, in: call.account)
    }

    /// What is taken already, by what (the third published error).
    private static func duplicates(_ clash: MailboxClaim.Clash, _ request: ExtensionRequest, verb: String) -> PSeriesFailure {
        var items: [JSON] = []
        if let holder = clash.numberHolder {
            let kind = holder.group == nil ? BoxKind.extension : .group
            items.append(PSeriesFailure.duplicateField("number", request.number ?? "", source: kind.module, name: holder.number))
        }
        items += clash.addressHolders.map {
            PSeriesFailure.duplicateField("email_addr", request.mailAddress ?? "", source: BoxKind.extension.module, name: $0.number)
        }
        return PSeriesFailure.duplicates(items, "Extension \(verb) fail for duplicate fields")
    }

    /// Runs a change of a mailbox and words what it breaks by the fields of this interface.
    private func translated(_ request: ExtensionRequest, verb: String, _ change: () async throws -> Mailbox) async throws -> Mailbox {
        do {
            return try await change()
        } catch let clash as MailboxClaim.Clash {
            throw Self.duplicates(clash, request, verb: verb)
        } catch VoicemailError.invalid(let violations) {
            throw VoicemailError.invalid(
                violations.map { violation in
                    switch violation.setting {
                    case .number?: Violation(["number"], violation.rule, value: violation.value)
                    case .name?: Violation(["first_name"], violation.rule, value: violation.value)
                    case .notificationAddresses?: Violation(["email_addr"], violation.rule, value: violation.value)
                    // Not even a PIN that is refused is shown.
                    case .pin?: Violation(["vm_pin"], violation.rule)
                    default: violation
                    }
                })
        }
    }
}
