/// Mailbox numbers as they are compared for uniqueness (K§5.1).
public enum MailboxNumber {
    /// Digits compare as integers, so `3000` and `03000` clash; any other text compares exactly. The prefix
    /// keeps the two apart.
    public static func comparable(_ number: String) -> String {
        guard number.isDigits else { return "text:" + number }
        let significant = number.drop { $0 == "0" }
        return "number:" + (significant.isEmpty ? "0" : significant)
    }

    /// Whether a telephone can dial it. The interfaces take other texts as their contracts say; nobody calls those.
    public static func isDialable(_ number: String) -> Bool {
        let digits = number.utf8.first == UInt8(ascii: "+") ? number.utf8.dropFirst() : number.utf8[...]
        return !digits.isEmpty && number.utf8.count <= longest
            && digits.allSatisfy { $0.isDigit || $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "#") }
    }

    /// Characters (K§5.1).
    static let longest = 30
}
