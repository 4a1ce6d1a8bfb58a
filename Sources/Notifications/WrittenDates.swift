import Foundation
import Synchronization
import Voicemail

/// Dates and times as a language writes them out. What writes them is kept for each language and zone: to make one costs more than the rest of a mail's text.
enum WrittenDates {
    private struct Kind: Hashable {
        let language: String
        let zone: String
    }

    /// More than there are languages and zones in use; past it all are made anew.
    private static let capacity = 256

    private static let formatters = Mutex<[Kind: DateFormatter]>([:])

    static func text(of time: Timestamp, in zone: TimeZone, language: String) -> String {
        formatter(zone, language).string(from: Date(timeIntervalSince1970: TimeInterval(time.unix)))
    }

    private static func formatter(_ zone: TimeZone, _ language: String) -> DateFormatter {
        formatters.withLock { formatters in
            let kind = Kind(language: language, zone: zone.identifier)
            if let known = formatters[kind] { return known }
            let formatter = DateFormatter()
            formatter.locale = Locale(identifier: language)
            formatter.timeZone = zone
            formatter.dateStyle = .full
            formatter.timeStyle = .short
            if formatters.count >= capacity { formatters.removeAll() }
            formatters[kind] = formatter
            return formatter
        }
    }
}
