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

/// Who is let in, and with what: logins, credentials, sessions.
public struct Access: DomainOperations {
    let service: VoicemailService
}

/// Accounts and the tree that they make.
public struct Accounts: DomainOperations {
    let service: VoicemailService
}

/// What was done, by whom: added to, read and checked, never changed.
public struct Audit: DomainOperations {
    let service: VoicemailService
}

/// Messages and recordings as one list of calls.
public struct CallRecords: DomainOperations {
    let service: VoicemailService
}

/// Removing what there is of a caller.
public struct Erasures: DomainOperations {
    let service: VoicemailService
}

/// Greetings, by id and, on a mailbox's or an account's shelf, by name.
public struct Greetings: DomainOperations {
    let service: VoicemailService
}

/// Mailboxes whose messages have several recipients.
public struct Groups: DomainOperations {
    let service: VoicemailService
}

/// What mails of an account say in place of what the server's say.
public struct MailTemplates: DomainOperations {
    let service: VoicemailService
}

/// What must not be removed, whoever asks.
public struct Holds: DomainOperations {
    let service: VoicemailService
}

/// What is done without anybody asking: retention, garbage, late measuring, verification.
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

/// What is to be told to whom, and how far that got.
public struct Outbox: DomainOperations {
    let service: VoicemailService
}

/// Recordings of calls.
public struct Recordings: DomainOperations {
    let service: VoicemailService
}

/// Audio in the form that was asked for.
public struct Renditions: DomainOperations {
    let service: VoicemailService
}

/// Tickets: tokens, links and the like.
public struct Tickets: DomainOperations {
    let service: VoicemailService
}

/// Users of an account, and their logins.
public struct Users: DomainOperations {
    let service: VoicemailService
}

/// Receivers that an account's administrator has chosen.
public struct Webhooks: DomainOperations {
    let service: VoicemailService
}
