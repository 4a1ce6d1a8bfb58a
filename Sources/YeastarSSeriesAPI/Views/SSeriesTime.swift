import Foundation
import Voicemail

/// `YYYY-MM-DD HH:mm:ss`, wall clock time (S§3, S§5.1).
enum SSeriesTime {
    static func text(_ time: Timestamp, in zone: TimeZone) -> String {
        let at = time.fields(in: zone)
        return at.date("-") + " " + at.time(":")
    }

    static func text(_ time: WallTime) -> String {
        func two(_ value: Int) -> String { CalendarFields.pad(value, 2) }
        return CalendarFields.pad(time.year, 4) + "-" + two(time.month) + "-" + two(time.day) + " "
            + [time.hour, time.minute, time.second].map(two).joined(separator: ":")
    }

    /// - Returns: nil for anything that `text` would not write.
    static func parse(_ text: String) -> WallTime? {
        guard let time = WallTime(digits: String(text.filter { $0 != "-" && $0 != ":" && $0 != " " })), Self.text(time) == text else { return nil }
        return time
    }
}
