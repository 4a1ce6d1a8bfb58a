extension Housekeeping {
    /// What retention removes of an account until a time, by the rules as they are and the things as they are now, the first due first; what is due
    /// already goes with the next `sweep`, which removes by the same visits.
    /// - Parameter limit: at most so many are looked for by each rule in each place.
    public func departures(of account: Account, until time: Timestamp, limit: Int) async throws -> [Departure] {
        let service = service
        return try await store.read { reader in
            let held = try reader.heldSubjects(accountID: account.id)
            var found: [Departure] = []
            var known: Set<Departure.Thing> = []
            func collect<Item>() -> (Item, Departure) -> Bool {
                var count = 0
                return { _, departure in
                    if known.insert(departure.thing).inserted { found.append(departure) }
                    count += 1
                    return count < limit
                }
            }
            guard limit > 0 else { return [] }
            try reader.eachPage(Mailbox.self, DocumentQuery(kind: .mailbox, accountID: account.id, attributes: Mailbox.ownAttributes)) { mailboxes in
                for mailbox in mailboxes {
                    let expiry = MessageExpiry(retention: service.messages.retention(of: mailbox, in: account), held: held, time: time)
                    try expiry.visitOld(in: mailbox.id, reader, collect())
                    try expiry.visitSurplus(in: mailbox.id, reader, collect())
                }
            }
            let bulk = MessageRetention(bytes: service.messages.messageBytes(of: account))
            try MessageExpiry(retention: bulk, held: held, time: time).visitBulk(of: account.id, reader, collect())
            let recordings = RecordingExpiry(retention: service.recordings.retention(of: account), held: held, time: time)
            try recordings.visitOld(of: account.id, reader, collect())
            try recordings.visitBulk(of: account.id, reader, collect())
            return found.sorted { $0.due < $1.due }
        }
    }
}
