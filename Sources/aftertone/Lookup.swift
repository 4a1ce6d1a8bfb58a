import Server
import Voicemail

/// Finds what a command names: by id, or by the name people use if only one thing has it.
struct Lookup {
    let service: VoicemailService

    /// An account by id, realm or name.
    func account(_ reference: String) async throws -> Account {
        let found = try await service.accounts.list(named: reference)
        guard let account = found.first else { throw Refusal("there is no account \(Terminal.typed(reference))") }
        guard found.count == 1 else { throw Refusal("several accounts are called \(Terminal.typed(reference)); use the id") }
        return account
    }

    /// A user by id or user name.
    func user(_ reference: String, of account: Account) async throws -> User {
        if let user = try await service.users.find(named: reference, of: account) { return user }
        do {
            return try await service.users.find(reference, of: account)
        } catch VoicemailError.notFound {
            throw Refusal("there is no user \(Terminal.typed(reference)) in the account")
        }
    }

    /// A mailbox by number or id.
    func mailbox(_ reference: String, of account: Account) async throws -> Mailbox {
        if let mailbox = try await service.mailboxes.find(number: reference, of: account) { return mailbox }
        do {
            return try await service.mailboxes.find(reference, of: account)
        } catch VoicemailError.notFound {
            throw Refusal("there is no mailbox \(Terminal.typed(reference)) in the account")
        }
    }

    /// A greeting of a shelf by its name.
    func greeting(_ name: String, on shelf: GreetingShelf) async throws -> NamedGreeting {
        do {
            return try await service.greetings.find(name, on: shelf)
        } catch VoicemailError.notFound {
            throw Refusal("there is no greeting \(Terminal.typed(name)) there")
        }
    }

    /// A recording of an account by its id, its name or its call record.
    func recording(_ reference: String, of account: Account) async throws -> Recording {
        do {
            return try await service.recordings.find([.id(reference), .name(reference), .callRecord(reference)], of: account)
        } catch VoicemailError.notFound {
            throw Refusal("there is no recording \(Terminal.typed(reference)) in the account")
        }
    }

    /// A webhook of an account.
    func webhook(_ id: String, of account: Account) async throws -> Webhook {
        do {
            return try await service.webhooks.find(id, of: account)
        } catch VoicemailError.notFound {
            throw Refusal("there is no webhook \(Terminal.typed(id)) in the account")
        }
    }

    /// A message by its 32 digits, with or without the month before them.
    func message(_ reference: String) async throws -> Message {
        let message = try await service.messages.find(anywhere: String(reference.suffix(32)))
        guard let message, [message.id, message.monthID].contains(reference) else { throw Refusal("there is no message \(Terminal.typed(reference))") }
        return message
    }

    /// A message that was deleted, by its 32 digits, with or without the month before them.
    func removedMessage(_ reference: String) async throws -> Message {
        let id = String(reference.suffix(32))
        if let removed = try await service.messages.findRemoved(id)?.message, [removed.id, removed.monthID].contains(reference) { return removed }
        let message = try await self.message(reference)
        guard message.folder == .deleted else { throw Refusal("\(reference) is not deleted") }
        return message
    }
}
