/// A day of UTC, counted from 1970, and how many of what is listed fall on it.
public struct CountedDay: Sendable, Hashable {
    public let day: Int
    public let count: Int

    public init(day: Int, count: Int) {
        self.day = day
        self.count = count
    }

    private static let seconds = 86_400

    /// The day of a time, also before 1970.
    public static func number(of time: Timestamp) -> Int {
        let (days, rest) = time.unix.quotientAndRemainder(dividingBy: seconds)
        return rest < 0 ? days - 1 : days
    }

    /// The day on which the one after the first `offset` of a list lies, and how many of that day come before it; nil behind the end.
    public static func place(of offset: Int, in days: [CountedDay], ascending: Bool) -> (day: CountedDay, before: Int)? {
        var before = offset
        for day in days.sorted(by: { ascending ? $0.day < $1.day : $0.day > $1.day }) {
            if before < day.count { return (day, before) }
            before -= day.count
        }
        return nil
    }

    /// Its first and last second.
    public var first: Timestamp { Timestamp(unix: day * Self.seconds) }
    public var last: Timestamp { Timestamp(unix: day * Self.seconds + Self.seconds - 1) }
}
