/// Mailbox numbers as they are compared for uniqueness (KAZOO contract §5.1).
public enum MailboxNumber {
    /// Digits compare as integers, so `3000` and `03000` clash; any other text compares exactly. The prefix
    /// keeps the two apart.
    public static func comparable(_ number: String) -> String {
        let digits = number.utf8
        guard !digits.isEmpty, digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return "text:" + number }
        let significant = number.drop { $0 == "0" }
        return "number:" + (significant.isEmpty ? "0" : significant)
    }
}
