import Delivery
import Foundation
import HTTPFront
import Notifications
import KazooAPI
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

extension Configuration {
    /// Reads the configuration: the file if there is one, the environment over it. Blocks.
    /// - Throws: `ConfigurationError` with everything that is wrong.
    public static func load(file path: String?, environment: [String: String]) throws(ConfigurationError) -> Configuration {
        try read(file(at: path), named: path, environment)
    }

    /// The same as far as it can be read, and everything that is wrong. Blocks.
    public static func examine(file path: String?, environment: [String: String]) -> ReadConfiguration {
        let (configuration, reader) = parse(file(at: path), named: path, environment)
        return ReadConfiguration(configuration, reader, at: path)
    }

    static func parse(_ file: ConfigurationFile, named path: String?, _ environment: [String: String]) -> (Configuration, SettingsReader) {
        let reader = SettingsReader(file: file, at: path, environment: environment)
        let configuration = Configuration(reader)
        reader.refuseUnknown()
        return (configuration, reader)
    }

    static func file(at path: String?) -> ConfigurationFile {
        guard let path else { return ConfigurationFile() }
        do { return ConfigurationFile(yaml: String(decoding: try SmallFile.read(path, atMost: longestFile), as: UTF8.self)) } catch {
            return ConfigurationFile(unreadable: ConfigurationProblem("\(path) cannot be read: \(error)"))
        }
    }

    /// Bytes; what is longer is no configuration.
    private static let longestFile = 1_048_576

    static func read(_ file: ConfigurationFile, named path: String?, _ environment: [String: String]) throws(ConfigurationError) -> Configuration {
        let (configuration, reader) = parse(file, named: path, environment)
        guard reader.problems.isEmpty else { throw ConfigurationError(file: path, problems: reader.problems) }
        return configuration
    }

    /// Every key there is.
    static var keys: Set<String> {
        let reader = SettingsReader(file: ConfigurationFile(), environment: [:])
        _ = Configuration(reader)
        return reader.known
    }

    /// Variables that look like settings and are none. Not refused: container platforms set some of their own, such as
    /// `AFTERTONE_PORT`, for a service of that name.
    public static func unknownVariables(in environment: [String: String]) -> [String] {
        let known = Set(keys.map(SettingsReader.variable(of:)))
        return environment.keys.filter { $0.hasPrefix(SettingsReader.environmentPrefix + "_") && !known.contains($0) && $0 != fileVariable }.sorted()
    }

    /// Names the configuration file where the command line does not.
    public static let fileVariable = "AFTERTONE_CONFIG"

    private init(_ reader: SettingsReader) {
        self.init()
        data = reader.path("data", data)
        log = LogSettings(reader)
        limits.timezone = reader.value("timezone", limits.timezone, expecting: "a time zone such as Europe/Dublin") {
            TimeZone(identifier: $0) == nil ? nil : $0
        }
        http = HTTP(reader)
        limits = Self.limits(limits, reader)
        logins.maximumFailures = reader.number("logins.maximum_failures", logins.maximumFailures, 1...1_000_000)
        logins.lockSeconds = reader.number("logins.lock_seconds", logins.lockSeconds, 1...86_400)
        logins.maximumFailuresOfLogin = reader.number("logins.maximum_failures_of_login", logins.maximumFailuresOfLogin, 1...1_000_000)
        logins.maximumFailuresOfMailbox = reader.number("logins.maximum_failures_of_mailbox", logins.maximumFailuresOfMailbox, 1...1_000_000)
        logins.maximumFailuresOfAccount = reader.number("logins.maximum_failures_of_account", logins.maximumFailuresOfAccount, 1...1_000_000)
        logins.lockSecondsOfLogin = reader.number("logins.lock_seconds_of_login", logins.lockSecondsOfLogin, 1...86_400)
        logins.hashesAtOnce = reader.number("logins.hashes_at_once", logins.hashesAtOnce, 1...64)
        kazoo = Kazoo(reader)
        pSeries = PSeriesSettings(reader, exchange: http.deadlines.exchange)
        sSeries.enforcesDownloadAddress = reader.flag("s_series.enforce_download_ip", sSeries.enforcesDownloadAddress)
        web = WebSettings(reader)
        http.readPage(reader, web)
        audio.conversionsAtOnce = reader.number("audio.conversions_at_once", audio.conversionsAtOnce, 1...256)
        audio.conversionSeconds = reader.number("audio.conversion_seconds", audio.conversionSeconds, 1...86_400)
        audio.cacheBytes = reader.number("audio.cache_bytes", audio.cacheBytes, 1_048_576...(.max))
        audio.maximumSeconds = reader.number("audio.maximum_seconds", audio.maximumSeconds, 1...604_800)
        archive.reserveBytes = reader.number("archive.reserve_bytes", archive.reserveBytes, 0...(.max))
        archive.quotaBytes = reader.optionalNumber("archive.quota_bytes", 1...(.max))
        limits.audioRecoveryHours = reader.number("archive.recovery_hours", limits.audioRecoveryHours, 0...8784)
        archive.preparedFiles = reader.number("archive.prepared_files", archive.preparedFiles, 0...4096)
        archive.writeThreads = reader.number("archive.write_threads", archive.writeThreads, 1...256)
        archive.readThreads = reader.number("archive.read_threads", archive.readThreads, 1...256)
        store.readers = reader.number("store.readers", store.readers, 1...64)
        store.batchLimit = reader.number("store.commits_together", store.batchLimit, 1...4096)
        store.busySeconds = Double(reader.number("store.busy_seconds", Int(store.busySeconds), 1...600))
        store.writerCacheKibibytes = reader.number("store.writer_cache_kibibytes", store.writerCacheKibibytes, 64...4_194_304)
        store.readerCacheKibibytes = reader.number("store.reader_cache_kibibytes", store.readerCacheKibibytes, 64...4_194_304)
        store.checkpointPages = reader.number("store.checkpoint_pages", store.checkpointPages, 10...1_000_000)
        store.maximumPages = reader.optionalNumber("store.maximum_pages", 64...(.max))
        store.reservedBytes = reader.number("store.reserve_bytes", store.reservedBytes, 0...(.max))
        postgres = Self.postgres(reader)
        archive.directory = reader.optionalPath("archive.directory")
        // A backup of a data directory holds its audio, which is there then.
        if archive.directory != nil, postgres == nil {
            reader.refuse("archive.directory", because: "needs store.kind postgres", given: ["store.kind", "store.url", "archive.directory"])
        }
        archive.s3 = S3Options(reader)
        recordings.watched = reader.list("recordings.watch", recordings.watched, expecting: "ACCOUNT=DIRECTORY") { setting in
            WatchedDirectory(setting: setting) { reader.settled($0, of: "recordings.watch") }
        }
        recordings.watch.interval = reader.seconds("recordings.look_seconds", recordings.watch.interval, 1...86_400)
        recordings.watch.settling = reader.seconds("recordings.settle_seconds", recordings.watch.settling, 0...86_400)
        recordings.watch.done = reader.optionalPath("recordings.done")
        recordings.watch.refused = reader.optionalPath("recordings.refused")
        mail = MailServer(reader)
        notices = NoticeSettings(reader)
        notices.publicURL = http.publicURL
        if notices.audio == .link, notices.publicURL == nil {
            reader.refuse("mail.audio", because: "is link, which needs http.public_url", given: ["mail.audio", "http.public_url"])
        }
        if mail == nil, !kazoo.recoveryPages.isEmpty { reader.refuse("kazoo.recovery_pages", because: "needs mail.host", given: ["mail.host", "mail.from"]) }
        outbox.receiversAtOnce = reader.number("outbox.receivers_at_once", outbox.receiversAtOnce, 1...1024)
        outbox.intervalMilliseconds = reader.number("outbox.interval_milliseconds", outbox.intervalMilliseconds, 10...60_000)
        outbox.leaseSeconds = reader.number("outbox.lease_seconds", outbox.leaseSeconds, 1...3600)
        whichBox = WhichBoxSettings(reader)
        prompts = PromptSettings(reader)
        telephone = Telephone(reader)
        housekeeping.intervalSeconds = reader.number("housekeeping.interval_seconds", housekeeping.intervalSeconds, 1...86_400)
    }

    private static func postgres(_ reader: SettingsReader) -> PostgresOptions? {
        let kind = reader.word("store.kind", StoreKind.sqlite)
        let url = reader.optionalText("store.url"), pool = reader.number("store.pool", PostgresOptions.standardPool, 2...1000)
        let sharesConnections = reader.flag("store.transaction_pooling", false)
        switch (kind, url) {
        case (.sqlite, nil): return nil
        case (.sqlite, _?):
            reader.refuse("store.url", because: "needs store.kind postgres", given: ["store.kind"])
            return nil
        case (.postgres, nil):
            reader.refuse("store.kind", because: "is postgres, which needs store.url")
            return nil
        case (.postgres, let url?):
            // Not quoted, as it may hold a password.
            if let trouble = PostgresOptions.trouble(with: url) {
                reader.refuse("store.url", because: trouble)
                return nil
            }
            var options = PostgresOptions(url: url, pool: pool)
            options.sharesConnections = sharesConnections
            return options
        }
    }

    private static func limits(_ standard: Limits, _ reader: SettingsReader) -> Limits {
        var limits = standard
        limits.maximumPinLength = reader.number("limits.pin_length", limits.maximumPinLength, 4...64)
        limits.maximumAudioBytes = reader.number("limits.audio_bytes", limits.maximumAudioBytes, 1...(.max))
        limits.maximumRecordingBytes = reader.number("limits.recording_bytes", limits.maximumRecordingBytes, 1...(.max))
        limits.maximumDocumentBytes = reader.number("limits.document_bytes", limits.maximumDocumentBytes, 4096...16_777_216)
        limits.maximumBatch = reader.number("limits.messages_per_request", limits.maximumBatch, 1...1_000_000)
        limits.maximumRange = reader.number("limits.listing_seconds", limits.maximumRange, 1...Int(Int32.max))
        limits.maximumAccountDepth = reader.number("limits.account_depth", limits.maximumAccountDepth, 1...64)
        limits.tokenLifetime = reader.number("limits.token_seconds", limits.tokenLifetime, 1...31_536_000)
        limits.retentionDays = reader.number("retention.message_days", limits.retentionDays, 1...36_500)
        limits.trashDays = reader.number("retention.trash_days", limits.trashDays, 0...36_500)
        limits.deadLetterDays = reader.number("retention.dead_letter_days", limits.deadLetterDays, 1...3_650)
        limits.recordingRetention.days = reader.optionalNumber("retention.recording_days", 1...36_500)
        limits.recordingRetention.bytes = reader.optionalNumber("retention.recording_bytes", 1...(.max))
        limits.messageRetention.days = reader.optionalNumber("retention.keep_message_days", 1...36_500)
        limits.messageRetention.count = reader.optionalNumber("retention.keep_messages", 1...(.max))
        limits.messageRetention.bytes = reader.optionalNumber("retention.keep_message_bytes", 1...(.max))
        limits.maximumGreetings = reader.number("limits.greetings", limits.maximumGreetings, 1...100_000)
        limits.mailboxCapacity = reader.number("limits.messages_per_mailbox", limits.mailboxCapacity, 1...(.max))
        limits.longestMessageSeconds = reader.number("limits.message_seconds", limits.longestMessageSeconds, 1...36_000)
        limits.shortestMessageMilliseconds = reader.number("limits.message_milliseconds", limits.shortestMessageMilliseconds, 0...60_000)
        limits.mailboxNews = Set(
            reader.list("mail.notices", [MailboxNews](), expecting: MailboxNews.allCases.map(\.rawValue).joined(separator: ", ")) { MailboxNews(rawValue: $0) })
        limits.nearlyFullPercent = reader.number("mail.nearly_full_percent", limits.nearlyFullPercent, 1...99)
        limits.allowsReceiversHere = reader.flag("outbox.receivers_on_this_machine", limits.allowsReceiversHere)
        limits.allowsPrivateReceivers = reader.flag("outbox.receivers_in_private_networks", limits.allowsPrivateReceivers)
        limits.notifiesOfClientMessages = reader.flag("outbox.notify_of_client_messages", limits.notifiesOfClientMessages)
        limits.eventDays = reader.number("retention.event_days", limits.eventDays, 1...3_650)
        limits.numbers = NumberPlan(reader)
        return limits
    }
}

extension Configuration.HTTP {
    fileprivate init(_ reader: SettingsReader) {
        self.init()
        listen = reader.list("http.listen", listen, expecting: "http://HOST:PORT or https://HOST:PORT") { ListenAddress($0) }
        operations = reader.word("http.operations", operations)
        publicURL = reader.value("http.public_url", String?.none, expecting: "an address such as https://voicemail.example.com, or nothing") {
            text -> String?? in
            guard !text.isEmpty else { return .some(nil) }
            guard let url = ReceiverURL(text), !url.text.contains(where: { "?#@".contains($0) }) else { return nil }
            return .some(text)
        }
        trustedProxies = reader.list("http.trusted_proxies", trustedProxies, expecting: "an IP address or a network such as 10.0.0.0/8") {
            NetworkRange($0)
        }
        let certificate = reader.optionalPath("http.tls.certificate"), key = reader.optionalPath("http.tls.key")
        reader.files["http.tls.certificate"] = certificate
        reader.files["http.tls.key"] = key
        if let certificate, let key { tls = TLSFiles(certificate: certificate, key: key) }
        let pair: Set = ["http.tls.certificate", "http.tls.key"]
        if (certificate == nil) != (key == nil) { reader.refuse("http.tls", because: "needs both certificate and key", given: pair) }
        if listen.isEmpty { reader.refuse("http.listen", because: "names no address", given: ["http.listen"]) }
        // Of one file alone it is said already that the other is missing.
        if certificate == nil, key == nil, listen.contains(where: \.isSecure) {
            reader.refuse("http.listen", because: "has an https address, which needs http.tls", given: pair)
        }
        limits.body = reader.number("http.limits.body_bytes", limits.body, 1...(.max))
        limits.bodiesInMemory = reader.number("http.limits.bodies_in_memory_bytes", limits.bodiesInMemory, 0...(.max))
        limits.target = reader.number("http.limits.target_bytes", limits.target, 64...1_048_576)
        limits.headerCount = reader.number("http.limits.headers", limits.headerCount, 8...10_000)
        limits.headerBytes = reader.number("http.limits.header_bytes", limits.headerBytes, 512...16_777_216)
        limits.queryParameters = reader.number("http.limits.query_parameters", limits.queryParameters, 1...100_000)
        limits.connections = reader.number("http.limits.connections", limits.connections, 1...1_000_000)
        limits.lingering = reader.number("http.limits.lingering_bytes", limits.lingering, 0...(.max))
        deadlines.head = reader.seconds("http.deadlines.head_seconds", deadlines.head, 1...3_600)
        deadlines.exchange = reader.seconds("http.deadlines.exchange_seconds", deadlines.exchange, 1...86_400)
        deadlines.minimumRate = reader.number("http.deadlines.minimum_bytes_per_second", deadlines.minimumRate, 0...(.max))
        deadlines.idle = reader.seconds("http.deadlines.idle_seconds", deadlines.idle, 1...86_400)
        deadlines.lingering = reader.seconds("http.deadlines.lingering_seconds", deadlines.lingering, 0...3_600)
        deadlines.drain = reader.seconds("http.deadlines.drain_seconds", deadlines.drain, 0...3_600)
        deadlines.certificateCheck = reader.seconds("http.deadlines.certificate_check_seconds", deadlines.certificateCheck, 1...86_400)
    }
}

extension Configuration.Kazoo {
    fileprivate init(_ reader: SettingsReader) {
        self.init()
        node = reader.text("kazoo.node", node)
        maximumBody = reader.number("kazoo.body_bytes", maximumBody, 1...(.max))
        rateLimit.burst = reader.number("kazoo.rate_limit.burst", rateLimit.burst, 1...1_000_000_000)
        rateLimit.perSecond = reader.number("kazoo.rate_limit.per_second", rateLimit.perSecond, 1...1_000_000_000)
        rateLimit.loginCost = reader.number("kazoo.rate_limit.login_cost", rateLimit.loginCost, 1...1_000_000_000)
        emptyNextStartKey = reader.flag("kazoo.empty_next_start_key", emptyNextStartKey)
        zipColons = reader.flag("kazoo.zip_colons", zipColons)
        recoveryPages = reader.list("kazoo.recovery_pages", recoveryPages, expecting: "URLs of http or https") { RecoveryPage($0) }
    }
}

extension WatchedDirectory {
    /// `ACCOUNT=DIRECTORY`, as the configuration has it.
    fileprivate init?(setting: String, settled: (String) -> String) {
        let parts = setting.split(separator: "=", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
        guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }) else { return nil }
        self.init(account: parts[0], path: settled(parts[1]))
    }
}
