import Foundation

/// A point in time in whole seconds. Interfaces count from different years; the domain counts from 1970.
public struct Timestamp: Hashable, Comparable, Sendable {
    /// Seconds since 1970-01-01T00:00:00Z.
    public let unix: Int

    public init(unix: Int) { self.unix = unix }

    /// Seconds between the Gregorian year 0 and 1970 (K§2.16).
    public static let gregorianOffset = 62_167_219_200

    /// - Returns: nil when the value cannot be represented.
    public init?(gregorian: Int) {
        let (value, overflow) = gregorian.subtractingReportingOverflow(Self.gregorianOffset)
        guard !overflow, Self.plausible.contains(value) else { return nil }
        unix = value
    }

    public var gregorian: Int { unix + Self.gregorianOffset }

    /// The years 0 to 9999: four digits print every one of them, and arithmetic with durations cannot overflow.
    public static let plausible = -gregorianOffset...253_402_300_799

    public static func < (left: Timestamp, right: Timestamp) -> Bool { left.unix < right.unix }

    public func advanced(by seconds: Int) -> Timestamp { Timestamp(unix: unix + seconds) }

    /// Calendar fields in a time zone.
    public func fields(in zone: TimeZone) -> CalendarFields {
        CalendarFields(unix: unix + zone.secondsFromGMT(for: Date(timeIntervalSince1970: TimeInterval(unix))))
    }

    /// Calendar fields in UTC.
    public var utc: CalendarFields { CalendarFields(unix: unix) }

    /// ISO 8601 in UTC with whole seconds: `2016-05-10T00:18:42Z`.
    public var iso8601: String {
        let at = utc
        return "\(at.date("-"))T\(at.time(":"))Z"
    }

    /// `Sun, 06 Nov 1994 08:49:37` in UTC, without its zone, which mail and HTTP write in different ways (RFC 5322 §3.3, RFC 9110 §5.6.7).
    public var internetDate: String {
        let at = utc
        // 1970-01-01 was a Thursday.
        let weekday = (CalendarFields.floorDivide(unix, 86_400) % 7 + 7 + 4) % 7
        return "\(Self.weekdays[weekday]), \(CalendarFields.pad(at.day, 2)) \(Self.months[at.month - 1]) \(CalendarFields.pad(at.year, 4)) \(at.time(":"))"
    }

    private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// Parses RFC 3339, such as `2016-05-10T01:18:42+01:00`.
    public init?(rfc3339 text: String) {
        let whole = ISO8601DateFormatter()
        let fractional = ISO8601DateFormatter()
        fractional.formatOptions.insert(.withFractionalSeconds)
        guard let date = whole.date(from: text) ?? fractional.date(from: text) else { return nil }
        unix = Int(date.timeIntervalSince1970.rounded(.down))
    }
}

/// Year to second, as a wall clock shows them.
public struct CalendarFields: Hashable, Sendable {
    public let year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int

    /// From seconds since 1970 on that wall clock. The civil-from-days computation on the proleptic
    /// Gregorian calendar: eras of 400 years begin on the first of March.
    init(unix: Int) {
        let days = Self.floorDivide(unix, 86_400)
        let rest = unix - days * 86_400
        let shifted = days + 719_468
        let era = Self.floorDivide(shifted, 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        hour = rest / 3_600
        minute = rest / 60 % 60
        second = rest % 60
    }

    fileprivate static func floorDivide(_ value: Int, _ divisor: Int) -> Int {
        value >= 0 ? value / divisor : -((-value + divisor - 1) / divisor)
    }

    /// `YYYY-MM-DD` with the given separator.
    public func date(_ separator: String) -> String {
        Self.pad(year, 4) + separator + Self.pad(month, 2) + separator + Self.pad(day, 2)
    }

    /// `HH:MM:SS` with the given separator.
    public func time(_ separator: String) -> String {
        Self.pad(hour, 2) + separator + Self.pad(minute, 2) + separator + Self.pad(second, 2)
    }

    public static func pad(_ value: Int, _ width: Int) -> String {
        let digits = String(value)
        guard digits.count < width else { return digits }
        return String(repeating: "0", count: width - digits.count) + digits
    }
}
