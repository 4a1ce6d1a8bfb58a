import Logging
import Waiting

/// The domain's operations over its ports. Dialects, the telephone and the command line call these and nothing below them, so that a rule has
/// one place (promise 6).
///
/// Operations are grouped by noun: `service.messages.deposit(…)`. Each takes the account it acts on, which `access` has let the caller into.
public final class VoicemailService: Sendable {
    public let store: any VoicemailStore
    public let archive: any AudioArchive
    public let codec: any AudioCodec
    public let clock: any WallClock
    public let limits: Limits
    public let secrets: Secrets
    public let logger: Logger
    /// Rung when audio was stored that is yet to be measured.
    public let measuringBell = Bell()
    /// Rung when a change may have left audio that nothing names any more.
    public let garbageBell = Bell()
    /// Messages that were heard lately, so that it is not noted again.
    let heardLately = HeardLately()
    /// The owners of mail addresses, for claims.
    let addressBook = AddressBook()
    let observer: DomainObserver

    public init(
        store: any VoicemailStore, archive: any AudioArchive, codec: any AudioCodec, secrets: Secrets, clock: any WallClock = SystemClock(),
        limits: Limits = Limits(), logger: Logger = Logger(label: "aftertone.voicemail"), observer: DomainObserver = DomainObserver()
    ) {
        self.store = AttributedStore(store: store)
        self.archive = archive
        self.codec = codec
        self.secrets = secrets
        self.clock = clock
        self.limits = limits
        self.logger = logger
        self.observer = observer
    }

    func countDeposits(_ messages: [Message]) {
        for _ in messages { observer.deposited() }
    }

    public var access: Access { Access(service: self) }
    public var accounts: Accounts { Accounts(service: self) }
    public var audit: Audit { Audit(service: self) }
    public var callRecords: CallRecords { CallRecords(service: self) }
    public var erasures: Erasures { Erasures(service: self) }
    public var greetings: Greetings { Greetings(service: self) }
    public var groups: Groups { Groups(service: self) }
    public var holds: Holds { Holds(service: self) }
    public var mailTemplates: MailTemplates { MailTemplates(service: self) }
    public var housekeeping: Housekeeping { Housekeeping(service: self) }
    public var mailboxes: Mailboxes { Mailboxes(service: self) }
    public var messages: Messages { Messages(service: self) }
    public var outbox: Outbox { Outbox(service: self) }
    public var provisioning: Provisioning { Provisioning(service: self) }
    public var recordings: Recordings { Recordings(service: self) }
    public var renditions: Renditions { Renditions(service: self) }
    public var tickets: Tickets { Tickets(service: self) }
    public var users: Users { Users(service: self) }
    public var webhooks: Webhooks { Webhooks(service: self) }
}
