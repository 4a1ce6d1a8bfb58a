import Voicemail

extension Transaction {
    func insert(_ session: Session) throws {
        try execute("""
            INSERT INTO session (token_hash, kind, account_id, user_id, credential_id, created, expires, details) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """) { run in
            run.bind(session.tokenHash)
            run.bind(session.kind.rawValue)
            run.bind(session.accountID)
            run.bind(session.userID)
            run.bind(session.credentialID)
            run.bind(session.created)
            run.bind(session.expires)
            run.bind(JSON.object(session.details).encoded)
        }
    }

    /// A session that has been ended meanwhile stays ended.
    func update(_ session: Session) throws {
        try execute("UPDATE session SET expires = ?, details = ? WHERE token_hash = ?") { run in
            run.bind(session.expires)
            run.bind(JSON.object(session.details).encoded)
            run.bind(session.tokenHash)
        }
    }

    func remove(tokenHash: String) throws {
        try execute("DELETE FROM session WHERE token_hash = ?") { $0.bind(tokenHash) }
    }

    func removeSessions(expiredBefore: Timestamp) throws {
        try executeInParts("""
            DELETE FROM session WHERE token_hash IN (SELECT token_hash FROM session WHERE expires < ? LIMIT ?)
            """) { $0.bind(expiredBefore) }
    }

    func removeSessions(accountID: String?, userID: String?, credentialID: String?) throws {
        if let accountID { try removeSessions("account_id", accountID) }
        if let userID { try removeSessions("user_id", userID) }
        if let credentialID { try removeSessions("credential_id", credentialID) }
    }

    private func removeSessions(_ column: StaticString, _ owner: String) throws {
        try executeInParts("""
            DELETE FROM session WHERE token_hash IN (SELECT token_hash FROM session WHERE \(column) = ? LIMIT ?)
            """) { $0.bind(owner) }
    }

    func insert(_ credential: Credential) throws {
        try execute("""
            INSERT INTO credential (id, kind, account_id, name, handle, verifier, details, created) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """) { run in
            run.bind(credential.id)
            run.bind(credential.kind.rawValue)
            run.bind(credential.accountID)
            run.bind(credential.name)
            run.bind(credential.handle)
            run.bind(credential.verifier)
            run.bind(JSON.object(credential.details).encoded)
            run.bind(credential.created)
        }
    }

    func remove(credentialID: String) throws {
        try execute("DELETE FROM credential WHERE id = ?") { $0.bind(credentialID) }
    }

    func append(_ event: Event) throws {
        try execute("INSERT INTO event (id, kind, account_id, subject_id, payload, created) VALUES (?, ?, ?, ?, ?, ?)") { run in
            run.bind(event.id)
            run.bind(event.kind.rawValue)
            run.bind(event.accountID)
            run.bind(event.subjectID)
            run.bind(JSON.object(event.payload).encoded)
            run.bind(event.created)
        }
    }

    func removeEvents(createdBefore: Timestamp, upTo serial: Int) throws {
        try executeInParts("""
            DELETE FROM event WHERE serial IN (SELECT serial FROM event INDEXED BY event_by_time WHERE created < ? AND serial <= ? LIMIT ?)
            """) { run in
            run.bind(createdBefore)
            run.bind(serial)
        }
    }
}
