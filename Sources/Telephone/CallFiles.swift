import Foundation
import NIOPosix
import SIP

/// Files that taking calls needs: who we are over TLS, and the passwords of peers.
public struct CallFiles: Sendable, Hashable {
    /// In PEM.
    public struct TLS: Sendable, Hashable {
        public var address: PeerAddress
        public var certificate: String
        public var key: String

        public init(address: PeerAddress, certificate: String, key: String) {
            self.address = address
            self.certificate = certificate
            self.key = key
        }
    }

    /// nil where no calls are taken over TLS.
    public var tls: TLS?
    /// By the names of peers.
    public var passwords: [String: String] = [:]
    /// By the names of registrations.
    public var registrationPasswords: [String: String] = [:]

    public init() {}

    /// One that cannot be used.
    struct Unusable: Error, CustomStringConvertible {
        let path: String
        let reason: String
        var description: String { "\(path) \(reason)" }
    }

    /// Bytes of a file; more is none of these.
    private static let longest = 1 << 20

    /// The passwords themselves. What ends a line at the end of a file is none of it.
    func readPasswords() async throws -> [String: String] {
        var read: [String: String] = [:]
        for (name, path) in passwords { read[name] = try await Self.readPassword(path) }
        return read
    }

    static func readPassword(_ path: String) async throws -> String {
        try await NIOThreadPool.singleton.runIfActive {
            var bytes = try Self.read(path)
            while let last = bytes.last, last == 10 || last == 13 { bytes.removeLast() }
            guard !bytes.isEmpty, let text = String(validating: bytes, as: UTF8.self) else { throw Unusable(path: path, reason: "holds no password") }
            return text
        }
    }

    /// Our identity over TLS; nil without TLS.
    func readIdentity() async throws -> TLSIdentity? {
        guard let tls else { return nil }
        return try await NIOThreadPool.singleton.runIfActive {
            TLSIdentity(certificates: try Self.read(tls.certificate), key: try Self.read(tls.key))
        }
    }

    /// Blocks.
    private static func read(_ path: String) throws(Unusable) -> [UInt8] {
        guard let handle = FileHandle(forReadingAtPath: path) else { throw Unusable(path: path, reason: "cannot be read") }
        defer { try? handle.close() }
        do { return Array(try handle.read(upToCount: longest) ?? Data()) } catch { throw Unusable(path: path, reason: "cannot be read: \(error)") }
    }
}
