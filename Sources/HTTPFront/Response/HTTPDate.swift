import NIOConcurrencyHelpers
import NIOCore
import Voicemail

/// The `Date` header, formatted once a second.
final class HTTPDate: Sendable {
    /// Not a `Mutex`, for the reason that `WorkerThreads` gives.
    private let last = NIOLockedValueBox<(until: NIODeadline, text: String)>((.distantPast, ""))

    func text(at now: NIODeadline) -> String {
        last.withLockedValue { last in
            if now >= last.until { last = (now + .seconds(1), Self.format(SystemClock().now)) }
            return last.text
        }
    }

    /// `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 §5.6.7).
    static func format(_ time: Timestamp) -> String { time.internetDate + " GMT" }
}
