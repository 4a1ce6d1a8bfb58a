import Foundation
import Logging
import NIOPosix
import Synchronization

/// The credentials of now. A file is looked at again every few seconds, so that who renews it has to tell nobody.
final class Credentials: Sendable {
    private struct State {
        var credentials: S3Credentials?
        var changed: Date?
        var next = ContinuousClock.now
        /// Since when the file gives none; nil while it does.
        var failing: ContinuousClock.Instant?
    }

    private let source: CredentialSource
    private let pool: NIOThreadPool
    private let logger: Logger
    private let pause: Duration
    private let patience: Duration
    private let state = Mutex(State())

    /// Bytes; what is longer is no such file.
    private static let longestFile = 65_536

    /// - Parameters:
    ///   - pause: between two looks at a file.
    ///   - patience: how long those that were read last are used, when the file gives none: whoever renews it may be at it.
    init(_ source: CredentialSource, pool: NIOThreadPool, logger: Logger, pause: Duration = .seconds(5), patience: Duration = .seconds(60)) {
        self.source = source
        self.pool = pool
        self.logger = logger
        self.pause = pause
        self.patience = patience
    }

    /// - Throws: `S3Trouble.credentials`.
    func current() async throws -> S3Credentials {
        switch source {
        case .given(let credentials): return credentials
        case .none:
            throw S3Trouble.credentials("there are no credentials: neither AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY nor archive.credentials_file is set")
        case .file(let path):
            if let known = state.withLock({ $0.next > .now ? $0.credentials : nil }) { return known }
            return try await pool.runIfActive {
                do { return try self.read(path) } catch let trouble as S3Trouble {
                    guard let known = self.lasting(despite: trouble) else { throw trouble }
                    return known
                }
            }
        }
    }

    /// Has a file looked at by the next who asks.
    func doubt() { state.withLock { $0.next = .now } }

    /// Those that were read last, for as long as they are used though the file gives none.
    private func lasting(despite trouble: S3Trouble) -> S3Credentials? {
        let now = ContinuousClock.now
        let (known, isNews) = state.withLock { state -> (S3Credentials?, Bool) in
            guard let known = state.credentials else { return (nil, false) }
            let isNews = state.failing == nil, since = state.failing ?? now
            state.failing = since
            guard now - since < patience else { return (nil, false) }
            state.next = now + pause
            return (known, isNews)
        }
        if isNews {
            logger.warning(
                "the file of credentials gives none; those that were read before are used for a while",
                metadata: ["error": "\(trouble)", "seconds": "\(patience.components.seconds)"])
        }
        return known
    }

    private func read(_ path: String) throws -> S3Credentials {
        let changed = (try? FileManager.default.attributesOfItem(atPath: path))?[.modificationDate] as? Date
        if let known = state.withLock({ state -> S3Credentials? in
            guard let changed, state.changed == changed else { return nil }
            state.next = .now + pause
            state.failing = nil
            return state.credentials
        }) {
            return known
        }
        guard let file = FileHandle(forReadingAtPath: path) else { throw S3Trouble.credentials("\(path) cannot be read: \(String(cString: strerror(errno)))") }
        defer { try? file.close() }
        let bytes: Data
        do { bytes = try file.read(upToCount: Self.longestFile) ?? Data() } catch {
            throw S3Trouble.credentials("\(path) cannot be read: \(error.localizedDescription)")
        }
        guard let found = S3Credentials(file: String(decoding: bytes, as: UTF8.self)) else {
            throw S3Trouble.credentials("\(path) has no aws_access_key_id and aws_secret_access_key")
        }
        state.withLock { $0 = State(credentials: found, changed: changed, next: .now + pause) }
        return found
    }
}
