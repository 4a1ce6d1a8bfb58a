import HTTPFront
import HTTPTypes
import NIOCore
import Voicemail

/// Messages, one and many (K§7).
extension KazooDialect {
    func messages(of box: String, _ call: KazooCall) async throws -> Reply {
        switch call.method {
        case .get: try await listMessages(of: box, call)
        case .put: try await createMessage(in: box, call)
        case .post: try await changeMessages(of: box, call)
        default: try await deleteMessages(of: box, call)
        }
    }

    func message(_ place: MessagePlace, _ call: KazooCall) async throws -> Reply {
        let account = try call.requireAccount()
        switch call.method {
        case .get: return reply(try await service.messages.find(place, in: account), account)
        case .put: return try await attachAudio(place, call)
        case .post: return try await changeMessage(place, call)
        default: return reply(try await service.messages.remove(place, account: account), account)
        }
    }

    func reply(_ message: Message, _ account: Account) -> Reply {
        var reply = Reply.json(.object(MessageView(cutoff: service.mailboxes.cutoff(for: account)).object(message)))
        reply.revision = message.revisionTag
        return reply
    }

    /// `data.folder`, `?folder=` or the envelope's; anything but the three words means saved (K§12-19).
    private func folder(_ call: KazooCall) -> Folder {
        call.text("folder").flatMap(Folder.init) ?? .saved
    }

    private enum Destination {
        case none
        case move(String)
        case copy([String])
    }

    /// One mailbox is a move, a list is a copy (K§7.5).
    private func destination(_ call: KazooCall, allowsEmptyList: Bool) throws(KazooFailure) -> Destination {
        let empty = KazooFailure.invalid(
            "source_id", "required", "empty source_id is specified. please set a single or a list of source_ids.")
        switch call.value("source_id") {
        case nil: return .none
        case .string(let id)?:
            if id.isEmpty { throw empty }
            return .move(id)
        case .array(let items)?:
            let ids = items.compactMap(\.string)
            guard ids.count == items.count, !ids.contains(""), allowsEmptyList || !ids.isEmpty else { throw empty }
            return .copy(ids)
        case let other?: throw .invalid([Violation(["source_id"], .type(["string", "array"]), value: other)])
        }
    }

    private func changeMessage(_ place: MessagePlace, _ call: KazooCall) async throws -> Reply {
        let account = try call.requireAccount()
        let destination = try destination(call, allowsEmptyList: false)
        // Judged before the type of the body is (K§2.2).
        let before = try await service.messages.find(place, in: account)
        try requireEnvelope(call)
        switch destination {
        case .none: return reply(try await service.messages.file(place, in: folder(call), account: account), account)
        case .move(let box): return reply(try await service.messages.move(place, to: box, account: account), account)
        case .copy(let boxes):
            let outcome = try await copy([before.monthID], of: place.mailboxID, to: boxes, account)
            if outcome.failed.contains(where: { $0.reason == .priorToRetention }) {
                throw VoicemailError.expired(id: place.monthID, cutoff: service.mailboxes.cutoff(for: account))
            }
            return .json(MessageView.outcome(outcome))
        }
    }

    private func changeMessages(of box: String, _ call: KazooCall) async throws -> Reply {
        let account = try call.requireAccount()
        try await requireMailbox(box, call)
        let ids = try messageIDs(call)
        let destination = try destination(call, allowsEmptyList: true)
        try requireEnvelope(call)
        let outcome =
            switch destination {
            case .none: try await service.messages.file(ids, of: box, in: folder(call), account: account)
            case .move(let other): try await service.messages.move(ids, of: box, to: other, account: account)
            case .copy(let others) where others.isEmpty: BatchOutcome()
            case .copy(let others): try await copy(ids, of: box, to: others, account)
            }
        return .json(MessageView.outcome(outcome))
    }

    private func copy(_ ids: [String], of box: String, to others: [String], _ account: Account) async throws -> BatchOutcome {
        do {
            return try await service.messages.copy(ids, of: box, to: others, account: account)
        } catch VoicemailError.invalid(let violations) {
            // Where copies go to has another name here.
            throw KazooFailure.invalid(violations.map { Violation(["source_id"], $0.rule, value: $0.value) })
        }
    }

    /// - Throws: `VoicemailError.notFound` for a mailbox that the account does not have.
    func requireMailbox(_ id: String, _ call: KazooCall) async throws {
        if call.mailbox?.id != id { _ = try await service.mailboxes.find(id, of: try call.requireAccount()) }
    }

    /// The ids of a request that must name some (K§2.7, `messages`).
    func messageIDs(_ call: KazooCall) throws(KazooFailure) -> [String] {
        guard let items = call.envelope.data["messages"]?.array, !items.isEmpty else {
            throw .invalid("messages", "required", "No array of message ids are specified")
        }
        return try identifiers(items)
    }

    func identifiers(_ items: [JSON]) throws(KazooFailure) -> [String] {
        let limit = service.limits.maximumBatch
        if items.count > limit { throw .invalid([Violation(["messages"], .maxItems(limit), value: .int(items.count))]) }
        var seen = Set<String>()
        var ids: [String] = []
        for (index, item) in items.enumerated() {
            guard let id = item.string else { throw .invalid([Violation(["messages", String(index)], .type(["string"]), value: item)]) }
            if seen.insert(id).inserted { ids.append(id) }
        }
        return ids
    }
}
