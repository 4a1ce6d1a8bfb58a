import Foundation

/// What somebody looks for among messages: callers, by a part of their name or their number.
public struct MessageSearch: Sendable, Hashable {
    private let name: String
    /// Empty for what is no number.
    private let digits: String

    /// - Returns: nil for a text with nothing in it.
    public init?(_ text: String) {
        name = Self.folded(text.trimmingCharacters(in: .whitespacesAndNewlines))
        guard !name.isEmpty else { return nil }
        let isNumber = name.unicodeScalars.allSatisfy { Self.isDigit($0) || Self.marks.contains($0) }
        digits = isNumber ? Self.digits(of: name) : ""
    }

    /// A name whatever its case and accents, a number however it is grouped.
    public func matches(_ message: Message) -> Bool {
        if !digits.isEmpty, Self.digits(of: message.callerNumber).contains(digits) { return true }
        return Self.folded(message.callerName).contains(name) || Self.folded(message.callerNumber).contains(name)
    }

    /// What numbers are grouped with.
    private static let marks = Set("+-()./ \u{A0}".unicodeScalars)

    private static func digits(of text: String) -> String { String(String.UnicodeScalarView(text.unicodeScalars.filter(isDigit))) }

    private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

    private static func folded(_ text: String) -> String { text.folding(options: [.caseInsensitive, .diacriticInsensitive], locale: nil) }
}
