/// How telephone numbers are dialled where the server is, and the one form that they are brought to: whoever stores, searches or erases by
/// number goes through `canonical`.
public struct NumberPlan: Sendable, Hashable {
    /// Digits of the country that numbers without one belong to, such as 49; nil where numbers stay in the form that they come in.
    public var countryCode: String?
    /// What is dialled before another country's number.
    public var internationalPrefix = "00"
    /// What is dialled before a number of the same country; empty where nothing is.
    public var trunkPrefix = "0"
    /// Digits that a number of the country has without any prefix, where all have as many: 10 in North America. Others are taken for extensions.
    public var nationalDigits: Int?

    public init(countryCode: String? = nil) { self.countryCode = countryCode }

    /// A number without what only pleases the eye, `+` and the country in front where it is known that there is one: `+49 (30) 555-200`,
    /// `004930555200` and `030 555200` are all `+4930555200` in country 49. An extension, a feature code and a name stay what they are.
    public func canonical(_ text: String) -> String {
        let plain = Self.plain(text)
        guard let plain, plain.first != "+", plain.utf8.allSatisfy(\.isDigit), let countryCode else { return plain ?? text }
        if let rest = plain.after(internationalPrefix), rest.count >= 5, rest.first != "0" { return "+" + rest }
        if let rest = plain.after(trunkPrefix), rest.count >= 4, nationalDigits.map({ $0 == rest.count }) ?? true { return "+" + countryCode + rest }
        return plain.utf8.count == nationalDigits ? "+" + countryCode + plain : plain
    }

    /// How somebody of the same country would dial a canonical number; nil for one of another country, and for what is no such number.
    public func national(_ canonical: String) -> String? {
        guard let countryCode, let rest = canonical.after("+" + countryCode), !rest.isEmpty else { return nil }
        return trunkPrefix + rest
    }

    /// The digits of a number, `*`, `#` and a leading plus sign among them; nil for what is no number.
    static func plain(_ text: String) -> String? {
        var plain = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "0"..."9", "*", "#": plain.unicodeScalars.append(scalar)
            case "+" where plain.isEmpty: plain.unicodeScalars.append(scalar)
            case " ", "-", ".", "(", ")", "/", "\u{a0}": continue
            default: return nil
            }
        }
        return plain.isEmpty || plain == "+" ? nil : plain
    }
}

extension String {
    /// What follows a prefix; nil where it begins otherwise, and for an empty prefix, which says nothing.
    fileprivate func after(_ prefix: String) -> String? { !prefix.isEmpty && hasPrefix(prefix) ? String(dropFirst(prefix.count)) : nil }
}
