import Foundation
import Voicemail

/// A call as `cdr/list` shows it (P§9.6): what was recorded of it, or the message it ended in.
struct CallRecordView: Sendable {
    let zone: TimeZone
    let format: DisplayFormat

    func item(_ record: CallRecord) -> JSON {
        var item: JSONObject = [
            "id": .int(Self.id(record)), "time": .string(format.text(record.started, in: zone)), "uid": .string(record.id(in: zone)),
            "call_from": CallText.combined(record.callerName, record.callerNumber), "call_to": CallText.combined(record.calleeName, record.calleeNumber),
            "timestamp": .int(record.started.unix), "call_type": .string(record.direction.printed), "duration": .int(record.seconds),
            "ring_duration": 0, "talk_duration": .int(record.seconds), "disposition": .string(CallStatus(recording: record.recordingName).rawValue),
        ]
        item.merge(
            CallText.parts(
                fromNumber: record.callerNumber, fromName: record.callerName, toNumber: record.calleeNumber, toName: record.calleeName)
        ) { $1 }
        if let file = record.recordingName { item["record_file"] = .string(file) }
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

    /// - Parameter recording: the recording's name; nil for a call that ended in a message.
    init(recording: String?) { self = recording == nil ? .voicemail : .answered }
}
