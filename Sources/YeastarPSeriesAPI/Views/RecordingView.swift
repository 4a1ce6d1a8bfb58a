import Foundation
import Voicemail

/// A recording as lists show it (P§8.1).
struct RecordingView: Sendable {
    let zone: TimeZone
    let format: DisplayFormat

    /// - Parameter size: bytes of what a download sends.
    func item(_ recording: Recording, size: Int) -> JSON {
        var item: JSONObject = [
            "id": .int(recording.serial), "time": .string(format.text(recording.started, in: zone)), "uid": .string(recording.callRecordID),
            "call_from": CallText.combined(recording.callerName, recording.callerNumber),
            "call_to": CallText.combined(recording.calleeName, recording.calleeNumber),
            "duration": .int(recording.durationMilliseconds / 1000), "size": .int(size),
            "call_type": .string(recording.direction.printed), "file": .string(recording.name),
        ]
        let parts = CallText.parts(
            fromNumber: recording.callerNumber, fromName: recording.callerName, toNumber: recording.calleeNumber, toName: recording.calleeName)
        item.merge(parts) { $1 }
        return .object(item)
    }
}
