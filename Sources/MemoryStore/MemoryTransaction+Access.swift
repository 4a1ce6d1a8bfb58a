import Voicemail

extension MemoryTransaction {
    func ticket(hash: String) throws -> Ticket? { try all().tickets.first { $0.hash.isSame(as: hash) } }

    func tickets(credentialID: String, kind: Ticket.Kind, aliveAt now: Timestamp) throws -> [Ticket] {
        try tickets { credentialID.isSame(as: $0.credentialID) && $0.kind == kind && $0.expires > now }
    }

    func countTickets(credentialID: String, kind: Ticket.Kind, aliveAt now: Timestamp, limit: Int) throws -> Int {
        try min(limit, tickets(credentialID: credentialID, kind: kind, aliveAt: now).count)
    }

    func tickets(userID: String, kind: Ticket.Kind, aliveAt now: Timestamp) throws -> [Ticket] {
        try tickets { userID.isSame(as: $0.userID) && $0.kind == kind && $0.expires > now }
    }

    private func tickets(where isWanted: (Ticket) -> Bool) throws -> [Ticket] {
        try all().tickets.filter(isWanted).sorted { $0.created == $1.created ? $0.hash.precedes($1.hash) : $0.created < $1.created }
    }

    func credential(kind: Credential.Kind, handle: String) throws -> Credential? {
        try all().credentials.first { $0.kind == kind && $0.handle.isSame(as: handle) }
    }

    func credential(id: String) throws -> Credential? { try all().credentials.first { $0.id.isSame(as: id) } }

    func credentials(accountID: String) throws -> [Credential] {
        try all().credentials.filter { $0.accountID.isSame(as: accountID) }.sorted {
            $0.created == $1.created ? $0.id.precedes($1.id) : $0.created < $1.created
        }
    }

    func insert(_ ticket: Ticket) throws {
        guard try self.ticket(hash: ticket.hash) == nil else { throw StoreError.conflict }
        try change { $0.tickets.append(ticket) }
    }

    func update(_ ticket: Ticket) throws {
        guard let index = try all().tickets.firstIndex(where: { $0.hash.isSame(as: ticket.hash) }) else { return }
        try change { rows in
            rows.tickets[index].expires = ticket.expires
            rows.tickets[index].details = ticket.details
        }
    }

    func remove(ticketHash: String) throws { try change { $0.tickets.removeAll { $0.hash.isSame(as: ticketHash) } } }

    func removeTickets(expiredBefore: Timestamp) throws { try change { $0.tickets.removeAll { $0.expires < expiredBefore } } }

    func removeTickets(accountID: String?, userID: String?, credentialID: String?) throws {
        try change { rows in
            rows.tickets.removeAll { ticket in
                accountID.map { ticket.accountID.isSame(as: $0) } ?? false || userID.map { $0.isSame(as: ticket.userID) } ?? false
                    || credentialID.map { $0.isSame(as: ticket.credentialID) } ?? false
            }
        }
    }

    func insert(_ credential: Credential) throws {
        let isTaken = try self.credential(id: credential.id) != nil || self.credential(kind: credential.kind, handle: credential.handle) != nil
        guard !isTaken else { throw StoreError.conflict }
        try change { $0.credentials.append(credential) }
    }

    func remove(credentialID: String) throws { try change { $0.credentials.removeAll { $0.id.isSame(as: credentialID) } } }

    // MARK: Failed logins

    func loginCounts(ids: [String]) throws -> [LoginCount] { try ids.compactMap { id in try all().logins.first { $0.id.isSame(as: id) } } }

    func loginCounts(after id: String, limit: Int) throws -> [LoginCount] {
        Array(try all().logins.filter { id.precedes($0.id) }.sorted { $0.id.precedes($1.id) }.prefix(max(0, limit)))
    }

    func save(_ count: LoginCount) throws {
        try remove(loginCountID: count.id)
        try change { $0.logins.append(count) }
    }

    func remove(loginCountID: String) throws { try change { $0.logins.removeAll { $0.id.isSame(as: loginCountID) } } }

    func removeLoginCounts(lastBefore: Timestamp) throws { try change { $0.logins.removeAll { $0.last < lastBefore } } }

    func trimLoginCounts(_ kind: LoginCount.Kind, to limit: Int) throws {
        let beyond = try all().logins.filter { $0.kind == kind }.sorted { ($0.failures, $0.last) > ($1.failures, $1.last) }.dropFirst(max(0, limit))
        for count in beyond { try remove(loginCountID: count.id) }
    }
}
