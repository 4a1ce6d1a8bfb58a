import Logging
import Waiting

/// The operations on one noun, over the ports that the service holds.
protocol DomainOperations: Sendable {
    var service: VoicemailService { get }
}

extension DomainOperations {
    var store: any VoicemailStore { service.store }
    var archive: any AudioArchive { service.archive }
    var codec: any AudioCodec { service.codec }
    var clock: any WallClock { service.clock }
    var limits: Limits { service.limits }
    var secrets: Secrets { service.secrets }
    var logger: Logger { service.logger }
    var measuringBell: Bell { service.measuringBell }
    var garbageBell: Bell { service.garbageBell }
}

/// Authentication: logins, credentials, tokens, forgotten passwords.
public struct Access: DomainOperations {
    let service: VoicemailService
}

/// Accounts and their tree.
public struct Accounts: DomainOperations {
    let service: VoicemailService
}

/// The audit log: what was done, and by whom. It is added to, read and checked, and never changed.
public struct Audit: DomainOperations {
    let service: VoicemailService
}

/// Messages and recordings as one list of calls.
public struct CallRecords: DomainOperations {
    let service: VoicemailService
}

/// Erasure of all that is stored of a caller.
public struct Erasures: DomainOperations {
    let service: VoicemailService
}

/// Greetings of mailboxes and prompts of accounts, by id, and by name on their shelf.
public struct Greetings: DomainOperations {
    let service: VoicemailService
}

/// Mailboxes of groups, whose messages have several recipients.
public struct Groups: DomainOperations {
    let service: VoicemailService
}

/// An account's own wording of mails, in place of the server's.
public struct MailTemplates: DomainOperations {
    let service: VoicemailService
}

/// Legal holds: what must not be removed, whoever asks.
public struct Holds: DomainOperations {
    let service: VoicemailService
}

/// Work that nobody asks for: retention, garbage collection, late measuring, verification.
public struct Housekeeping: DomainOperations {
    let service: VoicemailService
}

/// Mailboxes, their settings, numbers and counters.
public struct Mailboxes: DomainOperations {
    let service: VoicemailService
}

/// Messages: how they come in, are found, filed, moved, copied and removed.
public struct Messages: DomainOperations {
    let service: VoicemailService
}

/// Deliveries of events to their receivers, and their state.
public struct Outbox: DomainOperations {
    let service: VoicemailService
}

/// Recordings of calls.
public struct Recordings: DomainOperations {
    let service: VoicemailService
}

/// Audio, rendered in the form that is asked for.
public struct Renditions: DomainOperations {
    let service: VoicemailService
}

/// Tickets: tokens, sessions, links, and words that are good for one download.
public struct Tickets: DomainOperations {
    let service: VoicemailService
}

/// Users of an account, and their logins.
public struct Users: DomainOperations {
    let service: VoicemailService
}

/// Webhooks: receivers of events that an account's administrator has chosen.
public struct Webhooks: DomainOperations {
    let service: VoicemailService
}
