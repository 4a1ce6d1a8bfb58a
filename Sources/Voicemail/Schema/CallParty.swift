/// One end of a call, as a person enters it. Clients of an interface and recorders are judged by other rules: a client by its contract, and a recorder
/// hardly at all, because it cannot be asked again.
public struct CallParty: Sendable, Hashable {
    /// nil where none is given.
    public var number: String?
    public var name: String?

    public init(number: String?, name: String? = nil) {
        self.number = number
        self.name = name
    }

    /// Characters of the number, and of the name (K§6.1).
    static let longest = 35

    /// The rules that it breaks: the number becomes the user part of a SIP URI, and the name is shown within lines of text.
    /// - Parameters:
    ///   - number: the field that a violation names for the number.
    ///   - name: the field that it names for the name.
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

    /// Whether a text can be the user part of a SIP URI (RFC 3261 §25.1), with or without a host. `#` is taken too, as telephones dial it.
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
    /// Whether it can be shown within a line as it is: no control character, no line end, and nothing that changes the writing direction.
    fileprivate var isVisible: Bool {
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: false
        default: true
        }
    }
}
