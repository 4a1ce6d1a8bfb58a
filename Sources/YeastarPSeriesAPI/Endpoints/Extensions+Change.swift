import HTTPFront
import Voicemail

/// Making, changing and removing extensions (contract §9.4).
extension PSeriesDialect {
    func createExtension(_ call: PSeriesCall) async throws -> PSeriesAnswer {
        let number = try call.parameters.requireNumber("number")
        let request = try ExtensionRequest(call.parameters, of: nil)
        // A greeting cannot be there before its extension.
        if case .some(.some(_)) = request.greeting { throw PSeriesFailure.notFound }
        var attributes: JSONObject = ["name": .string(number), "require_pin": true]
        attributes.merge(request.attributes) { $1 }
        try await refuseDuplicates(request, of: nil, verb: "create", call)
        let draft = attributes
        let mailbox = try await translated { try await service.createMailbox(draft, id: nil, in: call.account) }
        return .fields(["id": .int(mailbox.serial)])
    }

    func updateExtension(_ call: PSeriesCall) async throws -> PSeriesAnswer {
        let owned = try await service.personalMailbox(serial: try call.parameters.requireInteger("id"), of: call.account)
        let mailbox = owned.mailbox
        let request = try ExtensionRequest(call.parameters, of: mailbox)
        var attributes = request.attributes
        if let greeting = request.greeting {
            var id = JSON.null
            if let name = greeting { id = .string(try await service.greeting(name, on: .mailbox(mailbox)).document.id) }
            attributes["media"] = ["unavailable": id]
        }
        try await refuseDuplicates(request, of: mailbox, verb: "update", call)
        let patch = attributes
        if !patch.isEmpty { _ = try await translated { try await service.changeMailbox(mailbox.id, .patch(patch), in: call.account) } }
        return .success
    }

    func deleteExtension(_ call: PSeriesCall) async throws -> PSeriesAnswer {
        let owned = try await service.personalMailbox(serial: try call.parameters.requireInteger("id"), of: call.account)
        _ = try await service.removeMailbox(owned.mailbox.id, in: call.account)
        return .success
    }

    /// Numbers and addresses belong to one extension each (the third published error).
    private func refuseDuplicates(_ request: ExtensionRequest, of mailbox: Document?, verb: String, _ call: PSeriesCall) async throws {
        var duplicates: [JSON] = []
        if let number = request.attributes["mailbox"]?.string, let holder = try await service.mailbox(number: number, of: call.account),
            holder.id != mailbox?.id
        {
            let kind = holder.group == nil ? BoxKind.extension : .group
            duplicates.append(PSeriesFailure.duplicateField("number", number, source: kind.module, name: holder.number))
        }
        if let address = request.emailAddress, mailbox?.notificationAddresses.first != address {
            let wanted = address.lowercased(), own = mailbox?.id
            let holders = try await service.collectPersonal(of: call.account) { owned in
                owned.mailbox.id != own && owned.mailAddress.lowercased() == wanted ? owned.mailbox.number : nil
            }
            duplicates += holders.map { PSeriesFailure.duplicateField("email_addr", address, source: BoxKind.extension.module, name: $0) }
        }
        guard duplicates.isEmpty else { throw PSeriesFailure.duplicates(duplicates, "Extension \(verb) fail for duplicate fields") }
    }

    /// Runs a change of a mailbox and words what it breaks by the fields of this interface.
    private func translated(_ change: () async throws -> Document) async throws -> Document {
        do {
            return try await change()
        } catch VoicemailError.invalid(let violations) {
            throw VoicemailError.invalid(violations.map { violation in
                switch violation.path.first {
                case "mailbox"?: Violation(["number"], violation.rule, value: violation.value)
                case "name"?: Violation(["first_name"], violation.rule, value: violation.value)
                case "notify_email_addresses"?: Violation(["email_addr"], violation.rule, value: violation.value)
                // Not even a PIN that is refused is shown.
                case "pin"?: Violation(["vm_pin"], violation.rule)
                default: violation
                }
            })
        }
    }
}
