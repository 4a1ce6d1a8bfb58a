import Foundation
import Voicemail

/// A call as `cdr/list` shows it (P§9.6): what was recorded of it, or the message it ended in.
struct CallRecordView: Sendable {
    let zone: TimeZone
    let format: DisplayFormat

    func item(_ record: CallRecord) -> JSON {
        let facts = CallFacts(record, zone)
        var item: JSONObject = [
            "id": .int(Self.id(record)), "time": .string(format.text(record.started, in: zone)), "uid": .string(facts.uid),
            "call_from": CallText.combined(facts.fromName, facts.fromNumber), "call_to": CallText.combined(facts.toName, facts.toNumber),
            "timestamp": .int(record.started.unix), "call_type": .string(facts.type.printed), "duration": .int(facts.seconds),
            "ring_duration": 0, "talk_duration": .int(facts.seconds), "disposition": .string(facts.disposition.rawValue),
        ]
        item.merge(CallText.parts(fromNumber: facts.fromNumber, fromName: facts.fromName, toNumber: facts.toNumber, toName: facts.toName)) { $1 }
        if let file = facts.recordFile { item["record_file"] = .string(file) }
        return .object(item)
    }

    /// A number that grows with the time of the call, so that to sort by one is to sort by the other: the second, then whether it is a
    /// message, then the lower digits of the recording's or message's own number. It fits the integers of JavaScript.
    static func id(_ record: CallRecord) -> Int {
        let (kind, serial) =
            switch record {
            case .recording(let recording): (0, recording.serial)
            case .message(let message, _, _, _): (1, message.serial)
            }
        return record.started.unix * (1 << 20) + kind * (1 << 19) + serial % (1 << 19)
    }
}

/// The words for how a call ended.
enum CallStatus: String, Sendable, CaseIterable {
    case answered = "ANSWERED"
    case noAnswer = "NO ANSWER"
    case busy = "BUSY"
    case failed = "FAILED"
    case voicemail = "VOICEMAIL"
}

/// What lists and filters know of a call.
struct CallFacts: Sendable {
    let uid: String
    let fromNumber: String
    let fromName: String
    let toNumber: String
    let toName: String
    let type: CallDirection
    let disposition: CallStatus
    let seconds: Int
    /// Its recording; nil where there is none.
    let recordFile: String?

    init(_ record: CallRecord, _ zone: TimeZone) {
        switch record {
        case .recording(let recording):
            uid = recording.callRecordID
            fromNumber = recording.callerNumber
            fromName = recording.callerName
            toNumber = recording.calleeNumber
            toName = recording.calleeName
            type = recording.direction
            disposition = .answered
            seconds = recording.durationMilliseconds / 1000
            recordFile = recording.name
        case .message(let message, let number, let name, let direction):
            uid = message.callRecordID(in: zone)
            fromNumber = message.callerNumber
            fromName = message.callerName
            toNumber = number
            toName = name
            type = direction
            disposition = .voicemail
            seconds = message.lengthSeconds
            recordFile = nil
        }
    }
}
