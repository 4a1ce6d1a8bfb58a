extension UInt8 {
    /// Whether it is one of the ten digits of ASCII.
    @inlinable public var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }

    /// Whether it is a space or a tab.
    @inlinable public var isBlank: Bool { self == UInt8(ascii: " ") || self == UInt8(ascii: "\t") }
}

extension StringProtocol {
    /// Whether it has digits of ASCII and nothing else.
    public var isDigits: Bool { !isEmpty && utf8.allSatisfy(\.isDigit) }

    /// Without what is blank around it, which is whitespace of every kind unless a contract says otherwise.
    public func trimmed(of isBlank: (Character) -> Bool = { $0.isWhitespace }) -> String {
        String(drop(while: isBlank).reversed().drop(while: isBlank).reversed())
    }

    /// The pieces between commas, each trimmed, without empty ones.
    public func listed(trimmedOf isBlank: (Character) -> Bool = { $0.isWhitespace }) -> [String] {
        split(separator: ",").map { $0.trimmed(of: isBlank) }.filter { !$0.isEmpty }
    }
}
