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
            facts.callID, SSeriesTime.text(facts.started, in: zone), facts.caller, facts.callee, facts.seconds, facts.talkSeconds, "", "", "",
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
    /// Of them, those that were spoken in, as far as is known.
    let talkSeconds: String
    let status: String
    let type: String
    /// Its name; empty for a message.
    let recording: String

    /// The callee answered, or something did.
    static let answered = "ANSWERED"
    /// The callee did not answer, and there is a message (§7).
    static let voicemail = "VOICEMAIL"
}

extension CallFacts {
    init(_ recording: Recording) {
        let seconds = String(recording.durationMilliseconds / 1000)
        self.init(
            callID: recording.callID, started: recording.started, caller: recording.callerNumber, callee: recording.calleeNumber,
            seconds: seconds, talkSeconds: seconds, status: Self.answered, type: recording.direction.printed, recording: recording.name)
    }

    init(_ message: Message, mailboxNumber: String, _ direction: CallDirection) {
        let seconds = String(message.lengthSeconds)
        self.init(
            callID: message.callID, started: message.timestamp, caller: message.callerNumber, callee: mailboxNumber, seconds: seconds,
            talkSeconds: seconds, status: Self.voicemail, type: direction.printed, recording: "")
    }
}
