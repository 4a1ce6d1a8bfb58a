import Audio
import Delivery
import HTTPFront
import KazooAPI
import Notifications
import Logging
import PostgresStore
import Prompts
import RecordingIntake
import S3Archive
import SQLiteStore
import Telephone
import Voicemail
import Web
import YeastarPSeriesAPI

/// Everything an installation can set, with what holds when it sets nothing. `docs/aftertone.example.yaml` says what each
/// means; a test compares the two.
public struct Configuration: Sendable, Hashable {
    /// The data directory.
    public var data = "./aftertone-data"
    public var log = LogSettings()
    public var http = HTTP()
    public var limits = Limits()
    public var logins = Logins()
    public var kazoo = Kazoo()
    public var pSeries = PSeriesSettings()
    public var sSeries = SSeries()
    public var web = WebSettings()
    public var audio = Audio()
    public var archive = Archive()
    public var store = StoreOptions()
    /// The database, where it is not a file of the data directory.
    public var postgres: PostgresOptions?
    public var recordings = Recordings()
    public var outbox = Outbox()
    /// nil where no mail is sent.
    public var mail: MailServer?
    public var notices = NoticeSettings()
    public var housekeeping = Housekeeping()
    public var whichBox = WhichBoxSettings()
    public var prompts = PromptSettings()
    public var telephone = Telephone()

    public init() {}

    public struct HTTP: Sendable, Hashable {
        public var listen = [ListenAddress(host: "127.0.0.1", port: 8080)]
        /// Where the web page is, and no interface; empty where it is beside them.
        public var page: [ListenAddress] = []
        /// For the `https` addresses.
        public var tls: TLSFiles?
        public var operations = OperationsAudience.all
        /// Where clients and people find the server; nil where that is not said.
        public var publicURL: String?
        /// Proxies whose word about a client's address is taken.
        public var trustedProxies: [NetworkRange] = []
        public var limits = FrontLimits()
        public var deadlines = FrontDeadlines()
    }

    public struct Logins: Sendable, Hashable {
        /// Consecutive failures that lock a source out, where an interface documents no number of its own.
        public var maximumFailures = 10
        /// Seconds it stays locked out.
        public var lockSeconds = 300
        /// Consecutive failures that lock one login, wherever they come from.
        public var maximumFailuresOfLogin = 50
        /// Failures in `lockSecondsOfLogin` that lock the logins of an account that do not name the user, or name many.
        public var maximumFailuresOfAccount = 100
        /// Consecutive wrong PINs that lock a mailbox, wherever they come from.
        public var maximumFailuresOfMailbox = 10
        /// Seconds each of these stays locked.
        public var lockSecondsOfLogin = 900
        /// Slow hashes at once, 16 MiB each.
        public var hashesAtOnce = 2
    }

    public struct Kazoo: Sendable, Hashable {
        /// Bytes.
        public var maximumBody = 8_000_000
        public var rateLimit = RateLimit()
        public var emptyNextStartKey = false
        /// Whether names in a ZIP keep the colons of KAZOO's, which Windows cannot store.
        public var zipColons = true
        /// Pages that mailed links to a new password may lead to.
        public var recoveryPages: [RecoveryPage] = []
        /// Names this server in answers.
        public var node = "aftertone"
    }

    public struct SSeries: Sendable, Hashable {
        /// Whether downloads must come from the client that logged in or from an address it allowed.
        public var enforcesDownloadAddress = true
    }

    public struct Audio: Sendable, Hashable {
        public var conversionsAtOnce = 2
        public var cacheBytes = 1 << 30
        public var maximumSeconds = 4 * 3600
        /// Seconds one conversion may take.
        public var conversionSeconds = 120
    }

    public struct Archive: Sendable, Hashable {
        /// Bytes of the disk that stay free.
        public var reserveBytes = 64 << 20
        /// Bytes all audio together may have.
        public var quotaBytes: Int?
        /// Where audio is; nil for `blobs` in the data directory.
        public var directory: String?
        public var preparedFiles = 64
        public var writeThreads = 16
        public var readThreads = 4
        /// The bucket, where audio is in no directory.
        public var s3: S3Options?
    }

    /// What audio is kept in.
    enum ArchiveKind: String, CaseIterable { case directory, s3 }

    /// What the database is.
    enum StoreKind: String, CaseIterable { case sqlite, postgres }

    public struct Recordings: Sendable, Hashable {
        /// Directories that recordings are taken from.
        public var watched: [WatchedDirectory] = []
        public var watch = WatchSettings()
    }

    public struct Outbox: Sendable, Hashable {
        /// Receivers that are told at once.
        public var receiversAtOnce = 16
        /// Milliseconds between looks for what is to be told.
        public var intervalMilliseconds = 250
        /// Seconds after which a server takes over what one that is gone was telling.
        public var leaseSeconds = 30
        /// Whether what has happened is told at all. No setting: live pages and web sockets hear of it by the same worker. Without it, what requests cost
        /// by themselves can be counted.
        public var isOn = true

        var settings: OutboxSettings {
            OutboxSettings(concurrency: receiversAtOnce, leaseSeconds: leaseSeconds, interval: .milliseconds(intervalMilliseconds))
        }
    }

    public struct Housekeeping: Sendable, Hashable {
        /// Seconds between two rounds.
        public var intervalSeconds = 300
    }
}
