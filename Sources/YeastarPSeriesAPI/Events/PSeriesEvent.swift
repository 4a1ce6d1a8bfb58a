import Foundation
import Voicemail

/// An event as web sockets and web hooks carry it (P§11.2).
struct PSeriesEvent: Sendable {
    /// Call End Details: the one event that this server has cause for.
    static let callEnded = 30012
    /// Every event of the published list, which clients may ask for whether or not it can happen here.
    static let published = Array(30005...30018) + [30022, 30023, 30027, 30031, 30032, 30033, 30034, 30035, 30036, 30038]
    /// The newer events carry `msg` as an object, the older ones as text.
    private static let firstWithObject = 30027

    let type: Int
    let message: JSONObject

    /// 30012 for a call that has left a message or a recording.
    init(_ call: AnnouncedCall, zone: TimeZone) {
        type = Self.callEnded
        let at = call.started.fields(in: zone)
        message = [
            "call_id": .string(call.callID), "time_start": .string(at.date("-") + " " + at.time(":")), "call_from": .string(call.caller),
            "call_to": .string(call.callee), "call_duration": .int(call.seconds), "talk_duration": .int(call.talkSeconds), "src_trunk_name": "",
            "dst_trunk_name": "", "pin_code": "",
            "status": .string(CallStatus(recording: call.recording).rawValue), "type": .string(call.direction.printed),
            "recording": .string(call.recording ?? ""), "did_number": "", "agent_ring_time": 0, "uid": .string(call.callRecordID),
            "call_note_id": "", "enb_call_note": 0,
        ]
    }

    func encoded(_ format: PSeriesSettings.EventMessageFormat, serialNumber: String) -> String {
        let isText =
            switch format {
            case .auto: type < Self.firstWithObject
            case .string: true
            case .object: false
            }
        let object = JSON.object(message)
        let event: JSON = ["type": .int(type), "sn": .string(serialNumber), "msg": isText ? .string(object.encoded) : object]
        return event.encoded
    }
}
