/// Nouns into stored documents, with what follows from each change: its event, its entry in the audit log, its audio.
extension StoreWriter {
    /// Stores a new one and says so.
    /// - Throws: `VoicemailError.conflict` when its id or key is taken, `.invalid` for an id that is none.
    func add<Kind: StoredNoun>(_ draft: Kind) throws -> Kind {
        try claimID(draft.id)
        let document: StoredDocument
        do { document = try insert(draft.stored) } catch StoreError.conflict { throw VoicemailError.conflict }
        try tell(.documentCreated, document, document.created)
        return Kind(stored: document)
    }

    /// Stores a change as a new revision and says so.
    func save<Kind: StoredNoun>(_ changed: Kind, at now: Timestamp) throws -> Kind {
        let before: Kind? = Kind.hasConsequences ? try find(id: changed.id) : nil
        var document = changed.stored
        document.revision += 1
        document.modified = now
        try update(document)
        try tell(.documentEdited, document, now)
        let saved = Kind(stored: document)
        if let before { try saved.follow(before, at: now, self) }
        return saved
    }

    /// Removes one, lets its audio go, and says so.
    func discard(_ noun: some StoredNoun, at now: Timestamp, physically: Bool = false) throws {
        try remove(documentID: noun.id, at: now, physically: physically)
        if let blob = noun.stored.blobID { try release(blob) }
        try tell(.documentDeleted, noun.stored, now)
        let action: AuditEntry.Action =
            switch noun.stored.kind {
            case .account: .accountRemoved
            case .user: .userRemoved
            case .mailbox: .mailboxRemoved
            case .greeting: .greetingRemoved
            case .webhook: .webhookRemoved
            case .mailTemplate: .templateRemoved
            }
        try audit(action, of: noun.accountID, [noun.id], at: now)
    }

    /// Makes a removed one part of what is there again, as a new revision, and says so.
    func bringBack<Kind: StoredNoun>(_ removed: Kind, at now: Timestamp) throws -> Kind {
        var document = removed.stored
        document.revision += 1
        document.modified = now
        do { try restore(document) } catch StoreError.conflict { throw VoicemailError.conflict }
        try tell(.documentCreated, document, now)
        return Kind(stored: document)
    }

    /// Refuses an id that a living document has; a removed one holds its id too, which `insert` finds out.
    private func claimID(_ id: String) throws {
        guard HexID.isValid(id) else {
            throw VoicemailError.invalid([Violation(["id"], .pattern("^[0-9a-f]{32}$"), value: .string(id))])
        }
        if try document(id: id) != nil { throw VoicemailError.conflict }
    }

    private func tell(_ kind: Event.Kind, _ document: StoredDocument, _ now: Timestamp) throws {
        try append(
            Event(
                kind: kind, accountID: document.accountID, subjectID: document.id, payload: [Event.documentType: .string(document.kind.rawValue)], created: now)
        )
    }
}
