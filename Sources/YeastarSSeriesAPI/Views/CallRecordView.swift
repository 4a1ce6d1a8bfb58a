import Foundation
import Voicemail

/// A call as a row of `cdr/download` (S§5.2): clients read it by position. The misspellings are the vendor's.
struct CallRecordView: Sendable {
    static let columns = [
        "callid", "timestart", "callfrom", "callto", "callduraction", "talkduraction", "srctrunkname", "dsttrunkname", "status", "type",
        "pincode", "recording", "didnumber", "sn",
    ]

    let zone: TimeZone
    /// Only calls from or to these; nil for all.
    let extensions: Set<String>?
    let serialNumber: String

    func shows(_ record: CallRecord) -> Bool {
        guard let extensions else { return true }
        return switch record {
        case .recording(let recording): extensions.contains(recording.callerNumber) || extensions.contains(recording.calleeNumber)
        case .message(let message, let number, _, _): extensions.contains(message.callerNumber) || extensions.contains(number)
        }
    }

    func fields(_ record: CallRecord) -> [String] {
        let facts =
            switch record {
            case .recording(let recording): CallFacts(recording)
            case .message(let message, let number, _, let direction): CallFacts(message, mailboxNumber: number, direction)
            }
        return [
            facts.callID, SSeriesTime.text(facts.started, in: zone), facts.caller, facts.callee, facts.seconds, facts.talkSeconds, "", "",
            facts.status, facts.type, "", facts.recording, "", serialNumber,
        ]
    }
}

/// What rows and reports tell of a call.
struct CallFacts: Sendable {
    let callID: String
    let started: Timestamp
    let caller: String
    let callee: String
    /// Whole seconds, as text.
    let seconds: String
    /// Of them, those that were spoken in, as far as is known.
    let talkSeconds: String
    let status: String
    let type: String
    /// Its name; empty for a message.
    let recording: String

    /// The callee answered, or something did.
    static let answered = "ANSWERED"
    /// The callee did not answer, and there is a message (S§7).
    static let voicemail = "VOICEMAIL"
}

extension CallFacts {
    init(_ recording: Recording) {
        let seconds = String(recording.durationMilliseconds / 1000)
        self.init(
            callID: recording.callID, started: recording.started, caller: recording.callerNumber, callee: recording.calleeNumber,
            seconds: seconds, talkSeconds: seconds, status: Self.answered, type: recording.direction.printed, recording: recording.name)
    }

    /// The id of a call that ended in a message, in this interface's form `{epoch}.{n}` (S§5.2): as it came where it has that form, else
    /// made from the call's time and its id, so that every copy and every report of the call has the same.
    static func callID(_ id: String, of time: Timestamp) -> String {
        let parts = id.split(separator: ".", omittingEmptySubsequences: false)
        if parts.count == 2, parts.allSatisfy(\.isDigits) { return id }
        // FNV-1a: any number will do that is always the same for an id.
        let hash = id.utf8.reduce(UInt32(2_166_136_261)) { ($0 ^ UInt32($1)) &* 16_777_619 }
        return "\(time.unix).\(hash % 1_000_000)"
    }

    init(_ message: Message, mailboxNumber: String, _ direction: CallDirection) {
        let seconds = String(message.lengthSeconds)
        self.init(
            callID: Self.callID(message.callID, of: message.timestamp), started: message.timestamp, caller: message.callerNumber, callee: mailboxNumber,
            seconds: seconds,
            talkSeconds: seconds, status: Self.voicemail, type: direction.printed, recording: "")
    }
}
