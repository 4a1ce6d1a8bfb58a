import Foundation
import Logging

/// A recording that is to be stored, as its recorder describes it. What is nil is measured or made up.
public struct RecordingDraft: Sendable {
    public var callerNumber: String
    public var callerName: String
    public var calleeNumber: String
    public var calleeName: String
    public var direction: CallDirection
    /// When the call began; where that is nil, `recorded` serves, else the time before `ended` or now that the audio takes.
    public var started: Timestamp?
    /// When recording began; where that is nil, `started` serves.
    public var recorded: Timestamp?
    public var callID: String?
    /// The length of the call; where that is nil, the audio's.
    public var durationMilliseconds: Int?
    /// The recorder's file name. It is kept in any case, and becomes the recording's name if clients can take it apart (`RecordingName`).
    public var source: String?
    /// When recording ended; used where no other time is known.
    public var ended: Timestamp?
    /// Whether the recorder uses a file name again for other calls. Where it does not, the same name with other bytes is a conflict.
    public var reusesSource = false

    public init(
        callerNumber: String, callerName: String = "", calleeNumber: String, calleeName: String = "", direction: CallDirection = .within,
        started: Timestamp? = nil, recorded: Timestamp? = nil, callID: String? = nil, durationMilliseconds: Int? = nil, source: String? = nil
    ) {
        self.callerNumber = callerNumber
        self.callerName = callerName
        self.calleeNumber = calleeNumber
        self.calleeName = calleeName
        self.direction = direction
        self.started = started
        self.recorded = recorded
        self.callID = callID
        self.durationMilliseconds = durationMilliseconds
        self.source = source
    }
}

/// A recording, and whether this request has stored it.
public struct StoredRecording: Sendable {
    public let recording: Recording
    public let isNew: Bool
}

extension Recordings {
    /// Characters of a number, a name or a call id.
    public static let longestCallFact = 255

    /// As `take`, for callers who need not know whether the recording is new.
    public func add(_ draft: RecordingDraft, audio: ReceivedAudio, in account: Account) async throws -> Recording {
        try await take(draft, audio: audio, in: account).recording
    }

    /// Stores a recording, which is durable once this returns. A file that is sent again, with the same source and the same bytes, is the
    /// recording that it became the first time.
    /// - Throws: `VoicemailError.conflict` for a source that is stored with other bytes, `.invalid` for a text that is too long or a time that cannot
    ///   be, `.unplayable`. The audio is dropped then.
    public func take(_ draft: RecordingDraft, audio: ReceivedAudio, in account: Account) async throws -> StoredRecording {
        let zone = service.mailboxes.timeZone(of: account)
        let outcome = try await service.dropping(audio) {
            guard audio.record.container != nil else { throw VoicemailError.unplayable }
            try Self.judge(draft)
            return try await inTransaction(of: account) { try RecordingArrival(draft, audio, zone, $0).store() }
        }
        if !outcome.isNew { try await archive.remove(audio.record.blob.id) }
        if outcome.isNew, draft.callerNumber.isEmpty, draft.calleeNumber.isEmpty {
            logger.notice(
                "nothing is known of a recording's call but what its name tells",
                metadata: [
                    "account": "\(account.id)", "recording": "\(outcome.recording.id)", "name": "\(outcome.recording.name)",
                ])
        }
        return outcome
    }

    private static func judge(_ draft: RecordingDraft) throws {
        let texts = [
            ("caller", draft.callerNumber), ("caller_name", draft.callerName), ("callee", draft.calleeNumber),
            ("callee_name", draft.calleeName), ("call_id", draft.callID ?? ""), ("source", draft.source ?? ""),
        ]
        var violations = texts.filter { $0.1.unicodeScalars.count > longestCallFact }
            .map { Violation([$0.0], .maxLength(longestCallFact), value: .string($0.1)) }
        if let length = draft.durationMilliseconds, !(0...1_000_000_000).contains(length) {
            violations.append(Violation(["duration"], .maximum(1_000_000_000), value: .int(length)))
        }
        for (field, time) in [("started", draft.started), ("recorded", draft.recorded)] {
            if let time, !Timestamp.plausible.contains(time.unix) { violations.append(Violation([field], .format("time"), value: .int(time.unix))) }
        }
        guard violations.isEmpty else { throw VoicemailError.invalid(violations) }
    }
}

/// The id of a call record: the local time of the call, and the first five hex digits, in upper case, of what the call left (P§8.6).
public enum CallRecordID {
    public static func make(id: String, started: Timestamp, zone: TimeZone) -> String {
        let at = started.fields(in: zone)
        return at.date("") + at.time("") + id.prefix(5).uppercased()
    }

    /// Takes an id apart.
    /// - Returns: nil for any other text.
    public static func parse(_ text: String) -> (time: WallTime, digits: String)? {
        guard text.utf8.count == 19, let time = WallTime(digits: text.prefix(14)) else { return nil }
        let digits = text.suffix(5).lowercased()
        return digits.utf8.allSatisfy(HexID.isLowerHex) ? (time, digits) : nil
    }
}

extension Message {
    /// The id of the call record that the message stands for.
    public func callRecordID(in zone: TimeZone) -> String { CallRecordID.make(id: id, started: timestamp, zone: zone) }
}

extension Recording {
    /// The recording as commands and the intake print it.
    public var summary: JSONObject {
        [
            "id": .string(id), "account_id": .string(accountID), "name": .string(name), "source": source.map { .string($0) } ?? .null,
            "started": .string(started.iso8601), "from": .string(callerNumber), "from_name": .string(callerName), "to": .string(calleeNumber),
            "to_name": .string(calleeName), "type": .string(direction.rawValue), "call_id": .string(callID), "uid": .string(callRecordID),
            "duration_ms": .int(durationMilliseconds), "size": .int(audio.size), "content_type": .string(audio.contentType),
        ]
    }
}
