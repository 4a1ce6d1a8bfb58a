import Foundation
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Voicemail

/// Takes recordings that a recorder leaves in directories.
///
/// A file is taken when it has not changed for a while, read whole, stored, and only then moved or deleted. Killed in between, the server
/// finds it again, and finds that the same bytes of that name are stored already.
public struct DirectoryIntake: Service {
    private let service: VoicemailService
    private let directories: [WatchedDirectory]
    private let settings: WatchSettings
    private let counter: RecordingCounter
    private let logger: Logger

    public init(
        service: VoicemailService, directories: [WatchedDirectory], settings: WatchSettings, counter: RecordingCounter, logger: Logger
    ) {
        self.service = service
        self.directories = directories
        self.settings = settings
        self.counter = counter
        self.logger = logger
    }

    /// Bytes read at a time.
    private static let chunk = 256 << 10

    /// Watches until a graceful shutdown. A file that is being read then is left for the next start.
    public func run() async throws {
        guard !directories.isEmpty else { return try await gracefulShutdown() }
        try await cancelWhenGracefulShutdown {
            var memories = directories.map { _ in WatchMemory() }
            while !Task.isCancelled {
                for index in directories.indices { await round(directories[index], &memories[index]) }
                do { try await Task.sleep(for: settings.interval) } catch is CancellationError { return }
            }
        }
    }

    /// One look at one directory. What fails is tried again by the next.
    private func round(_ directory: WatchedDirectory, _ memory: inout WatchMemory) async {
        do {
            let named = try await service.accounts.list(named: directory.account)
            guard let account = named.first, named.count == 1 else {
                if !memory.lacksAccount {
                    logger.error(
                        named.isEmpty
                            ? "recordings wait for an account that is not there" : "recordings wait for an account that is not the only one of its name",
                        metadata: ["directory": "\(directory.path)", "account": "\(directory.account)"])
                }
                memory.lacksAccount = true
                return
            }
            memory.lacksAccount = false
            let tree = tree(of: directory)
            let found = try await blocking { try tree.look() }
            for (place, error) in memory.news(of: found.troubles) {
                logger.error("a directory could not be looked at", metadata: ["directory": "\(directory.path)/\(place.label)", "error": "\(error)"])
            }
            for file in memory.settled(found.files, for: settings.settling) where !Task.isCancelled {
                await take(file, of: directory, into: account, &memory)
            }
        } catch {
            logger.error("a directory could not be looked at", metadata: ["directory": "\(directory.path)", "error": "\(error)"])
        }
    }

    private func take(_ file: WatchedTree.File, of directory: WatchedDirectory, into account: Account, _ memory: inout WatchMemory) async {
        let metadata: Logger.Metadata = ["directory": "\(directory.path)", "file": "\(file.label)"]
        do {
            let outcome = try await store(file, of: directory, into: account)
            counter.count(.directory, outcome.isNew ? .stored : .known)
            // The file is not read again, even if it cannot be moved away.
            memory.dismiss(file)
            try await putAway(file, of: directory, to: settings.done, orDelete: true)
        } catch WatchedFileError.changed {
            memory.forget(file)
        } catch let error where Self.isRefusal(error) {
            counter.count(.directory, .refused)
            logger.warning("a file is no recording", metadata: metadata.merging(["reason": "\(error)"]) { $1 })
            memory.dismiss(file)
            do { try await putAway(file, of: directory, to: settings.refused, orDelete: false) } catch {
                logger.error("a refused file could not be moved away", metadata: metadata.merging(["error": "\(error)"]) { $1 })
            }
        } catch is CancellationError {
            return
        } catch {
            counter.count(.directory, .failed)
            // The file is tried again at every look, and logged again once the reason is another.
            if memory.isNews("\(error)", of: file) {
                logger.error("a recording could not be taken", metadata: metadata.merging(["error": "\(error)"]) { $1 })
            }
        }
    }

    /// Whether the file will be as unwelcome tomorrow.
    private static func isRefusal(_ error: any Error) -> Bool {
        switch error {
        case VoicemailError.unplayable, VoicemailError.invalid, VoicemailError.conflict, ArchiveError.tooLarge: true
        default: false
        }
    }

    private func store(_ file: WatchedTree.File, of directory: WatchedDirectory, into account: Account) async throws -> StoredRecording {
        let tree = tree(of: directory)
        let open = try await blocking { try tree.open(file) }
        let audio = try await service.messages.receivingAudio(for: account.id, limit: service.limits.maximumRecordingBytes) { intake in
            while true {
                let piece = try await blocking { try open.read(upTo: Self.chunk) }
                if piece.readableBytes == 0 { break }
                try Task.checkCancellation()
                try await intake.write(piece)
            }
            guard try await blocking({ open.isUnchanged() }) else { throw WatchedFileError.changed }
            return try await intake.finish(fileName: file.name, policy: .playableOnly)
        }
        var draft = try RecordingDraft(
            RecordingParameters(), fileName: file.name, zone: service.mailboxes.timeZone(of: account),
            ended: Timestamp(unix: file.state.modified / 1_000_000_000), isComplete: false)
        // A recorder may use a name again, once the file is gone.
        draft.reusesSource = true
        return try await service.recordings.take(draft, audio: audio, in: account)
    }

    /// Moves a file away, or deletes it, if it is still the one that was read.
    private func putAway(_ file: WatchedTree.File, of directory: WatchedDirectory, to destination: String?, orDelete: Bool) async throws {
        let tree = tree(of: directory)
        try await blocking {
            if let destination {
                try tree.move(file, to: destination)
            } else if orDelete {
                try tree.delete(file)
            }
        }
    }

    private func tree(of directory: WatchedDirectory) -> WatchedTree {
        WatchedTree(root: directory.path, besides: [settings.done, settings.refused].compactMap { $0 })
    }

    private func blocking<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await NIOThreadPool.singleton.runIfActive(body)
    }
}
