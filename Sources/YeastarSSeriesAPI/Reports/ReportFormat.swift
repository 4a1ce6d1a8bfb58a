import Foundation
import Voicemail

/// What an event report looks like (S§7). The misspellings are the vendor's.
enum ReportFormat: String, Sendable, CaseIterable {
    case v1_0 = "1.0"
    case v1_1 = "1.1"
    case v2 = "2.0"

    /// - Parameters:
    ///   - api: the version of the path that the client logged in at: it decides, unless
    ///   - requested: the login's or heartbeat's `version` says that the client wants the other generation's reports.
    init(api: String, requested: String?) {
        let isSecond = api == APIVersion.v2_0_0.name
        if requested?.hasPrefix("2") == true {
            self = .v2
        } else if isSecond {
            self = requested?.hasPrefix("1") == true ? .v1_1 : .v2
        } else {
            self = api == APIVersion.v1_0_x.name ? .v1_0 : .v1_1
        }
    }

    /// The call that ended, as `NewCdr`.
    func newCallRecord(_ call: CallRow, zone: TimeZone, serialNumber: String) -> JSONObject {
        var report: JSONObject = [
            self == .v2 ? "event" : "action": "NewCdr", "callid": .string(call.callID), "timestart": .string(SSeriesTime.text(call.started, in: zone)),
            "callfrom": .string(call.caller), "callto": .string(call.callee), "callduraction": .string(call.seconds),
            "talkduraction": .string(call.talkSeconds), "srctrunkname": "", self == .v1_0 ? "desttrunkname" : "dsttrcunkname": "",
            "pincode": "", "status": .string(call.status), "type": .string(call.type),
        ]
        if self != .v1_0 || !call.recording.isEmpty { report["recording"] = .string(call.recording) }
        guard self != .v1_0 else { return report }
        report["didnumber"] = ""
        report["agentringtime"] = "0"
        report["sn"] = .string(serialNumber)
        return report
    }
}
