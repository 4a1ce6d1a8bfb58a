import Foundation
import Voicemail

/// `deviceinfo/query` (S§6.4).
extension SSeriesDialect {
    func deviceInfo(_ call: SSeriesCall) async throws -> SSeriesReply {
        let account = try call.requireEntry().account
        let now = service.clock.now
        let zone = service.mailboxes.timeZone(of: account)
        let mailboxes = try await service.mailboxes.personalCount(of: account)
        return .success([
            "deviceinfo": [
                "devicename": .string(settings.deviceName),
                "sn": .string(service.serialNumber),
                "hardwarever": "V1.00 0000-0000",
                "firmwarever": .string(settings.version),
                "systemtime": .string(SSeriesTime.text(now, in: zone) + " " + Self.offset(of: zone, at: now)),
                "uptime": .string(Self.duration(now.unix - started.unix)),
                // No telephone registers here.
                "extensionstatus": .string("0/\(mailboxes)"),
            ]
        ])
    }

    /// `UTC`, `UTC-8`, `UTC+5:30`.
    private static func offset(of zone: TimeZone, at time: Timestamp) -> String {
        let minutes = zone.secondsFromGMT(for: Date(timeIntervalSince1970: TimeInterval(time.unix))) / 60
        guard minutes != 0 else { return "UTC" }
        let hours = "UTC" + (minutes < 0 ? "-" : "+") + String(abs(minutes) / 60)
        return minutes % 60 == 0 ? hours : hours + ":" + CalendarFields.pad(abs(minutes) % 60, 2)
    }

    /// Hours, minutes and seconds; the hours are not cut at a day.
    private static func duration(_ seconds: Int) -> String {
        let seconds = max(0, seconds)
        return [seconds / 3600, seconds / 60 % 60, seconds % 60].map { CalendarFields.pad($0, 2) }.joined(separator: ":")
    }
}
