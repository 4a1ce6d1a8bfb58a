/// One end of a call as a person tells it. An interface's contract has rules of its own for its clients, and recorders are taken at their
/// word: what they send cannot be asked for again.
public struct CallParty: Sendable, Hashable {
    /// nil where it is not told.
    public var number: String?
    public var name: String?

    public init(number: String?, name: String? = nil) {
        self.number = number
        self.name = name
    }

    /// Characters of either (K§6.1).
    static let longest = 35

    /// What is wrong with it. The number becomes the user part of a SIP URI; the name stands in lines of text.
    /// - Parameters:
    ///   - number: what a refusal calls the number.
    ///   - name: what it calls the name.
    public func violations(number numberField: String, name nameField: String) -> [Violation] {
        var violations: [Violation] = []
        func judge(_ text: String?, _ field: String, isNumber: Bool) {
            guard let text else { return }
            let value = JSON.string(text)
            if isNumber, text.isEmpty {
                violations.append(Violation([field], .minLength(1), value: value))
            } else if text.unicodeScalars.count > Self.longest {
                violations.append(Violation([field], .maxLength(Self.longest), value: value))
            } else if isNumber, !Self.isUser(text) {
                violations.append(Violation([field], .format("number or name of a SIP URI"), value: value))
            } else if !isNumber, !text.unicodeScalars.allSatisfy(\.isVisible) {
                violations.append(Violation([field], .format("name on one line"), value: value))
            }
        }
        judge(number, numberField, isNumber: true)
        judge(name, nameField, isNumber: false)
        return violations
    }

    /// Whether a text can be the user part of a SIP URI (RFC 3261 §25.1), `#` among it, which telephones dial; or has a host behind an at sign.
    private static func isUser(_ text: String) -> Bool {
        let parts = text.utf8.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        return parts.count <= 2 && parts.allSatisfy { part in !part.isEmpty && part.allSatisfy(isUserByte) }
    }

    private static func isUserByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        default: "-_.!~*'()&=+$,;?/#".utf8.contains(byte)
        }
    }
}

extension Unicode.Scalar {
    /// Whether it shows as itself on a line: no control character, no end of a line, nothing that turns the writing direction.
    fileprivate var isVisible: Bool {
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: false
        default: true
        }
    }
}
