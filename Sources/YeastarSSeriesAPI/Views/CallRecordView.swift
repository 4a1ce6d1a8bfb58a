import Foundation
import Voicemail

/// A call as a row of `cdr/download` (contract §5.2). The misspellings are the vendor's.
struct CallRecordView: Sendable {
    static let columns = [
        "callid", "timestart", "callfrom", "callto", "callduraction", "talkduraction", "srctrunkname", "dsttrcunkname", "pincode", "status",
        "type", "recording", "didnumber", "agentringtime",
    ]

    let zone: TimeZone
    /// Only calls from or to these; nil for all.
    let extensions: Set<String>?

    func shows(_ record: CallRecord) -> Bool {
        guard let extensions else { return true }
        return switch record {
        case .recording(let recording): extensions.contains(recording.callerNumber) || extensions.contains(recording.calleeNumber)
        case .message(let message, let number, _): extensions.contains(message.callerNumber) || extensions.contains(number)
        }
    }

    func fields(_ record: CallRecord) -> [String] {
        let facts =
            switch record {
            case .recording(let recording): CallFacts(recording)
            case .message(let message, let number, let direction): CallFacts(message, mailboxNumber: number, direction)
            }
        return [
            facts.callID, SSeriesTime.text(facts.started, in: zone), facts.caller, facts.callee, facts.seconds, facts.seconds, "", "", "",
            facts.status, facts.type, facts.recording, "", "0",
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
    let status: String
    let type: String
    /// Its name; empty for a message.
    let recording: String

    init(_ recording: Recording) {
        callID = recording.callID
        started = recording.started
        caller = recording.callerNumber
        callee = recording.calleeNumber
        seconds = String(recording.durationMilliseconds / 1000)
        status = "ANSWERED"
        type = recording.direction.rawValue
        self.recording = recording.name
    }

    /// The callee did not answer, and there is a message (§7).
    init(_ message: Message, mailboxNumber: String, _ direction: CallDirection) {
        callID = message.callID
        started = message.timestamp
        caller = message.callerNumber
        callee = mailboxNumber
        seconds = String(message.lengthSeconds)
        status = "VOICEMAIL"
        type = direction.rawValue
        recording = ""
    }
}
