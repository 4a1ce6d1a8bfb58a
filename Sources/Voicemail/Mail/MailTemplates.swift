extension MailTemplates {
    /// Puts templates in place of those of the same kinds and languages: all of them or, where one breaks a rule, none.
    /// - Throws: `VoicemailError.invalid`, `.documentTooLarge`.
    public func put(_ drafts: [MailTemplateDraft], in account: Account) async throws {
        let checked = try drafts.map { draft in
            let (attributes, violations) = try limits.checked(draft.attributes, by: Schema.mailTemplate)
            guard violations.isEmpty else { throw VoicemailError.invalid(violations) }
            return (draft, attributes)
        }
        try await inTransaction { change in
            for (draft, attributes) in checked {
                let old = try change.writer.mailTemplate(draft.kind, draft.language, of: account.id)
                var template = old ?? MailTemplate(id: nil, in: account.id, at: change.now)
                template.describe(attributes)
                _ = try old == nil ? change.writer.add(template) : change.writer.save(template, at: change.now)
            }
        }
    }

    /// - Returns: nil where the account has none of its own.
    public func find(_ kind: String, _ language: String, of accountID: String) async throws -> MailTemplate? {
        try await store.read { try $0.mailTemplate(kind, language, of: accountID) }
    }

    /// All that an account has of its own, by kind and language.
    public func list(of account: Account) async throws -> [MailTemplate] {
        try await store.read { reader in
            var found: [MailTemplate] = []
            try reader.eachPage(MailTemplate.self, DocumentQuery(kind: .mailTemplate, accountID: account.id)) { found += $0 }
            return found
        }
    }

    /// Removes what an account has of its own, so that its mails say again what the server's templates say.
    /// - Throws: `VoicemailError.notFound` where the account has none of its own.
    public func remove(_ kind: String, _ language: String, of account: Account) async throws {
        try await inTransaction { change in
            guard let template = try change.writer.mailTemplate(kind, language, of: account.id) else {
                throw VoicemailError.notFound(id: MailTemplate.key(kind, language))
            }
            try change.writer.discard(template, at: change.now, physically: true)
        }
    }
}

extension StoreReader {
    fileprivate func mailTemplate(_ kind: String, _ language: String, of accountID: String) throws -> MailTemplate? {
        MailTemplate(try document(kind: .mailTemplate, scope: accountID, key: MailTemplate.key(kind, language)))
    }
}
