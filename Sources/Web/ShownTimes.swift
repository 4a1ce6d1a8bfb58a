import Foundation
import Synchronization
import Voicemail

/// A time for people, and for their browsers.
struct ShownTime: Sendable {
    let shown: String
    let machine: String
}

/// Times as a page shows them. Most of them were on the page before, too, so what was written lately is kept: a calendar takes longer over the times
/// of a page than its template takes over all of it.
struct ShownTimes: Sendable {
    let language: String
    let zone: TimeZone

    func text(_ time: Timestamp) -> String { texts([time])[0].shown }

    /// The same of several.
    func texts(_ times: [Timestamp]) -> [ShownTime] {
        let place = Place(language: language, zone: zone.identifier)
        // Nobody waits while another one looks something up: whoever holds the lock only takes what there is.
        let known = Self.written.withLock { $0.times }[place] ?? [:]
        var all: [ShownTime] = []
        all.reserveCapacity(times.count)
        for time in times {
            guard let found = known[time.unix] else { return write(times, known, at: place) }
            all.append(found)
        }
        return all
    }

    private func write(_ times: [Timestamp], _ known: [Int: ShownTime], at place: Place) -> [ShownTime] {
        let style = Date.FormatStyle(
            date: .abbreviated, time: .shortened, locale: Locale(identifier: language), calendar: Calendar(identifier: .gregorian), timeZone: zone)
        let all = times.map { time in
            if let found = known[time.unix] { return found }
            let date = Date(timeIntervalSince1970: TimeInterval(time.unix))
            let shown = date.formatted(style), zone = comesTwice(date) ? " " + date.formatted(style.onlyZone) : ""
            return ShownTime(shown: shown + zone, machine: time.iso8601)
        }
        Self.written.withLock { $0.keep(Dictionary(zip(times.map(\.unix), all)) { $1 }, of: place) }
        return all
    }

    /// Whether clocks show this time twice, as they do in the hour that is repeated in autumn. Which of the two it was is told then.
    private func comesTwice(_ date: Date) -> Bool {
        let offset = zone.secondsFromGMT(for: date)
        return [-1, 1].contains { side in
            let other = zone.secondsFromGMT(for: date.addingTimeInterval(side * Self.longestRepeat))
            return other != offset && zone.secondsFromGMT(for: date.addingTimeInterval(TimeInterval(offset - other))) == other
        }
    }

    /// More seconds than clocks are put back by.
    private static let longestRepeat: TimeInterval = 3 * 3600

    private struct Place: Hashable {
        let language: String
        let zone: String
    }

    private static let written = Mutex(Written())

    /// What was written lately; when it is much, it begins anew.
    private struct Written {
        private(set) var times: [Place: [Int: ShownTime]] = [:]
        private var count = 0

        private static let most = 4096

        mutating func keep(_ more: [Int: ShownTime], of place: Place) {
            if count >= Self.most { (times, count) = ([:], 0) }
            times[place, default: [:]].merge(more) { $1 }
            count += more.count
        }
    }
}

extension Date.FormatStyle {
    /// The zone of a time, in the words of the same language.
    fileprivate var onlyZone: Date.FormatStyle {
        Date.FormatStyle(locale: locale, calendar: calendar, timeZone: timeZone).timeZone(.localizedGMT(.short))
    }
}
