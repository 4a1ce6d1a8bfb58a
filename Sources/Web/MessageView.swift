import Foundation
import Voicemail

/// A message as a row of a list. What callers said of themselves is text, whatever is in it.
enum MessageView {
    static func rows(of messages: [Message], _ times: ShownTimes) -> [PageRow] {
        zip(messages, times.texts(messages.map(\.timestamp))).map { row(of: $0, left: $1) }
    }

    private static func row(of message: Message, left: String) -> PageRow {
        var row = PageRow()
        row.set(Name.id, .text(message.monthID))
        row.set(Name.left, .text(message.timestamp.iso8601))
        row.set(Name.leftShown, .text(left))
        row.set(Name.length, .text(length(seconds: message.lengthSeconds)))
        row.set(Name.hasSound, .flag(message.audio != nil))
        let caller = caller(of: message), number = message.callerNumber
        if let caller { row.set(Name.caller, .text(caller)) }
        if isKnown(number) {
            if isDialable(number) {
                row.set(Name.dial, .text(number))
                row.set(Name.number, .text(number))
            } else if number != caller {
                row.set(Name.label, .text(number))
            }
        }
        if let notes = message.reception?.notes, !notes.isEmpty {
            row.set(
                Name.notes,
                .rows(
                    notes.map { note in
                        var row = PageRow()
                        row.set(Name.noteBy, .text(note.author))
                        if !note.text.isEmpty { row.set(Name.note, .text(note.text)) }
                        return row
                    }))
        }
        if let said = message.transcription?["text"]?.string, !said.isEmpty { row.set(Name.said, .text(said)) }
        return row
    }

    private enum Name {
        static let id = ValueName("id"), left = ValueName("left"), leftShown = ValueName("left_shown"), length = ValueName("length")
        static let hasSound = ValueName("has_sound"), caller = ValueName("caller"), dial = ValueName("dial"), number = ValueName("number")
        static let label = ValueName("label"), notes = ValueName("notes"), noteBy = ValueName("note_by"), note = ValueName("note")
        static let said = ValueName("said")
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
