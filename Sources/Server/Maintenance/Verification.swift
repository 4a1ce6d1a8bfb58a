import Foundation
import Synchronization
import Voicemail

/// Looks for damage: in the database file, in the kept counters, in every byte of audio. Changes nothing, and works while
/// the server runs.
public struct Verification: Sendable {
    /// One thing that is not as it should be.
    public enum Finding: Sendable, Hashable {
        case database(String)
        case tally(TallyDifference)
        case counter(CounterDifference)
        case audio(DamagedAudio)

        /// One line for people.
        public var text: String {
            switch self {
            case .database(let line): "database: \(line)"
            case .tally(let difference):
                "wrong counter of mailbox \(difference.mailboxID): "
                    + "\(difference.kept.new) new and \(difference.kept.saved) saved instead of \(difference.counted.new) and \(difference.counted.saved)"
            case .counter(let difference):
                "wrong counter of account \(difference.accountID), \(difference.subject): "
                    + "\(Self.text(difference.kept)) instead of \(Self.text(difference.counted))"
            case .audio(let audio): audio.description
            }
        }

        private static func text(_ count: CounterDifference.Count) -> String {
            "\(count.rows)" + (count.bytes.map { " of \($0) bytes" } ?? "")
        }

        /// One word for scripts.
        public var kind: String {
            switch self {
            case .database: "database"
            case .tally, .counter: "wrong_counter"
            case .audio(let audio):
                switch audio.damage {
                case .missingBlob: "missing_blob"
                case .truncatedBlob: "truncated_blob"
                case .alteredBlob: "altered_blob"
                case .unreadableBlob: "unreadable_blob"
                case .orphanBlob: "orphan_blob"
                }
            }
        }

        /// What it is about: a mailbox, an account or a blob.
        public var subject: String? {
            switch self {
            case .database: nil
            case .tally(let difference): difference.mailboxID
            case .counter(let difference): difference.accountID
            case .audio(let audio): audio.damage.blob.hex
            }
        }

        /// The messages, greetings and recordings that the damage concerns.
        public var holders: [NamedHolder] {
            if case .audio(let audio) = self { audio.holders } else { [] }
        }
    }

    public struct Summary: Sendable, Hashable {
        /// Pieces of audio that were compared.
        public var blobs = 0
        public var findings = 0
        /// Pieces of audio without a row that are so young that they may be about to get one.
        public var arriving = 0
        /// Audio that was cut off or damaged before it came: it is as it was stored, and no damage of this installation.
        public var incomplete: [BlobID] = []
    }

    private let installation: Installation
    private let progress: ProgressReport
    private let found: @Sendable (Finding) async -> Void

    /// - Parameter found: told of each finding.
    public init(of installation: Installation, progress: @escaping ProgressReport = { _ in }, found: @escaping @Sendable (Finding) async -> Void) {
        self.installation = installation
        self.progress = progress
        self.found = found
    }

    public func run() async throws -> Summary {
        let store = installation.store
        let tracker = Tracker(found) { try await store.damaged($0) }
        progress(MaintenanceProgress("database", 0))
        for line in try await installation.store.integrityCheck() { await tracker.note(.database(line)) }
        for difference in try await installation.store.recount() { await tracker.note(.tally(difference)) }
        for difference in try await installation.store.recountAccounts() { await tracker.note(.counter(difference)) }
        let compared = Mutex(0)
        try await installation.service.housekeeping.verifyArchive(
            progress: { [progress] count in
                progress(MaintenanceProgress("audio", count))
                compared.withLock { $0 = count }
            },
            arriving: { _ in await tracker.noteArriving() }, found: { try await tracker.take($0) })
        try await settle(await tracker.suspects, tracker)
        var summary = await tracker.summary
        summary.blobs = compared.withLock { $0 }
        summary.incomplete = try await incompleteAudio()
        return summary
    }

    private func incompleteAudio() async throws -> [BlobID] {
        var found: [BlobID] = []
        var last: BlobID?
        repeat {
            let after = last
            let records = try await installation.service.store.read { try $0.blobs(after: after, limit: 500) }
            found += records.filter { $0.facts?.isIncomplete == true }.map(\.blob.id)
            last = records.last?.blob.id
        } while last != nil
        return found
    }

    /// What others do meanwhile may look like damage: audio is removed a moment before its row is. Such findings are looked at again.
    private func settle(_ suspects: [BlobID], _ tracker: Tracker) async throws {
        for id in suspects where try await installation.store.names(id) { try await tracker.note(.missingBlob(id)) }
    }
}

/// Keeps count of what is found, and aside what has to be looked at again.
private actor Tracker {
    private let found: @Sendable (Verification.Finding) async -> Void
    private(set) var suspects: [BlobID] = []
    private(set) var summary = Verification.Summary()

    private let named: @Sendable (Damage) async throws -> DamagedAudio

    init(_ found: @escaping @Sendable (Verification.Finding) async -> Void, named: @escaping @Sendable (Damage) async throws -> DamagedAudio) {
        self.found = found
        self.named = named
    }

    func take(_ damage: Damage) async throws {
        switch damage {
        case .missingBlob(let id): suspects.append(id)
        case .truncatedBlob, .alteredBlob, .unreadableBlob, .orphanBlob: try await note(damage)
        }
    }

    func note(_ damage: Damage) async throws { await note(.audio(try await named(damage))) }

    func note(_ finding: Verification.Finding) async {
        summary.findings += 1
        await found(finding)
    }

    func noteArriving() { summary.arriving += 1 }
}
