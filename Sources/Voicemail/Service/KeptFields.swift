/// What is kept with a mailbox or an account only to be shown again.
public struct KeptFields: Sendable, Hashable {
    public let interface: String
    /// Fields that this interface alone has words for; null takes one away.
    public var values: JSONObject
    /// A fact that several interfaces have a word for; empty for none.
    public var mobileNumber: String?

    public init(interface: String, values: JSONObject = [:], mobileNumber: String? = nil) {
        self.interface = interface
        self.values = values
        self.mobileNumber = mobileNumber
    }

    /// What stands beside the interfaces' names: it is none's alone.
    fileprivate static let mobileNumberName = "mobile_number"

    var isEmpty: Bool { values.isEmpty && mobileNumber == nil }

    /// What all interfaces keep together, with these in it.
    func merged(into all: JSONObject) -> JSONObject {
        var all = all
        var own = all[interface]?.object ?? [:]
        own.merge(patch: values)
        all[interface] = .object(own)
        if let mobileNumber { all[Self.mobileNumberName] = .string(mobileNumber) }
        return all
    }
}

extension StoredDocument {
    /// What interfaces keep, by their names.
    var kept: JSONObject {
        get { hidden["kept"]?.object ?? [:] }
        set { hidden["kept"] = .object(newValue) }
    }
}

extension StoredNoun {
    /// What an interface keeps with it for its own clients. Other interfaces' clients neither see it nor erase it.
    fileprivate func keptFields(by interface: String) -> JSONObject { stored.kept[interface]?.object ?? [:] }

    /// Merges into what an interface keeps; null removes.
    mutating func keep(_ fields: KeptFields) { stored.kept = fields.merged(into: stored.kept) }
}

extension Mailbox {
    /// The mobile number of its person, empty where he has none; nil where no interface has said. Not every interface has a word for it.
    public var mobileNumber: String? { stored.kept[KeptFields.mobileNumberName]?.string }

    /// What an interface keeps with it for its own clients. Other interfaces' clients neither see it nor erase it.
    public func kept(by interface: String) -> JSONObject { keptFields(by: interface) }
}

extension Account {
    /// What an interface keeps with it for its own clients. Other interfaces' clients neither see it nor erase it.
    public func kept(by interface: String) -> JSONObject { keptFields(by: interface) }
}

extension Accounts {
    /// Changes what an interface keeps with an account, in one transaction.
    /// - Returns: the account as it is then.
    /// - Throws: `VoicemailError.documentTooLarge`.
    public func changeKept(by interface: String, of account: Account, _ change: @escaping @Sendable (JSONObject) -> JSONObject) async throws -> Account {
        let now = clock.now
        let limits = limits
        return try await store.write { writer in
            var current: Account = try writer.require(account.id, in: account.id)
            let fields = KeptFields(interface: interface, values: change(current.kept(by: interface)))
            // Its attributes stay as they are, whatever rules they were stored under.
            _ = try current.applying(.patch([:]), keeping: fields, limits)
            current.keep(fields)
            return try writer.save(current, at: now)
        }
    }

    /// - Returns: nil when there is none.
    public func find(_ id: String) async throws -> Account? {
        try await store.read { try $0.account(id: id) }
    }
}
