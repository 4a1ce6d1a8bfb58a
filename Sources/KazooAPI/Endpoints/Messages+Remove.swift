import HTTPFront
import NIOCore
import Voicemail

/// Removing many messages (K§7.7).
extension KazooDialect {
    /// The messages named, else those of a folder, else all of the mailbox. What a request says and this cannot follow is
    /// refused: reading past it would remove more than was meant (K§12-20).
    func deleteMessages(of box: String, _ call: KazooCall) async throws -> Reply {
        let account = try call.requireAccount()
        try await requireReadable(call)
        if let named = call.envelope.data["messages"] {
            guard let items = named.array else { throw KazooFailure.invalid([Violation(["messages"], .type(["array"]), value: named)]) }
            return .json(MessageView.outcome(try await service.messages.remove(try identifiers(items), of: box, account: account)))
        }
        try requireSelection(call)
        let folder = try knownFolder(call)
        // Bounds that are not given stay open: expired messages are reported, not passed over.
        let isBounded = call.value("created_from") != nil || call.value("created_to") != nil
        let window = isBounded ? try Window(call, account: account, service: service) : nil
        let modified = try DocumentFilter.range("modified", call)
        let view = MessageView(cutoff: service.mailboxes.cutoff(for: account))
        let filters = Filters(call.request.query)
        let outcome = try await service.messages.removeAll(of: box, in: folder, from: window?.from, to: window?.to, account: account) { message in
            modified?.contains(message.modified.unix) != false && (filters.isEmpty || filters.pass(view.object(message)))
        }
        return .json(MessageView.outcome(outcome))
    }

    private func knownFolder(_ call: KazooCall) throws(KazooFailure) -> Folder? {
        guard let word = call.value("folder") else { return nil }
        guard let known = word.string.flatMap(Folder.init) else {
            throw .invalid([Violation(["folder"], .enumeration(Folder.allCases.map(\.rawValue)), value: word)])
        }
        return known
    }

    /// A body of a type that is no envelope was not read, whatever it selects.
    private func requireReadable(_ call: KazooCall) async throws {
        guard !call.contentType.isEnvelope else { return }
        do {
            for try await chunk in call.request.body where chunk.readableBytes > 0 { throw KazooFailure.unsupportedMediaType }
        } catch is BodyError {
            throw KazooFailure.unsupportedMediaType
        }
    }

    /// A payload that selects nothing this knows (a bare list, `messages[]` of a form, ids beside `data` or in the query)
    /// is a selection that was meant otherwise.
    private func requireSelection(_ call: KazooCall) throws(KazooFailure) {
        if let list = call.envelope.list { throw .invalid([Violation(["data"], .type(["object"]), value: .array(list))]) }
        let meansMessages = call.envelope.top["messages"] != nil || call.request.query.items.contains { $0.name.hasPrefix("messages") }
        let isForeign = call.envelope.data["folder"] == nil && call.envelope.data.keys.contains { !Self.selectionless.contains($0) }
        if meansMessages || isForeign { throw .invalid("messages", "required", "No array of message ids are specified") }
    }

    /// Keys of a payload that may stand there without selecting, or that narrow the selection (K§2.3, K§2.8, K§2.11, K§3.1).
    private static let selectionless: Set<String> = [
        "auth_token", "authorization", "verb", "accept_charges", "ui_metadata", "created_from", "created_to", "modified_from", "modified_to",
    ]
}
