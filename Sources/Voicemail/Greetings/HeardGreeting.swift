/// That callers hear another greeting is news to who owns the mailbox: one that says yes to whatever is asked makes calls at his cost (N§2.3-23).
extension Mailbox {
    /// Which greetings callers hear, and until when.
    fileprivate var heardGreetings: [JSON] {
        let media = stored.attributes["media"]
        return [media?["unavailable"] ?? .null, media?["temporary_unavailable"] ?? .null]
    }

    /// Whether callers hear a greeting, now or when another has had its time.
    fileprivate func hears(_ greetingID: String) -> Bool { heardGreetings.contains(.string(greetingID)) }

    static var hasConsequences: Bool { true }

    func follow(_ before: Mailbox, at now: Timestamp, _ writer: any StoreWriter) throws {
        if heardGreetings != before.heardGreetings { try Change(writer: writer, now: now).noteOtherGreeting(of: self) }
        if stored.secret != before.stored.secret { try writer.audit(.pinChanged, of: accountID, [id], ["is_set": .bool(stored.secret != nil)], at: now) }
    }
}

extension Greeting {
    static var hasConsequences: Bool { true }

    func follow(_ before: Greeting, at now: Timestamp, _ writer: any StoreWriter) throws {
        guard blobID != before.blobID, let ownerID else { return }
        try Change(writer: writer, now: now).noteOtherSound(of: id, heardIn: [ownerID])
    }
}

extension Change {
    fileprivate func noteOtherGreeting(of mailbox: Mailbox) throws {
        try writer.append(Event(kind: .greetingChanged, accountID: mailbox.accountID, subjectID: mailbox.id, created: now))
    }

    /// Tells of each of some mailboxes whose callers hear a greeting that it has another sound now, or none.
    func noteOtherSound(of greetingID: String, heardIn mailboxIDs: [String]) throws {
        let mailboxes = try writer.documents(ids: mailboxIDs, attributes: ["media"]).compactMap { Mailbox($0) }
        for mailbox in mailboxes where mailbox.hears(greetingID) { try noteOtherGreeting(of: mailbox) }
    }
}

extension Greetings {
    /// The mailboxes, besides its owner, whose callers hear a greeting: it lies on no mailbox's shelf, or they borrow it. They are looked for before the
    /// transaction that changes the greeting, as that takes a look at every mailbox; a mailbox that chooses the greeting meanwhile tells so itself.
    func hearers(of greetingID: String, in account: Account) async throws -> [String] { try await hearers(in: account.id) { _ in greetingID } }

    /// The same of the greeting that is found; nil for none.
    func hearers(in accountID: String, of find: @escaping @Sendable (any StoreReader) throws -> String?) async throws -> [String] {
        try await store.read { reader in
            guard let greetingID = try find(reader), let greeting: Greeting = try reader.find(id: greetingID), greeting.hasAudio || greeting.ownerID == nil
            else { return [] }
            var found: [String] = []
            try reader.eachPage(Mailbox.self, DocumentQuery(kind: .mailbox, accountID: accountID, attributes: ["media"])) { page in
                found += page.filter { $0.hears(greetingID) && $0.id != greeting.ownerID }.map(\.id)
            }
            return found
        }
    }
}
