import Foundation
import Voicemail

/// A message as a row of a list. What callers said of themselves is text, whatever is in it.
enum MessageView {
    static func list(_ messages: [Message], _ times: ShownTimes, in values: inout PageValues) {
        values.list(.messages, of: Array(zip(messages, times.texts(messages.map(\.timestamp))))) { set($1.0, left: $1.1, in: &$0) }
    }

    private static func set(_ message: Message, left: ShownTime, in values: inout PageValues) {
        values.set(.id, message.monthID)
        values.set(.left, left.machine)
        values.set(.leftShown, left.shown)
        values.set(.length, length(seconds: message.lengthSeconds))
        values.set(.hasSound, message.audio != nil)
        let caller = caller(of: message), number = message.callerNumber
        if let caller { values.set(.caller, caller) }
        if isKnown(number) {
            if isDialable(number) {
                values.set(.dial, number)
                values.set(.number, number)
            } else if number != caller {
                values.set(.label, number)
            }
        }
        if let notes = message.reception?.notes, !notes.isEmpty {
            values.list(.notes, of: notes) { values, note in
                values.set(.noteBy, note.author)
                if !note.text.isEmpty { values.set(.note, note.text) }
            }
        }
        if let said = message.transcription?["text"]?.string, !said.isEmpty { values.set(.said, said) }
    }

    /// nil for somebody who gave no name and no number.
    static func caller(of message: Message) -> String? { [message.callerName, message.callerNumber].first(where: isKnown) }

    private static func isKnown(_ text: String) -> Bool { !text.isEmpty && text != Message.anonymous }

    /// Digits, and a plus before them: what a telephone may be asked to dial without a look at it.
    private static func isDialable(_ number: String) -> Bool {
        let digits = number.hasPrefix("+") ? number.dropFirst() : number[...]
        return (1...32).contains(digits.utf8.count) && digits.isDigits
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
