import Voicemail

/// Where callers may be sent with the operator's key: what a mailbox names must be among these, so that nobody makes the telephone system call anywhere.
public struct Operators: Sendable, Hashable {
    /// A number, or the beginning of some.
    public struct Pattern: Sendable, Hashable {
        let digits: String
        let isBeginning: Bool

        /// - Parameter text: `200`, or `2*` for all that begin so.
        public init?(_ text: String) {
            isBeginning = text.hasSuffix("*") && text.count > 1
            digits = isBeginning ? String(text.dropLast()) : text
            guard !digits.isEmpty, digits.utf8.allSatisfy({ $0.isDigit || [0x2A, 0x23, 0x2B].contains($0) }) else { return nil }
        }

        func fits(_ number: String) -> Bool { isBeginning ? number.hasPrefix(digits) : number == digits }
    }

    public var allowed: [Pattern] = []

    public init(_ allowed: [Pattern] = []) { self.allowed = allowed }

    /// The number of a mailbox's operator: its own, else the account's, which is 0 where it names none (K§10.2, step 9). nil where that is none of the
    /// allowed.
    func number(of mailbox: Mailbox, in account: Account) -> String? {
        let number = mailbox.operatorNumber ?? account.operatorNumber ?? Self.usual
        return allowed.contains { $0.fits(number) } ? number : nil
    }

    private static let usual = "0"
}
