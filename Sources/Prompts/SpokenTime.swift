import Foundation
import Voicemail

/// A time as it is said: by the clock of a zone, and by how near it is.
public struct SpokenTime: Sendable, Hashable {
    enum Nearness: Sendable, Hashable { case today, yesterday, further }

    let nearness: Nearness
    /// From 0, Sunday and January.
    let weekday: Int, month: Int
    let day: Int, hour: Int, minute: Int

    public init(_ time: Timestamp, now: Timestamp, in zone: TimeZone) {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        let date = Date(timeIntervalSince1970: TimeInterval(time.unix)), today = Date(timeIntervalSince1970: TimeInterval(now.unix))
        let parts = calendar.dateComponents([.weekday, .month, .day, .hour, .minute], from: date)
        (weekday, month, day) = ((parts.weekday ?? 1) - 1, (parts.month ?? 1) - 1, parts.day ?? 1)
        (hour, minute) = (parts.hour ?? 0, parts.minute ?? 0)
        if calendar.isDate(date, inSameDayAs: today) {
            nearness = .today
        } else if let before = calendar.date(byAdding: .day, value: -1, to: today), calendar.isDate(date, inSameDayAs: before) {
            nearness = .yesterday
        } else {
            nearness = .further
        }
    }

    var numbers: [String: Int] {
        ["weekday": weekday, "month": month, "day": day, "hour": hour, "hour12": hour % 12 == 0 ? 12 : hour % 12, "minute": minute]
    }

    var texts: [String: String] { ["ampm": hour < 12 ? "a-m" : "p-m"] }

    /// As text to speech is told it: digits, which every voice reads in its own language.
    var written: String { "\(day).\(month + 1)., \(hour):\(minute < 10 ? "0" : "")\(minute)" }

    /// Every day, month and hour, and minutes of all kinds.
    static let samples: [SpokenTime] = {
        guard let zone = TimeZone(secondsFromGMT: 0) else { return [] }
        let start = 1_704_067_200, day = 86_400
        let far = Timestamp(unix: start + 4000 * day)
        return (0..<31).map { SpokenTime(Timestamp(unix: start + $0 * day + $0 % 24 * 3600 + $0 * 2 % 60 * 60), now: far, in: zone) }
            + (0..<12).map { SpokenTime(Timestamp(unix: start + $0 * 31 * day), now: far, in: zone) }
            + [SpokenTime(far, now: far, in: zone), SpokenTime(far, now: Timestamp(unix: far.unix + day), in: zone)]
    }()
}
