import HTTPFront
import HTTPTypes
import NIOCore
import Voicemail

/// What an endpoint answers, before it is wrapped.
struct Reply: Sendable {
    enum Payload: Sendable {
        case json(JSON)
        /// Text that is JSON already.
        case encoded(ByteBuffer)
        /// An array too long to hold, written element by element by the closure; each call writes one piece that
        /// begins with a comma unless it is the first.
        case rows(@Sendable (ChunkWriter) async throws -> Void)
        case none
        /// Not an envelope at all: audio or a ZIP.
        case raw(FrontResponse)
    }

    var payload: Payload
    var status = HTTPResponse.Status.ok
    /// Of the document answered; opaque.
    var revision: String?
    var location: String?
    var page: Page?
    /// A token made by this call.
    var token: String?
    var headers: HTTPFields = [:]

    /// The bookkeeping of a paginated list (K§2.10).
    struct Page: Sendable {
        let size: Int
        let start: String?
        let next: String?
    }

    init(_ payload: Payload) { self.payload = payload }

    static func json(_ value: JSON) -> Reply { Reply(.json(value)) }

    /// An account, a user, a mailbox, a greeting or a webhook.
    static func document(_ noun: some Noun, _ shown: JSONObject? = nil) -> Reply {
        var reply = Reply(.json(.object(shown ?? noun.published)))
        reply.revision = noun.revisionTag
        return reply
    }

    /// What a PUT made: 201, with the path of the new thing.
    func created(at path: String? = nil) -> Reply {
        var reply = self
        reply.status = .created
        reply.location = path
        return reply
    }
}

extension Noun {
    /// Changes with every write.
    var revisionTag: String { "\(revision)-\(id)" }
}

extension Message {
    var revisionTag: String { "\(revision)-\(id)" }
}
