/// What the names of messages begin with (`Timestamp.monthPrefix`), made once for messages of one month that follow each other in a listing.
public struct MonthPrefixes: Sendable {
    /// Seconds that are all of the month.
    private var seconds = 0..<0
    private var prefix = ""

    /// The days that every month has.
    private static let length = 28 * 86_400

    public init() {}

    public mutating func prefix(of timestamp: Timestamp) -> String {
        if !seconds.contains(timestamp.unix) {
            let day = timestamp.unix - ((timestamp.unix % 86_400) + 86_400) % 86_400
            let start = day - (timestamp.utc.day - 1) * 86_400
            // A day behind these is looked at by itself.
            seconds = timestamp.unix < start + Self.length ? start..<start + Self.length : day..<day + 86_400
            prefix = timestamp.monthPrefix
        }
        return prefix
    }
}
