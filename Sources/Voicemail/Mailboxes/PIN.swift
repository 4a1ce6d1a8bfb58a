import Crypto
import Logging

/// What opens a mailbox by telephone and on web pages. Whoever may read the mailbox may read it, as the interfaces promise (K§5.4, P§9.3);
/// it is in no log, no event and in no column in clear.
public struct PIN: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// In clear, for who may read the mailbox.
    public let text: String

    public init(_ text: String) { self.text = text }

    /// Why somebody who chooses a PIN cannot have it. Programs may set others, as their interfaces promise.
    public enum Fault: Error, Sendable, Hashable {
        /// It is not dialled.
        case notDigits
        /// It is the mailbox's number, and would open nothing.
        case number

        /// The same as of an attribute, without the PIN itself.
        public var violation: Violation {
            let (code, message) =
                switch self {
                case .notDigits: ("digits", "it is dialled, so it has digits and nothing else")
                case .number: ("number", "it is the mailbox's number, which opens nothing")
                }
            return Violation(.pin, .other(code: code, message: message))
        }
    }

    /// A PIN that a person has chosen for a mailbox of this number. How long it may be is the schema's to say.
    /// - Throws: `Fault`.
    public init(chosen text: String, for number: String) throws(Fault) {
        guard text.isDigits else { throw .notDigits }
        self.init(text)
        guard !isNumber(number) else { throw .number }
    }

    /// Whether it is the number of its mailbox. Such a one opens nothing: systems hand those out with new mailboxes (S§6.3), and they are the first
    /// that strangers try.
    func isNumber(_ number: String) -> Bool { MailboxNumber.comparable(text) == MailboxNumber.comparable(number) }

    /// Compares without telling by its duration where the texts differ, or whether they are of one length.
    public static func == (left: PIN, right: PIN) -> Bool {
        SHA256.hash(data: Array(left.text.utf8)) == SHA256.hash(data: Array(right.text.utf8))
    }

    public var description: String { "PIN" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

extension Mailbox {
    /// Takes the PIN of attributes that the schema has found valid.
    /// - Parameter old: the one there is. The same is not sealed again, and one that does not open here is not lost.
    mutating func takePIN(of checked: JSONObject, replacing old: PIN?, _ secrets: Secrets) throws {
        let pin = checked[Self.pinKey]?.string.map(PIN.init)
        guard pin != old else { return }
        stored.secret = try pin.map { try secrets.seal($0.text, of: id) }
    }

    /// Tells one PIN of this mailbox from the next, and says nothing of either.
    var pinEdition: String? { stored.secret.map { HexID.encode(SHA256.hash(data: $0.bytes).prefix(16)) } }

    func pin(_ secrets: Secrets) -> PIN? { stored.secret.flatMap { secrets.open($0, of: id) }.map(PIN.init) }

    /// Attributes with the PIN among them.
    func shown(_ attributes: JSONObject, with pin: PIN?) -> JSONObject {
        var attributes = attributes
        attributes[Self.pinKey] = pin.map { .string($0.text) }
        return attributes
    }

    static let pinKey = Setting.pin.rawValue
}

extension Mailboxes {
    /// The PIN of a mailbox, for who may read the mailbox; nil for none.
    public func pin(of mailbox: Mailbox) -> PIN? {
        let pin = mailbox.pin(secrets)
        if pin == nil, mailbox.stored.secret != nil {
            logger.error("a stored PIN does not open with the key of this server", metadata: ["mailbox": "\(mailbox.id)"])
        }
        return pin
    }

    /// The attributes of a mailbox as clients see them who may read it, its PIN among them.
    public func published(_ mailbox: Mailbox) -> JSONObject { mailbox.shown(mailbox.published, with: pin(of: mailbox)) }

    /// Whether what somebody entered opens a mailbox by telephone or on a web page.
    public func pinOpens(_ mailbox: Mailbox, _ entered: String) -> Bool {
        guard let pin = pin(of: mailbox), !entered.isEmpty else { return false }
        let isOpen = pin == PIN(entered)
        return isOpen && !pin.isNumber(mailbox.number)
    }
}
