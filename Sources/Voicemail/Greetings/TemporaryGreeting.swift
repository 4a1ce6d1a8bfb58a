/// The greeting that takes the place of the one in force for a while (K§5.1: `media.temporary_unavailable`).
public struct TemporaryGreeting: Sendable, Hashable {
    public let greetingID: String
    /// From then on callers hear the other one again; nil for a while without an end.
    public let end: Timestamp?
}

extension Mailbox {
    private static let temporaryKey = "temporary_unavailable", endKey = "temporary_greeting"

    /// The one that is there at a time.
    public func temporaryGreeting(at now: Timestamp) -> TemporaryGreeting? {
        guard let id = stored.attributes["media"]?[Self.temporaryKey]?.string else { return nil }
        // An end is that of one greeting: where an interface that knows no ends has put another in its place, that one has none.
        let limit = stored.hidden[Self.endKey], end = limit?["id"]?.string == id ? limit?["until"]?.int.map { Timestamp(unix: $0) } : nil
        if let end, end <= now { return nil }
        return TemporaryGreeting(greetingID: id, end: end)
    }

    mutating func setTemporaryGreeting(_ temporary: TemporaryGreeting?) {
        var media = stored.attributes["media"]?.object ?? [:]
        media[Self.temporaryKey] = temporary.map { .string($0.greetingID) }
        stored.attributes["media"] = .object(media)
        stored.hidden[Self.endKey] = temporary?.end.map { ["id": .string(temporary?.greetingID ?? ""), "until": .int($0.unix)] }
    }
}

extension Greetings {
    /// Lets callers of a mailbox hear a greeting for a while; nil ends that.
    /// - Parameter end: when it ends by itself; nil for never.
    /// - Throws: `VoicemailError.notFound` for the name; `.invalid` for an end that has passed.
    @discardableResult
    public func chooseTemporarily(_ fileName: String?, until end: Timestamp?, of mailbox: Mailbox) async throws -> Mailbox {
        try await inTransaction { change in
            var current: Mailbox = try change.writer.require(mailbox.id, in: mailbox.accountID)
            if let end, end <= change.now {
                throw VoicemailError.invalid([Violation(["until"], .other(code: "past", message: "has passed", target: nil, cause: nil))])
            }
            let chosen = try fileName.map { try OpenShelf(.mailbox(current), change.writer).greeting(called: $0).greeting.id }
            current.setTemporaryGreeting(chosen.map { TemporaryGreeting(greetingID: $0, end: end) })
            return try change.writer.save(current, at: change.now)
        }
    }
}
