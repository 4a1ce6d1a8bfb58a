import CFileIO
import Dispatch
import Foundation
import NIOPosix
import SIP
import Synchronization
import Voicemail
import Waiting

/// Where recordings lie until they are messages, and the thread that writes and syncs them all.
final class CaptureRoom: Sendable {
    private struct State {
        var open: [String: Capture] = [:]
        /// Those that a caller may still decide on, by visit.
        var visits: [String: Set<String>] = [:]
        /// Those whose names are not safe yet.
        var new: [Capture] = []
        var isClosed = false
    }

    private let directory: String
    private let files: NIOThreadPool
    private let state = Mutex(State())
    private let bell = DispatchSemaphore(value: 0)
    private let ended = Wait<Void>()
    /// Told how long one round of syncs took, in seconds.
    private let synced: @Sendable (Double) -> Void

    /// Between the beginnings of rounds: together with a sync and with what may still be put in order, half a second of a call is not safe.
    private static let interval = Duration.milliseconds(200)
    /// Between the end of a round and the next, however long it took: the disk is others', too.
    private static let rest = Duration.milliseconds(20)
    /// So many files are synced one by one; more are synced as the whole file system, which costs one wait instead of many.
    private static let fewFiles = 4

    /// - Parameter directory: made where it is missing.
    /// Blocks.
    init(_ directory: String, synced: @escaping @Sendable (Double) -> Void) throws {
        self.directory = directory
        self.synced = synced
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        files = NIOThreadPool(numberOfThreads: 2)
        files.start()
        let thread = Thread { [self] in work() }
        thread.name = "captures"
        thread.start()
    }

    /// Ends the threads. What is open stays as it is on the disk.
    func close() async throws {
        state.withLock { $0.isClosed = true }
        bell.signal()
        await ended.outcome()
        try await files.shutdownGracefully()
    }

    // MARK: One recording

    /// Begins a file for a recording. It is as durable as its first sound: with the next round.
    /// - Parameter visit: while it lasts the recording is nobody else's.
    func begin(_ facts: CaptureFacts, in visit: String) async throws -> Capture {
        // Before there is a file that could be found.
        state.withLock { _ = $0.visits[visit, default: []].insert(facts.id) }
        let file = CaptureFile(directory: directory, name: facts.id + "." + CaptureFile.growing)
        let capture = try await files.runIfActive {
            let head = try CaptureFile.head(facts)
            let descriptor = open(file.path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
            guard descriptor >= 0 else { throw CaptureFailure(action: "begin", code: errno) }
            let capture = Capture(facts, file, headSize: head.count, descriptor: descriptor)
            guard head.withUnsafeBytes({ pwrite(descriptor, $0.baseAddress, head.count, 0) }) == head.count else {
                throw CaptureFailure(action: "begin", code: errno)
            }
            return capture
        }
        state.withLock { state in
            state.open[facts.id] = capture
            state.new.append(capture)
        }
        bell.signal()
        return capture
    }

    /// The recording is over: no more is written, and it is called whole. Durable once this returns.
    /// - Parameter ticks: of the recording that are the message.
    func finish(_ capture: Capture, ticks: Int) async throws {
        await capture.settled { bell.signal() }
        state.withLock { $0.open[capture.facts.id] = nil }
        if let failure = capture.failure { throw failure }
        try await files.runIfActive { [self] in
            // Only the file knows where packets end.
            let bytes = capture.facts.format == .opus ? CapturedSound(.opus, try capture.file.read().sound).bytes(of: ticks) : ticks
            try capture.shorten(to: bytes)
            capture.sync()
            if let failure = capture.failure { throw failure }
            let whole = directory + "/" + capture.facts.id + "." + CaptureFile.whole
            guard rename(capture.file.path, whole) == 0 else { throw CaptureFailure(action: "keep", code: errno) }
            try syncDirectory()
        }
    }

    /// The sound of a recording that is over.
    func sound(of capture: Capture) async throws -> CapturedSound {
        let whole = CaptureFile(directory: directory, name: capture.facts.id + "." + CaptureFile.whole)
        return try await files.runIfActive { CapturedSound(capture.facts.format, try whole.read().sound) }
    }

    /// Removes a recording that has become a message, or that nobody wants.
    func remove(_ id: String) async throws {
        state.withLock { $0.open[id] = nil }
        try await files.runIfActive { [self] in
            for ending in [CaptureFile.growing, CaptureFile.whole] {
                guard unlink(directory + "/" + id + "." + ending) == 0 || errno == ENOENT else { throw CaptureFailure(action: "remove", code: errno) }
            }
        }
    }

    /// A visit is over: what it has left is no caller's any more.
    func leave(_ visit: String) { state.withLock { $0.visits[visit] = nil } }

    // MARK: What was left

    /// Recordings that no call of this process is at.
    func leftovers() async throws -> [CaptureFile] {
        try await files.runIfActive { [self] in
            let names = try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
            // Afterwards: one that has begun meanwhile is known here before it has a name there.
            let taken = state.withLock { state in state.visits.values.reduce(into: Set(state.open.keys)) { $0.formUnion($1) } }
            return names.compactMap { name in
                let parts = name.split(separator: ".").map(String.init)
                guard parts.count == 2, HexID.isValid(parts[0]), [CaptureFile.growing, CaptureFile.whole].contains(parts[1]), !taken.contains(parts[0])
                else { return nil }
                return CaptureFile(directory: directory, name: name)
            }
        }
    }

    /// - Returns: nil for one that is gone.
    func read(_ file: CaptureFile) async throws -> CaptureFile.Contents? {
        try await files.runIfActive { FileManager.default.fileExists(atPath: file.path) ? try file.read() : nil }
    }

    // MARK: The thread

    private func work() {
        while true {
            let (captures, new, isClosed) = state.withLock { state in
                defer { state.new = [] }
                return (Array(state.open.values), state.new, state.isClosed)
            }
            let next = ContinuousClock.now + Self.interval
            keepNames(of: new)
            round(captures)
            if isClosed { break }
            if captures.isEmpty { bell.wait() } else { _ = bell.wait(timeout: .now() + max(Self.rest, next - .now).dispatchInterval) }
        }
        ended.end(())
    }

    /// One wait for however many calls have begun: each by itself would wait for the disk before its caller hears the tone.
    private func keepNames(of new: [Capture]) {
        guard !new.isEmpty else { return }
        do throws(CaptureFailure) { try syncDirectory() } catch {
            for capture in new { capture.fail(error) }
        }
    }

    private func round(_ captures: [Capture]) {
        let written = captures.compactMap { capture in capture.write().map { (capture, $0) } }
        guard let first = written.first else { return }
        let clock = ContinuousClock(), start = clock.now
        if written.count <= Self.fewFiles || cfileio_sync_filesystem(first.0.anyDescriptor) != 0 {
            for (capture, _) in written { capture.sync() }
        }
        let elapsed = clock.now - start
        synced(Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18)
        for wait in written.flatMap(\.1) { wait.end(()) }
    }

    private func syncDirectory() throws(CaptureFailure) {
        let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw CaptureFailure(action: "sync the directory of", code: errno) }
        defer { Glibc.close(descriptor) }
        guard fsync(descriptor) == 0 else { throw CaptureFailure(action: "sync the directory of", code: errno) }
    }
}

extension Duration {
    fileprivate var dispatchInterval: DispatchTimeInterval {
        .microseconds(Int(components.seconds) * 1_000_000 + Int(components.attoseconds / 1_000_000_000_000))
    }
}
