import Foundation
import NIOPosix
import Synchronization

/// The credentials of now. A file is looked at again every few seconds, so that who renews it has to tell nobody.
final class Credentials: Sendable {
    private struct State {
        var credentials: S3Credentials?
        var changed: Date?
        var next = ContinuousClock.now
    }

    private let source: CredentialSource
    private let pool: NIOThreadPool
    private let pause: Duration
    private let state = Mutex(State())

    /// Bytes; what is longer is no such file.
    private static let longestFile = 65_536

    init(_ source: CredentialSource, pool: NIOThreadPool, pause: Duration = .seconds(5)) {
        self.source = source
        self.pool = pool
        self.pause = pause
    }

    /// - Throws: `S3Trouble.credentials`.
    func current() async throws -> S3Credentials {
        switch source {
        case .given(let credentials): return credentials
        case .none:
            throw S3Trouble.credentials("there are no credentials: neither AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY nor archive.credentials_file is set")
        case .file(let path):
            if let known = state.withLock({ $0.next > .now ? $0.credentials : nil }) { return known }
            return try await pool.runIfActive { try self.read(path) }
        }
    }

    /// Has a file looked at by the next who asks.
    func doubt() { state.withLock { $0.next = .now } }

    private func read(_ path: String) throws -> S3Credentials {
        let changed = (try? FileManager.default.attributesOfItem(atPath: path))?[.modificationDate] as? Date
        if let known = state.withLock({ state -> S3Credentials? in
            guard let changed, state.changed == changed else { return nil }
            state.next = .now + pause
            return state.credentials
        }) {
            return known
        }
        guard let file = FileHandle(forReadingAtPath: path) else { throw S3Trouble.credentials("\(path) cannot be read: \(String(cString: strerror(errno)))") }
        defer { try? file.close() }
        guard let bytes = try? file.read(upToCount: Self.longestFile), let found = S3Credentials(file: String(decoding: bytes, as: UTF8.self)) else {
            throw S3Trouble.credentials("\(path) has no aws_access_key_id and aws_secret_access_key")
        }
        state.withLock { $0 = State(credentials: found, changed: changed, next: .now + pause) }
        return found
    }
}
