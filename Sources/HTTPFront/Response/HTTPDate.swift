import NIOCore
import Synchronization
import Voicemail

/// The `Date` header, formatted once a second.
final class HTTPDate: Sendable {
    private let last = Mutex<(until: NIODeadline, text: String)>((.distantPast, ""))

    func text(at now: NIODeadline) -> String {
        last.withLock { last in
            if now >= last.until { last = (now + .seconds(1), Self.format(SystemClock().now)) }
            return last.text
        }
    }

    /// `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 §5.6.7).
    static func format(_ time: Timestamp) -> String {
        let at = time.utc
        // 1970-01-01 was a Thursday.
        let weekday = ((time.unix / 86_400 + 4) % 7 + 7) % 7
        return "\(weekdays[weekday]), \(CalendarFields.pad(at.day, 2)) \(months[at.month - 1]) \(CalendarFields.pad(at.year, 4)) \(at.time(":")) GMT"
    }

    private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
}
