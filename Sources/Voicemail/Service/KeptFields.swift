/// Fields that an interface keeps with a mailbox or an account only to show them again, as no rule of the domain reads them.
public struct KeptFields: Sendable, Hashable {
    public let interface: String
    /// Fields that only this interface has; null removes one.
    public var values: JSONObject
    /// A field that several interfaces have; empty for none, nil where it is to stay.
    public var mobileNumber: String?

    public init(interface: String, values: JSONObject = [:], mobileNumber: String? = nil) {
        self.interface = interface
        self.values = values
        self.mobileNumber = mobileNumber
    }

    /// Kept beside the interfaces' names, as it belongs to no single one.
    fileprivate static let mobileNumberName = "mobile_number"

    var isEmpty: Bool { values.isEmpty && mobileNumber == nil }

    /// What all interfaces keep, with these fields merged in.
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
    /// What interfaces keep with the document, by the names of the interfaces.
    var kept: JSONObject {
        get { hidden["kept"]?.object ?? [:] }
        set { hidden["kept"] = .object(newValue) }
    }
}

extension StoredNoun {
    /// As `kept(by:)`, for every noun.
    fileprivate func keptFields(by interface: String) -> JSONObject { stored.kept[interface]?.object ?? [:] }

    /// Merges fields into what their interface keeps.
    mutating func keep(_ fields: KeptFields) { stored.kept = fields.merged(into: stored.kept) }
}

extension Mailbox {
    /// The mobile number of the mailbox's person; empty where there is none, nil where no interface has set it.
    public var mobileNumber: String? { stored.kept[KeptFields.mobileNumberName]?.string }

    /// What an interface keeps for its own clients. Clients of other interfaces neither see it nor erase it.
    public func kept(by interface: String) -> JSONObject { keptFields(by: interface) }
}

extension Account {
    /// What an interface keeps for its own clients. Clients of other interfaces neither see it nor erase it.
    public func kept(by interface: String) -> JSONObject { keptFields(by: interface) }
}

extension Accounts {
    /// Changes what an interface keeps with an account.
    /// - Returns: the account after the change.
    /// - Throws: `VoicemailError.documentTooLarge`.
    public func changeKept(by interface: String, of account: Account, _ change: @escaping @Sendable (JSONObject) -> JSONObject) async throws -> Account {
        let now = clock.now
        let limits = limits
        return try await store.write { writer in
            var current: Account = try writer.require(account.id, in: account.id)
            let fields = KeptFields(interface: interface, values: change(current.kept(by: interface)))
            // Only the size is judged: the attributes stay as they are, and may have been stored under other rules.
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
