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

    /// The domain of the address.
    public var domain: Substring { text.drop { $0 != "@" }.dropFirst() }
}

/// A file that a mail carries.
public struct MailAttachment: Sendable {
    /// In ASCII.
    public let name: String
    public let contentType: String
    public let content: LocalCopy

    public init(name: String, contentType: String, content: LocalCopy) {
        self.name = name
        self.contentType = contentType
        self.content = content
    }
}

/// A mail of ours, for one receiver.
public struct MailMessage: Sendable {
    public var to: MailAddress
    /// What it is known by: the same when it is sent again (RFC 5322 §3.6.4).
    public var id = HexID.random()
    /// One line; control characters are left out of it.
    public var subject: String
    /// Lines that end in `\n`.
    public var text: String
    /// The same as HTML, where there is such.
    public var html: String?
    public var attachment: MailAttachment?
    /// What mails of one kind have in common (RFC 2919): a word, made a name of a list with the sender's domain.
    public var list: String?
    /// Which attempt at sending it this is, from 1; nil where that is not counted.
    public var attempt: Int?
    /// Where an answer goes, in place of the sender.
    public var replyTo: MailAddress?

    public init(to: MailAddress, subject: String, text: String, html: String? = nil, attachment: MailAttachment? = nil) {
        self.to = to
        self.subject = subject
        self.text = text
        self.html = html
        self.attachment = attachment
    }
}

/// Why a mail was not taken. The text names no secret: it may be shown and logged.
public struct OutgoingMailError: Error, Hashable, Sendable {
    public let reason: String
    /// The mail server will not take this mail later either (RFC 5321 §4.2.1).
    public let isPermanent: Bool
    /// The mail is, or may be, too large for it (552, RFC 1870 §6.1).
    public let isTooLarge: Bool
    /// The mail server could not be talked to: it would not have taken any other mail either.
    public let isUnreachable: Bool

    public init(_ reason: String, isPermanent: Bool = false, isTooLarge: Bool = false, isUnreachable: Bool = false) {
        self.isUnreachable = isUnreachable
        self.reason = reason
        self.isPermanent = isPermanent
        self.isTooLarge = isTooLarge
    }
}

extension OutgoingMailError {
    /// The outcome of an attempt, as this reply decides it.
    public var outcome: DeliveryOutcome {
        if isPermanent { return .refused(reason) }
        return isUnreachable ? .unreachable(reason) : .failed(reason)
    }
}

/// Sending mail through the server that an administrator has named.
///
/// Deliveries that go through it all have `OutgoingMailDestination.name` for their destination: it is one server.
public protocol OutgoingMail: Sendable {
    /// Returns when the mail server has taken the mail over.
    func send(_ message: MailMessage) async throws(OutgoingMailError)
}

public enum OutgoingMailDestination {
    public static let name = "mail"
}
