import Foundation

/// A call as far as an event makes it known: one that ended in a new message, or of which there is a new recording.
public struct AnnouncedCall: Sendable, Hashable {
    public let callID: String
    /// When the call began, as far as is known.
    public let started: Timestamp
    public let caller: String
    public let callee: String
    public let direction: CallDirection
    /// Whole seconds.
    public let seconds: Int
    /// Of them, those that were spoken in.
    public let talkSeconds: Int
    /// The recording's name; nil for a call that ended in a message.
    public let recording: String?
    /// Names the call record.
    public let callRecordID: String

    /// - Parameter zone: of the account: names of call records hold local time.
    /// - Returns: nil for an event that announces no call, and for a message whose mailbox is gone.
    public init?(_ event: Event, zone: TimeZone, _ reader: any StoreReader) throws {
        guard event.isAnnounced else { return nil }
        let facts = event.payload
        func text(_ name: String) -> String { facts[name]?.string ?? "" }
        callID = text("call_id")
        caller = text("caller_number")
        switch event.kind {
        case .messageStored:
            guard let mailbox = try reader.find(Mailbox.self, id: text("mailbox_id")) else { return nil }
            started = Timestamp(unix: facts["timestamp"]?.int ?? event.created.unix)
            callee = mailbox.number
            direction = try reader.direction(ofCallFrom: caller, to: event.accountID)
            seconds = (facts["length_ms"]?.int ?? 0) / 1000
            talkSeconds = seconds
            recording = nil
            callRecordID = CallRecordID.make(id: event.subjectID, started: started, zone: zone)
        case .recordingStored:
            let duration = facts["duration_ms"]?.int ?? 0
            started = Timestamp(unix: facts["started"]?.int ?? event.created.unix)
            callee = text("callee_number")
            direction = CallDirection(rawValue: text("direction")) ?? .within
            seconds = duration / 1000
            talkSeconds = min(duration, facts["audio_ms"]?.int ?? duration) / 1000
            recording = text("name")
            callRecordID = text("call_record_id")
        default: return nil
        }
    }
}

extension CallRecords {
    /// The call that an event announces, and the zone of its account.
    /// - Returns: nil for an event that announces none, and for an account or a mailbox that is gone.
    public func announced(by event: Event) async throws -> (call: AnnouncedCall, zone: TimeZone)? {
        let zones = service.mailboxes
        return try await store.read { reader in
            guard let account = try reader.account(id: event.accountID) else { return nil }
            let zone = zones.timeZone(of: account)
            return try AnnouncedCall(event, zone: zone, reader).map { ($0, zone) }
        }
    }
}
