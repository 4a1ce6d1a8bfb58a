import HTTPFront
import HTTPTypes
import NIOCore
import Voicemail

/// Mailboxes (K§5).
extension KazooDialect {
    func boxes(_ call: KazooCall, ownerID: String?) async throws -> Reply {
        let account = try call.requireAccount()
        let filter = try DocumentFilter(call)
        return try await list(call, attributes: filter.attributes(BoxView.shown)) { range in
            try await service.mailboxes.summaries(of: account, ownerID: ownerID, range) { box in
                filter.pass(box, service.mailboxes.published) ? BoxView.row(box) : nil
            } item: { row, count in
                BoxView.counted(row, count)
            }
        }
    }

    func createBox(_ call: KazooCall) async throws -> Reply {
        let account = try call.requireAccount()
        let request = BoxRequest(call.envelope.data)
        if !call.contentType.isEnvelope {
            try await service.mailboxes.validate(request.attributes, id: nil, in: account)
            throw KazooFailure.unsupportedMediaType
        }
        let box = try await service.mailboxes.create(request.attributes, id: call.chosenID, in: account)
        return shown(box, request).created(at: "/v2/accounts/\(account.id)/vmboxes/\(box.id)")
    }

    func box(_ id: String, _ call: KazooCall) async throws -> Reply {
        let account = try call.requireAccount()
        switch call.method {
        case .get:
            let box = try await service.mailboxes.find(id, of: account)
            return .document(box, service.mailboxes.published(box))
        case .delete:
            let box = try await service.mailboxes.remove(id, in: account, physically: call.flag("should_soft_delete") == false)
            return .document(box, service.mailboxes.published(box).markedDeleted)
        case .post, .patch:
            let request = BoxRequest(call.envelope.data)
            let change = call.method == .post ? AttributeChange.replace(request.attributes) : .patch(request.attributes)
            if !call.contentType.isEnvelope {
                let before = try await service.mailboxes.find(id, of: account)
                try await service.mailboxes.validate(change, of: before, in: account)
                throw KazooFailure.unsupportedMediaType
            }
            return shown(try await service.mailboxes.change(id, change, in: account), request)
        default: throw KazooFailure.wrongMethod
        }
    }

    private func shown(_ box: Mailbox, _ request: BoxRequest) -> Reply {
        var reply = Reply.document(box, service.mailboxes.published(box))
        if request.replacedOldAddress {
            reply.headers[.warning] = "214 Transformation applied: attribute notify_email_address replaced"
        }
        return reply
    }
}

/// A mailbox as clients of several ages write it, brought to the current form.
struct BoxRequest {
    private(set) var attributes: JSONObject
    /// Whether the old key for mail addresses was used; answers then carry a warning (K§5.1, K§12-36).
    private(set) var replacedOldAddress = false

    init(_ data: JSONObject) {
        attributes = data
        // A count in listings, an array before 4.0: never a setting.
        attributes.removeValue(forKey: "messages")
        if let old = attributes.removeValue(forKey: "notify_email_address"), attributes["notify_email_addresses"] == nil {
            attributes["notify_email_addresses"] = old.array == nil ? .array([old]) : old
            replacedOldAddress = true
        }
        if let format = attributes["media_extension"]?.string, format.hasPrefix(".") {
            attributes["media_extension"] = .string(String(format.dropFirst()))
        }
    }
}

extension OrderedDictionary where Key == String, Value == JSON {
    /// What a DELETE answers (K§12-14).
    var markedDeleted: JSONObject {
        var object = self
        object["_read_only"] = ["deleted": true]
        return object
    }
}

enum BoxView {
    static let shown: Set<String> = ["mailbox", "flags"]

    /// A row of the list of mailboxes (K§5.2), but for its counts. As text: it is held until the page is counted, and labels may be many.
    static func row(_ box: Mailbox) -> ByteBuffer {
        var row: JSONObject = ["id": .string(box.id), "name": .string(box.name), "mailbox": .string(box.number)]
        row["owner_id"] = box.ownerID.map { .string($0) }
        row["flags"] = box.flags
        return JSON.object(row).encode()
    }

    /// The row with its counts behind what it has.
    static func counted(_ row: ByteBuffer, _ count: MailboxCount) -> ByteBuffer {
        var counts: JSONObject = ["messages": .int(count.tally.total)]
        if count.hasMessages { counts["folders"] = ["new": .int(count.tally.new), "saved": .int(count.tally.saved)] }
        var text = row
        text.moveWriterIndex(to: text.writerIndex - 1)
        text.writeStaticString(",")
        text.writeImmutableBuffer(JSON.object(counts).encode().dropping(1))
        return text
    }
}

extension ByteBuffer {
    /// Without its first bytes.
    fileprivate func dropping(_ count: Int) -> ByteBuffer {
        var rest = self
        rest.moveReaderIndex(forwardBy: count)
        return rest
    }
}
