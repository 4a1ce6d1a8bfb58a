import Glibc
import NIOConcurrencyHelpers

/// The local time that begins a line of text, formatted once a second: the zone's rules are asked each time that it is.
final class LogTime: Sendable {
    static let shared = LogTime()

    /// Not a `Mutex`, for the reason that `WorkerThreads` gives.
    private let last = NIOLockedValueBox<(second: time_t, text: String)>((.min, ""))

    /// - Parameter second: since 1970.
    func text(at second: time_t) -> String {
        last.withLockedValue { last in
            if last.second != second { last = (second, Self.format(second)) }
            return last.text
        }
    }

    /// `2026-11-29T07:22:55+0100`.
    private static func format(_ second: time_t) -> String {
        var second = second, fields = tm()
        guard localtime_r(&second, &fields) != nil else { return "<unknown>" }
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { space in
            guard let start = space.baseAddress else { return "<unknown>" }
            let length = strftime(start, space.count, "%Y-%m-%dT%H:%M:%S%z", &fields)
            return String(decoding: UnsafeRawBufferPointer(start: start, count: length), as: UTF8.self)
        }
    }
}
