import PostgresStore
import RecordingIntake
import SQLiteStore
import Telephone
import Voicemail

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Tries what a configuration names on this machine: directories, files, certificates, addresses and accounts. Changes nothing,
/// but for a small object that comes into a bucket and goes. What a
/// refused setting would have named is not guessed at.
public struct ConfigurationCheck: Sendable {
    /// What was found.
    public struct Report: Sendable, Hashable {
        /// Problems that would keep a server from working, each once.
        public internal(set) var problems: [String] = []
        /// What is good to know.
        public internal(set) var notes: [String] = []

        mutating func add(_ problem: String) {
            if !problems.contains(problem) { problems.append(problem) }
        }
    }

    /// The process that works in the data directory.
    enum Occupant {
        case nobody, server
        /// The directory's setting is refused.
        case unknown
    }

    let read: ReadConfiguration
    var configuration: Configuration { read.configuration }

    public init(_ read: ReadConfiguration) { self.read = read }

    /// - Returns: what is wrong with the configuration by itself too.
    public func run() async throws -> Report {
        var report = Report()
        for problem in read.problems { report.add(problem) }
        guard read.isKnown else { return report }
        let occupant: Occupant
        (report, occupant) = try await blocking { [report] in
            var report = report
            lookAtMail(&report)
            lookAtPeers(&report)
            lookAtRegistrations(&report)
            lookAtRecordings(&report)
            let occupant = lookAtData(&report)
            lookAtDatabase(&report)
            return (report, occupant)
        }
        await lookAtBucket(&report)
        try await lookAtCertificates(&report)
        try await tryAddresses(occupant, &report)
        return report
    }

    // MARK: The data directory

    private func lookAtData(_ report: inout Report) -> Occupant {
        if read.refused.contains("data") { return .unknown }
        let path = configuration.data
        do throws(DataDirectoryError) {
            let directory = try DataDirectory.open(path, creating: false)
            // A key that is missing says nothing of the rest.
            do throws(DataDirectoryError) { _ = try directory.readSecretKey() } catch { report.add("data: \(error)") }
            for name in [directory.path, directory.database, directory.blobs] where access(name, F_OK) == 0 && access(name, W_OK) != 0 {
                report.add("data: \(name) cannot be written: \(Self.reason())")
            }
            if configuration.postgres == nil { lookForAccounts(directory, &report) }
            return try directory.hasServer() ? .server : .nobody
        } catch {
            guard case .missing = error else {
                report.add("data: \(error)")
                return .nobody
            }
        }
        if let trouble = Self.troubleMaking(path) {
            report.add("data: \(trouble)")
        } else {
            report.notes.append("there is no Aftertone data in \(path) yet; `aftertone serve` makes it")
        }
        return .nobody
    }

    /// Whether every account that is named is there.
    private func lookForAccounts(_ directory: DataDirectory, _ report: inout Report) {
        let named = configuration.namedAccounts
        guard !named.isEmpty else { return }
        do {
            // A database that is not there yet holds none.
            let counts =
                access(directory.database, F_OK) != 0
                ? named.map { _ in 0 }
                : try SQLiteStore.look(at: directory.database) { reader in
                    try named.map { try reader.accounts(named: $0.account).count }
                }
            tell(counts, &report)
        } catch let error as StoreOpenError {
            if case .olderSchema = error { report.notes.append("\(error)") } else { report.add("data: \(error)") }
        } catch {
            report.add("data: \(directory.database) cannot be read: \(error)")
        }
    }

    private func tell(_ counts: [Int], _ report: inout Report) {
        for (named, count) in zip(configuration.namedAccounts, counts) where count != 1 {
            report.add(
                "\(named.key): " + (count == 0 ? "there is no account \(named.account)" : "several accounts are called \(named.account); use the id"))
        }
    }

    /// Connects to a database that is not in the data directory, and looks whether it will do.
    private func lookAtDatabase(_ report: inout Report) {
        guard let options = configuration.postgres else { return }
        do {
            let counts = try PostgresStore.look(options, key: fingerprint(), sealingKey: key().map(Database.sealingFingerprint)) { reader in
                try configuration.namedAccounts.map { try reader.accounts(named: $0.account).count }
            }
            tell(counts, &report)
        } catch PostgresOpenError.olderSchema {
            report.notes.append("\(PostgresOpenError.olderSchema)")
        } catch {
            report.add("store: \(error)")
        }
        if let path = configuration.archive.directory, let trouble = Self.troubleMaking(path) { report.add("archive.directory: \(trouble)") }
    }

    /// What tells the installation's key from others; nil where there is no data directory yet, or none that can be read, which is told elsewhere.
    @Sendable func fingerprint() -> String? {
        key().map(Database.fingerprint)
    }

    private func key() -> InstallationKey? { try? DataDirectory.open(configuration.data, creating: false).readSecretKey() }

    static func reason() -> String { String(cString: strerror(errno)) }
}

extension Configuration {
    /// Accounts that settings name, with the settings.
    fileprivate var namedAccounts: [(key: String, account: String)] {
        recordings.watched.map { ("recordings.watch", $0.account) } + whichBox.accounts.map { ("sip.mailbox.accounts", $0.account) }
            + [whichBox.fallback?.account].compactMap(\.self).map { ("sip.mailbox.default", $0) }
    }
}

extension DataDirectory {
    /// Whether a server is at work here. Blocks.
    func hasServer() throws(DataDirectoryError) -> Bool {
        guard try DurableFile.read(serverLock) != nil else { return false }
        guard let lock = try FileLock.attempt(serverLock, .exclusive) else { return true }
        lock.release()
        return false
    }
}
