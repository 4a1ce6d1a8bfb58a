import Voicemail

/// How calls find their mailbox, from the configuration.
public struct WhichBoxSettings: Sendable, Hashable {
    /// Where to look, best first.
    public var sources = BoxSource.standard
    /// The forwarder whose box is meant where a call was forwarded more than once.
    public var forwarder = Forwarder.latest
    /// What becomes of numbers before they are looked for; the number itself is always looked for as well.
    public var rules: [NumberRule] = []
    /// Which accounts calls of certain peers and ports are for.
    public var accounts: [AccountRule] = []
    /// Numbers that mean listening. The first group of a pattern is the mailbox.
    public var listening: [ListeningNumber] = []
    /// Where calls go that fit nowhere; nil refuses them with 404.
    public var fallback: BoxReference?
    /// Which headers tell who calls, best first.
    public var callers = CallerSource.standard

    public init() {}
}

/// Which of several who forwarded a call is meant.
public enum Forwarder: String, Sendable, CaseIterable {
    /// The number that forwarded the call to us.
    case latest
    /// The number that was called in the first place.
    case original
}

/// A place of an INVITE that can tell the mailbox.
public enum BoxSource: Sendable, Hashable, CustomStringConvertible {
    /// The `target` of the request's URI (RFC 4458).
    case target
    /// The user part of the request's URI.
    case uri
    /// Diversion (RFC 5806).
    case diversion
    /// History-Info (RFC 7044, RFC 4244).
    case historyInfo
    /// P-Called-Party-ID (RFC 7315).
    case calledParty
    case to
    /// A header of the PBX's own: a number, or an address.
    case header(String)

    /// The order of the guide.
    public static let standard: [BoxSource] = [.target, .uri, .diversion, .historyInfo, .calledParty, .to]

    /// A word of the configuration; nil for another.
    public init?(_ word: String) {
        switch word.lowercased() {
        case "target": self = .target
        case "uri": self = .uri
        case "diversion": self = .diversion
        case "history-info": self = .historyInfo
        case "p-called-party-id": self = .calledParty
        case "to": self = .to
        default:
            guard word.lowercased().hasPrefix("header:"), word.utf8.count > 7, word.dropFirst(7).utf8.allSatisfy(Self.isNameByte) else { return nil }
            self = .header(String(word.dropFirst(7)))
        }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"),
            UInt8(ascii: "_"):
            true
        default: false
        }
    }

    public var description: String {
        switch self {
        case .target: "target of the request URI"
        case .uri: "request URI"
        case .diversion: "Diversion"
        case .historyInfo: "History-Info"
        case .calledParty: "P-Called-Party-ID"
        case .to: "To"
        case .header(let name): name
        }
    }
}

/// A mailbox that the configuration names: `NUMBER`, or `NUMBER@ACCOUNT` by the account's id, realm or name.
public struct BoxReference: Sendable, Hashable {
    public let number: String
    public let account: String?

    public init?(_ text: String) {
        let halves = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard MailboxNumber.isDialable(halves[0]), halves.count == 1 || !halves[1].isEmpty else { return nil }
        number = halves[0]
        account = halves.count == 2 ? halves[1] : nil
    }
}

/// A number that means listening: `*97`, or `/^\*98(\d+)$/`, whose group is a mailbox.
public struct ListeningNumber: Sendable, Hashable {
    private let number: String?
    private let pattern: BoundedPattern?

    public init?(_ text: String) {
        if text.hasPrefix("/") {
            guard text.count > 2, text.hasSuffix("/"), let pattern = BoundedPattern(String(text.dropFirst().dropLast())) else { return nil }
            (number, self.pattern) = (nil, pattern)
        } else {
            guard MailboxNumber.isDialable(text) else { return nil }
            (number, pattern) = (text, nil)
        }
    }

    /// nil for another number; otherwise the mailbox that was dialled with it, if one was.
    func match(_ dialled: String) -> ListeningTo? {
        if let number { return number == dialled ? ListeningTo(mailbox: nil) : nil }
        guard let groups = pattern?.match(dialled) else { return nil }
        return ListeningTo(mailbox: groups.count > 1 ? groups[1].flatMap { $0.isEmpty ? nil : $0 } : nil)
    }

    struct ListeningTo { let mailbox: String? }
}
