import Foundation

/// Year to second on a wall clock whose zone is known from elsewhere.
public struct WallTime: Sendable, Hashable {
    public let year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int

    /// - Returns: nil for what no calendar or clock shows, such as the 30th of February.
    public init?(year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int) {
        guard (1...9999).contains(year), (1...12).contains(month), (1...Self.days(of: month, in: year)).contains(day),
            (0...23).contains(hour), (0...59).contains(minute), (0...59).contains(second)
        else { return nil }
        self.year = year
        self.month = month
        self.day = day
        self.hour = hour
        self.minute = minute
        self.second = second
    }

    /// Reads `yyyyMMddHHmmss`.
    public init?(digits: some StringProtocol) {
        let bytes = Array(digits.utf8)
        guard bytes.count == 14, bytes.allSatisfy(\.isDigit) else { return nil }
        func number(_ range: Range<Int>) -> Int { bytes[range].reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) } }
        self.init(
            year: number(0..<4), month: number(4..<6), day: number(6..<8), hour: number(8..<10), minute: number(10..<12), second: number(12..<14))
    }

    /// Every point in time at which clocks of the zone show this, in order: two in an hour that they show twice, none in one that they
    /// leave out.
    public func timestamps(in zone: TimeZone) -> [Timestamp] {
        let shown = secondsInUTC
        let candidates = Set(Self.offsets(around: shown, zone).map { shown - $0 })
        return candidates.filter { $0 + Self.offset(at: $0, zone) == shown }.sorted().map { Timestamp(unix: $0) }
    }

    /// The point in time. Of an hour that clocks show twice, the first pass; of one that they leave out, what they show instead.
    public func timestamp(in zone: TimeZone) -> Timestamp {
        timestamps(in: zone).first ?? Timestamp(unix: secondsInUTC - Self.offset(at: secondsInUTC - Self.reach, zone))
    }

    /// The last point in time that clocks show so: where a range ends, both passes of a repeated hour are in it.
    public func lastTimestamp(in zone: TimeZone) -> Timestamp { timestamps(in: zone).last ?? timestamp(in: zone) }

    /// No zone was ever further from UTC.
    private static let reach = 16 * 3600

    /// Seconds that the zone is ahead of UTC, at every time that can be meant by a clock that shows so many seconds.
    private static func offsets(around shown: Int, _ zone: TimeZone) -> Set<Int> {
        Set(stride(from: shown - reach, through: shown + reach, by: reach / 2).map { offset(at: $0, zone) })
    }

    private static func offset(at unix: Int, _ zone: TimeZone) -> Int {
        zone.secondsFromGMT(for: Date(timeIntervalSince1970: TimeInterval(unix)))
    }

    /// Seconds since 1970 if the clock were one of UTC. The days-from-civil computation, the reverse of `CalendarFields`' own.
    private var secondsInUTC: Int {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = shiftedYear / 400
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return (era * 146_097 + dayOfEra - 719_468) * 86_400 + hour * 3600 + minute * 60 + second
    }

    private static func days(of month: Int, in year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}
