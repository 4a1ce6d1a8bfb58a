import HTTPFront
import Voicemail

/// The messages of boxes (P§7.1 to P§7.7).
extension PSeriesDialect {
    func getMessages(_ call: PSeriesCall) async throws -> PSeriesAnswer {
        let number = try call.parameters.requireNumber("number")
        let paging = try Paging(call.parameters)
        guard let page = try await page(ofNumber: number, paging, call) else { throw PSeriesFailure.notFound }
        return .list("data", behind: ["total_number": .int(page.total)]) { try await page.write(to: $0) }
    }

    /// Boxes nobody has are left out; with none left there is nothing to show (P§7.2).
    func queryMessages(_ call: PSeriesCall) async throws -> PSeriesAnswer {
        // With a blank for a plus sign: clients that encode as forms do write one behind each comma so.
        let numbers = try call.parameters.requireText("number").pieces
        if numbers.isEmpty { throw PSeriesFailure.required("number") }
        let paging = try Paging(call.parameters)
        let choice = MailboxChoice.numbers(numbers) { $0.holdsMessages }
        let boxes = try await service.messages.positioned(of: choice, in: call.account, offset: paging.offset, limit: paging.limit)
        guard boxes.total > 0 else { throw PSeriesFailure.notFound }
        return .list("voicemail_list", isPartial: boxes.total < boxes.asked) { writer in
            try await boxes.forEach { box in
                let page = page(of: box, call)
                let fields: JSONObject = ["number": .string(page.mailbox.number), "total_number": .int(page.total)]
                try await writer.write(fields, list: "data") { try await page.write(to: $0) }
            }
        }
    }

    func downloadMessage(_ call: PSeriesCall) async throws -> PSeriesAnswer {
        let message = try await service.messages.find(try messageKey(call, ["msg_id", "id"]), of: call.account)
        // What no decoder accepts cannot be sent as WAV either.
        guard let audio = message.audio, try await service.messages.audioFacts(of: [message])[audio.blobID] != nil else { throw PSeriesFailure.notFound }
        let link = try await link(to: .message(id: message.id), kind: .message, fileExtension: Rendition.telephone.container.rawValue, isOpen: false, call)
        return .fields(["file": .string(link.name), "download_resource_url": .string(link.url)])
    }

    /// A message that only says that there is one (P§7.4).
    func createMessage(_ call: PSeriesCall) async throws -> PSeriesAnswer {
        let from = try call.parameters.requireNumber("vm_from_number"), to = try call.parameters.requireNumber("vm_to_number")
        for (field, number) in [("vm_from_number", from), ("vm_to_number", to)] where number.unicodeScalars.count > Self.longestNumber {
            throw PSeriesFailure.invalid(field, .string(number))
        }
        let mailbox = try await box(to, .extension, of: call.account)
        let caller = try await service.mailboxes.find(number: from, of: call.account)
        let draft = MessageDraft(callerName: caller?.name ?? "", callerNumber: from, lengthMilliseconds: 0)
        let message = try await service.messages.deposit(draft, mailboxID: mailbox.id, in: call.account, from: .client())
        return .fields(["id": .string(MessageID.text(message))])
    }

    private static let longestNumber = 35

    func updateMessage(_ call: PSeriesCall) async throws -> PSeriesAnswer {
        if try call.parameters.text("id") == nil, try call.parameters.text("uid") == nil { throw PSeriesFailure.required("id") }
        let status = try call.parameters.requireText("vm_status")
        guard status == "1" else { throw PSeriesFailure.invalid("vm_status", call.parameters.value("vm_status")) }
        try await service.messages.markRead(try messageKey(call, ["id"]), of: call.account)
        return .success
    }

    func deleteMessage(_ call: PSeriesCall) async throws -> PSeriesAnswer {
        let id = try call.parameters.requireText("id")
        guard let key = MessageID.key(id) else { throw PSeriesFailure.notFound }
        try await service.messages.remove(key, of: call.account)
        return .success
    }

    func deleteExtensionMessages(_ call: PSeriesCall) async throws -> PSeriesAnswer {
        let mailbox = try await box(try call.parameters.requireNumber("vm_to_number"), .extension, of: call.account)
        try await service.messages.removeVisible(of: mailbox.id)
        return .success
    }

    // MARK: What they share

    /// What a page shows, written item by item: in a large group each has the states of many members.
    private struct Page: Sendable {
        let found: PositionedMailbox
        let view: MessageView

        var mailbox: Mailbox { found.mailbox }
        var total: Int { found.page.total }

        func write(to writer: ItemWriter) async throws {
            for item in found.page.items { try await writer.write(view.object(item, found.facts)) }
        }
    }

    /// A page of the box of a number, if messages lie in it.
    private func page(ofNumber number: String, _ paging: Paging, _ call: PSeriesCall) async throws -> Page? {
        let found = try await service.messages.positioned(ofNumber: number, in: call.account, offset: paging.offset, limit: paging.limit)
        guard let found else { return nil }
        return page(of: found, call)
    }

    private func page(of found: PositionedMailbox, _ call: PSeriesCall) -> Page {
        Page(found: found, view: MessageView(zone: call.zone, format: settings.displayFormat, members: found.members))
    }

    /// The message that one of `names`, or else `uid`, tells.
    private func messageKey(_ call: PSeriesCall, _ names: [String]) throws -> MessageKey {
        for name in names {
            guard let id = try call.parameters.text(name) else { continue }
            guard let key = MessageID.key(id) else { throw PSeriesFailure.notFound }
            return key
        }
        guard let uid = try call.parameters.text("uid") else { throw PSeriesFailure.required(names[0]) }
        return .callRecord(uid)
    }
}
