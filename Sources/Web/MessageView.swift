import Foundation
import Voicemail

/// Times as a page shows them.
struct ShownTimes {
    let language: String
    let zone: TimeZone
    private let style: Date.FormatStyle

    init(language: String, zone: TimeZone) {
        self.language = language
        self.zone = zone
        style = Date.FormatStyle(
            date: .abbreviated, time: .shortened, locale: Locale(identifier: language), calendar: Calendar(identifier: .gregorian), timeZone: zone)
    }

    func text(_ time: Timestamp) -> String { Date(timeIntervalSince1970: TimeInterval(time.unix)).formatted(style) }
}

/// A message as a row of a list. What callers said of themselves is text, whatever is in it.
enum MessageView {
    static func values(of message: Message, _ times: ShownTimes) -> [String: Any] {
        var values: [String: Any] = [
            "id": message.monthID, "left": message.timestamp.iso8601, "left_shown": times.text(message.timestamp),
            "length": length(seconds: message.lengthSeconds),
            "has_sound": message.audio != nil,
        ]
        if let caller = caller(of: message) { values["caller"] = caller }
        let number = message.callerNumber
        if isKnown(number) {
            if isDialable(number) {
                values["dial"] = number
                values["number"] = number
            } else if number != caller(of: message) {
                values["label"] = number
            }
        }
        if let notes = message.reception?.notes, !notes.isEmpty {
            values["notes"] = notes.map { note in
                note.text.isEmpty ? ["note_by": note.author] : ["note_by": note.author, "note": note.text]
            }
        }
        if let said = message.transcription?["text"]?.string, !said.isEmpty { values["said"] = said }
        return values
    }

    /// nil for somebody who gave no name and no number.
    static func caller(of message: Message) -> String? { [message.callerName, message.callerNumber].first(where: isKnown) }

    private static func isKnown(_ text: String) -> Bool { !text.isEmpty && text != Message.anonymous }

    /// Digits, and a plus before them: what a telephone may be asked to dial without a look at it.
    private static func isDialable(_ number: String) -> Bool {
        let digits = number.hasPrefix("+") ? number.dropFirst() : number[...]
        return (1...32).contains(digits.utf8.count) && digits.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }

    static func length(seconds: Int) -> String {
        let hours = seconds >= 3600 ? "\(seconds / 3600):" : ""
        return hours + (hours.isEmpty ? String(seconds / 60) : CalendarFields.pad(seconds / 60 % 60, 2)) + ":" + CalendarFields.pad(seconds % 60, 2)
    }

    /// `+35315550101_2016-05-10_01-18-42.wav`, in the mailbox's zone and without what some systems take in no name.
    static func fileName(_ message: Message, zone: TimeZone, suffix: String) -> String {
        let at = message.timestamp.fields(in: zone)
        let caller = isKnown(message.callerNumber) ? message.callerNumber : caller(of: message) ?? "message"
        return "\(caller.prefix(64))_\(at.date("-"))_\(at.time("-")).\(suffix)"
    }
}
