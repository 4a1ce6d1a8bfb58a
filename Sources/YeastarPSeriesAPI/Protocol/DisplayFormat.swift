import Foundation
import Voicemail

/// How times are written: the PBX's display format (P§2.9).
public struct DisplayFormat: Sendable, Hashable {
    /// `YYYY`, `MM` and `DD` in some order, with what is between them.
    public let date: String
    /// `HH:mm:ss` or `hh:mm:ss A`.
    public let time: String
    private let pieces: [Piece]

    private enum Piece: Hashable {
        case year, month, day, hour, halfDayHour, minute, second, half
        case literal(UInt8)
    }

    public static let standard = DisplayFormat(
        date: "MM/DD/YYYY",
        pieces: [
            .month, .literal(slash), .day, .literal(slash), .year, .literal(blank), .hour, .literal(colon), .minute, .literal(colon), .second,
        ])

    private init(date: String, pieces: [Piece]) {
        self.date = date
        time = "HH:mm:ss"
        self.pieces = pieces
    }

    /// - Returns: nil for a format that lacks a part, has one twice, or has letters of no meaning.
    public init?(date: String, time: String) {
        guard let pieces = Self.parse(date + " " + time) else { return nil }
        let fields = pieces.filter { if case .literal = $0 { false } else { true } }
        let wanted: [Set<Piece>] = [
            [.year, .month, .day, .hour, .minute, .second], [.year, .month, .day, .halfDayHour, .minute, .second, .half],
        ]
        guard Set(fields).count == fields.count, wanted.contains(Set(fields)) else { return nil }
        self.date = date
        self.time = time
        self.pieces = pieces
    }

    /// The same with another way to write dates; itself if that is none.
    public func dated(_ date: String) -> DisplayFormat { DisplayFormat(date: date, time: time) ?? self }

    private static let slash = UInt8(ascii: "/"), blank = UInt8(ascii: " "), colon = UInt8(ascii: ":")
    private static let words: [(String, Piece)] = [
        ("YYYY", .year), ("MM", .month), ("DD", .day), ("HH", .hour), ("hh", .halfDayHour), ("mm", .minute), ("ss", .second), ("A", .half),
    ]

    private static func parse(_ format: String) -> [Piece]? {
        var pieces: [Piece] = []
        var rest = Substring(format)
        while let next = rest.first {
            if let (word, piece) = words.first(where: { rest.hasPrefix($0.0) }) {
                pieces.append(piece)
                rest = rest.dropFirst(word.count)
            } else if let byte = next.asciiValue, !next.isLetter, !next.isNumber {
                pieces.append(.literal(byte))
                rest = rest.dropFirst()
            } else {
                return nil
            }
        }
        return pieces
    }

    // MARK: Writing

    public func text(_ time: Timestamp, in zone: TimeZone) -> String {
        let at = time.fields(in: zone)
        var out = ""
        for piece in pieces {
            switch piece {
            case .year: out += CalendarFields.pad(at.year, 4)
            case .month: out += CalendarFields.pad(at.month, 2)
            case .day: out += CalendarFields.pad(at.day, 2)
            case .hour: out += CalendarFields.pad(at.hour, 2)
            case .halfDayHour: out += CalendarFields.pad((at.hour + 11) % 12 + 1, 2)
            case .minute: out += CalendarFields.pad(at.minute, 2)
            case .second: out += CalendarFields.pad(at.second, 2)
            case .half: out += at.hour < 12 ? "AM" : "PM"
            case .literal(let byte): out.unicodeScalars.append(Unicode.Scalar(byte))
            }
        }
        return out
    }

    // MARK: Reading

    /// - Returns: nil for anything but a time in this format.
    public func wallTime(_ text: String) -> WallTime? {
        var rest = text.utf8[...]
        var values: [Piece: Int] = [:]
        for piece in pieces {
            switch piece {
            case .literal(let byte):
                guard rest.popFirst() == byte else { return nil }
            case .half:
                switch String(rest.prefix(2)).map({ $0.uppercased() }) {
                case "AM"?: values[.half] = 0
                case "PM"?: values[.half] = 12
                default: return nil
                }
                rest = rest.dropFirst(2)
            case .year: values[piece] = Self.number(&rest, 4)
            case .month, .day, .hour, .halfDayHour, .minute, .second: values[piece] = Self.number(&rest, 2)
            }
        }
        guard rest.isEmpty, let year = values[.year], let month = values[.month], let day = values[.day], let hour = Self.hour(values),
            let minute = values[.minute], let second = values[.second]
        else { return nil }
        return WallTime(year: year, month: month, day: day, hour: hour, minute: minute, second: second)
    }

    private static func hour(_ values: [Piece: Int]) -> Int? {
        guard let half = values[.half] else { return values[.hour] }
        guard let hour = values[.halfDayHour], (1...12).contains(hour) else { return nil }
        return hour % 12 + half
    }

    /// Exactly so many digits.
    private static func number(_ rest: inout Substring.UTF8View, _ digits: Int) -> Int? {
        let text = rest.prefix(digits)
        guard text.count == digits, text.allSatisfy(\.isDigit) else { return nil }
        rest = rest.dropFirst(digits)
        return text.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
    }
}
