/// An address that mail can be sent to: `local@domain` in printable ASCII, so that it is one word in every header and command that it
/// stands in. Quoted local parts and names in other scripts (RFC 6531) are not taken.
public struct MailAddress: Sendable, Hashable {
    public let text: String

    /// Octets of a path without its brackets (RFC 5321 §4.5.3.1.3).
    private static let longest = 254
    /// What would end the address, or start another, somewhere on its way.
    private static let separators = Set("<>()[]\\,;:\"".utf8)

    /// - Returns: nil for anything else.
    public init?(_ text: String) {
        let parts = text.utf8.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }), text.utf8.count <= Self.longest,
            text.utf8.allSatisfy({ (0x21...0x7E).contains($0) && !Self.separators.contains($0) })
        else { return nil }
        self.text = text
    }

    /// What stands behind the `@`.
    public var domain: Substring { text.drop { $0 != "@" }.dropFirst() }
}

/// A mail of ours: plain text for one receiver.
public struct MailMessage: Sendable, Hashable {
    public var to: MailAddress
    /// One line; control characters are left out of it.
    public var subject: String
    /// Lines that end in `\n`.
    public var text: String

    public init(to: MailAddress, subject: String, text: String) {
        self.to = to
        self.subject = subject
        self.text = text
    }
}

/// Why a mail was not taken. The text names no secret: it may be shown and logged.
public struct OutgoingMailError: Error, Hashable, Sendable {
    public let reason: String
    /// The mail server will not take this mail later either (RFC 5321 §4.2.1).
    public let isPermanent: Bool

    public init(_ reason: String, isPermanent: Bool = false) {
        self.reason = reason
        self.isPermanent = isPermanent
    }
}

/// Sending mail through the server that an administrator has named.
public protocol OutgoingMail: Sendable {
    /// Returns when the mail server has taken the mail over.
    func send(_ message: MailMessage) async throws(OutgoingMailError)
}
