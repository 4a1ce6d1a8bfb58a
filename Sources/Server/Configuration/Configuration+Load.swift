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
        let alike = environment.keys.filter { $0.hasPrefix(SettingsReader.environmentPrefix + "_") && $0 != fileVariable }
        guard !alike.isEmpty else { return [] }
        let known = Set(keys.map(SettingsReader.variable(of:)))
        return alike.filter { !known.contains($0) }.sorted()
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
        limits = Limits(limits, reader)
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
        postgres = PostgresOptions.read(reader)
        if postgres != nil, store.maximumPages != nil {
            reader.refuse("store.maximum_pages", because: "is of sqlite, and store.kind is postgres", given: ["store.maximum_pages"])
        }
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
}
