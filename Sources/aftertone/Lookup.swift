import Server
import Voicemail

/// Finds what a command names: by id, or by the name people use if only one thing has it.
struct Lookup {
    let service: VoicemailService

    /// An account by id, realm or name.
    func account(_ reference: String) async throws -> Document {
        let found = try await service.accounts(named: reference)
        guard let account = found.first else { throw Refusal("there is no account \(reference)") }
        guard found.count == 1 else { throw Refusal("several accounts are called \(reference); use the id") }
        return account
    }

    /// A user by id or user name.
    func user(_ reference: String, of account: Document) async throws -> Document {
        let user = try await service.store.read { reader in
            if let user = try reader.document(id: reference), user.kind == .user, user.accountID == account.id { return Optional(user) }
            return try reader.document(kind: .user, scope: account.id, key: reference.lowercased())
        }
        guard let user else { throw Refusal("there is no user \(reference) in the account") }
        return user
    }

    /// A mailbox by number or id.
    func mailbox(_ reference: String, of account: Document) async throws -> Document {
        if let mailbox = try await service.mailbox(number: reference, of: account) { return mailbox }
        let mailbox = try await service.store.read { try $0.document(id: reference) }
        guard let mailbox, mailbox.kind == .mailbox, mailbox.accountID == account.id else {
            throw Refusal("there is no mailbox \(reference) in the account")
        }
        return mailbox
    }

    /// A message by its 32 digits, with or without the month before them.
    func message(_ reference: String) async throws -> Message {
        let message = try await service.store.read { try $0.message(id: String(reference.suffix(32))) }
        guard let message, [message.id, message.monthID].contains(reference) else { throw Refusal("there is no message \(reference)") }
        return message
    }
}
