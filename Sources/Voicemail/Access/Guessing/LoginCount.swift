/// Failed logins that are counted together.
public struct LoginCount: Sendable, Hashable {
    /// What they have in common.
    public enum Kind: String, Sendable, CaseIterable {
        /// Where they came from.
        case source
        /// The one login they tried to get into.
        case login
        /// The account they tried to get into, where its users are not named or are tried one after the other.
        case account
        /// The one mailbox whose PIN they tried: PINs are short, so it is locked sooner than a login.
        case mailbox
    }

    /// The address, for a source; else a keyed hash of the name that was given, so that what nobody is called, a password in the
    /// wrong field among it, is kept nowhere.
    public let id: String
    public let kind: Kind
    /// What to call it: the address, or the name if somebody has it; else empty.
    public var label: String
    public var failures: Int
    /// When the first and the last of them were.
    public var first: Timestamp
    public var last: Timestamp

    public init(id: String, kind: Kind, label: String, failures: Int, first: Timestamp, last: Timestamp) {
        self.id = id
        self.kind = kind
        self.label = label
        self.failures = failures
        self.first = first
        self.last = last
    }
}

/// What a login tries to get into, as its client says. It is counted alike whether there is such a thing or not.
public enum LoginName: Sendable, Hashable {
    case realm(String)
    case account(String)
    case accountID(String)
    /// A user who is named beside his account.
    case user(String, accountID: String)
    /// A mailbox whose PIN is shown, by its number: on the web page or by telephone.
    case mailbox(String, accountID: String)
    /// What is not of a user, by what finds it.
    case credential(Credential.Kind, handle: String)

    var kind: LoginCount.Kind {
        switch self {
        case .realm, .account, .accountID: .account
        case .user, .credential: .login
        case .mailbox: .mailbox
        }
    }

    /// What people call it.
    var label: String {
        switch self {
        case .realm(let text), .account(let text), .accountID(let text), .credential(_, let text): text
        case .user(let name, _): name
        case .mailbox(let number, _): number
        }
    }

    /// Tells every name from every other.
    var key: String {
        switch self {
        case .realm(let realm): "realm \(realm.lowercased())"
        case .account(let name): "account \(Accounts.comparableName(name))"
        case .accountID(let id): "id \(id)"
        case .user(let name, let accountID): "user \(accountID.utf8.count) \(accountID) \(name.lowercased())"
        case .mailbox(let number, let accountID): "mailbox \(accountID.utf8.count) \(accountID) \(MailboxNumber.comparable(number))"
        case .credential(let kind, let handle): "credential \(kind.rawValue) \(handle)"
        }
    }

    /// Whether anything is called so.
    func isKnown(_ reader: any StoreReader) throws -> Bool {
        switch self {
        case .realm(let realm): try reader.account(realm: realm) != nil
        case .account(let name):
            try !reader.accounts(called: Accounts.comparableName(name), limit: 1).isEmpty
        case .accountID(let id): try reader.account(id: id) != nil
        case .user(let name, let accountID): try reader.user(named: name, in: accountID) != nil
        case .mailbox(let number, let accountID): try reader.mailbox(number: number, in: accountID, attributes: MailboxEntry.attributes) != nil
        case .credential(let kind, let handle): try reader.credential(kind: kind, handle: handle) != nil
        }
    }
}
