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
        if let message = event.message {
            guard let mailbox = try reader.find(Mailbox.self, id: message.mailboxID, attributes: MailboxEntry.attributes) else { return nil }
            started = message.timestamp
            caller = message.callerNumber
            callee = mailbox.number
            direction = try reader.directions(ofCallsFrom: [caller], to: event.accountID)[caller] ?? .inbound
            seconds = message.lengthSeconds
            talkSeconds = seconds
            callID = message.callID
            recording = nil
            callRecordID = message.callRecordID(in: zone)
        } else if let stored = event.recording {
            started = stored.started
            caller = stored.callerNumber
            callee = stored.calleeNumber
            direction = stored.direction
            seconds = stored.durationMilliseconds / 1000
            talkSeconds = min(stored.durationMilliseconds, stored.soundMilliseconds) / 1000
            callID = stored.callID
            recording = stored.name
            callRecordID = stored.callRecordID
        } else {
            return nil
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
