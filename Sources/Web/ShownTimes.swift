import Foundation
import Synchronization
import Voicemail

/// Times as a page shows them. Most of them were on the page before, too, so what was written lately is kept: a calendar takes longer over the times
/// of a page than its template takes over all of it.
struct ShownTimes: Sendable {
    let language: String
    let zone: TimeZone

    func text(_ time: Timestamp) -> String { texts([time])[0] }

    /// The same of several, which wait for others once.
    func texts(_ times: [Timestamp]) -> [String] {
        let place = Written.Place(language: language, zone: zone.identifier)
        let known = Self.written.withLock { $0[place, times] }
        guard known.contains(nil) else { return known.compactMap(\.self) }
        let style = Date.FormatStyle(
            date: .abbreviated, time: .shortened, locale: Locale(identifier: language), calendar: Calendar(identifier: .gregorian), timeZone: zone)
        let all = zip(times, known).map { $1 ?? Date(timeIntervalSince1970: TimeInterval($0.unix)).formatted(style) }
        Self.written.withLock { $0.keep(Dictionary(zip(times.map(\.unix), all)) { $1 }, of: place) }
        return all
    }

    private static let written = Mutex(Written())

    /// What was written lately; when it is much, it begins anew.
    private struct Written {
        struct Place: Hashable {
            let language: String
            let zone: String
        }

        private var texts: [Place: [Int: String]] = [:]
        private var count = 0

        private static let most = 4096

        subscript(place: Place, times: [Timestamp]) -> [String?] {
            guard let known = texts[place] else { return times.map { _ in nil } }
            return times.map { known[$0.unix] }
        }

        mutating func keep(_ more: [Int: String], of place: Place) {
            if count >= Self.most { (texts, count) = ([:], 0) }
            texts[place, default: [:]].merge(more) { $1 }
            count += more.count
        }
    }
}
