import Logging
import NIOPosix
import NIOSSL
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The certificate of one listener, which can be replaced while it serves.
final class TLSCertificate: Sendable {
    /// What tells one version of a file from another.
    private struct Version: Equatable {
        let inode: UInt64
        let size: Int64
        let seconds: Int
        let nanoseconds: Int
    }

    private struct State {
        var context: NIOSSLContext
        /// The versions that were last looked at, whether they could be used or not.
        var seen: [Version?]
    }

    private let files: TLSFiles
    private let state: Mutex<State>

    /// Reads the files. Blocks.
    private init(blockingOn files: TLSFiles) throws {
        self.files = files
        let seen = Self.versions(files)
        state = Mutex(State(context: try Self.load(files), seen: seen))
    }

    static func load(_ files: TLSFiles) async throws -> TLSCertificate {
        try await NIOThreadPool.singleton.runIfActive { try TLSCertificate(blockingOn: files) }
    }

    /// For the next connection.
    var context: NIOSSLContext { state.withLock { $0.context } }

    /// Reads the files again. What cannot be used is logged, and the old certificate stays.
    /// - Parameter always: also when the files look as they did.
    func reload(always: Bool, _ logger: Logger) async {
        do {
            let isNew = try await NIOThreadPool.singleton.runIfActive { try self.reloadBlocking(always: always) }
            if isNew { logger.notice("certificate reloaded", metadata: ["file": "\(files.certificate)"]) }
        } catch {
            logger.error("the new certificate cannot be used, the old one stays", metadata: ["file": "\(files.certificate)", "error": "\(error)"])
        }
    }

    private func reloadBlocking(always: Bool) throws -> Bool {
        let versions = Self.versions(files)
        let isChanged = state.withLock { state in
            defer { state.seen = versions }
            return state.seen != versions
        }
        guard isChanged || always else { return false }
        let context = try Self.load(files)
        state.withLock { $0.context = context }
        return true
    }

    private static func load(_ files: TLSFiles) throws(CertificateError) -> NIOSSLContext {
        try context(chain(files.certificate), key(files.key), files)
    }

    static func chain(_ file: String) throws(CertificateError) -> [NIOSSLCertificate] {
        let certificates = try? NIOSSLCertificate.fromPEMFile(file)
        guard let certificates, !certificates.isEmpty else { throw CertificateError(file, otherwise: "it holds no certificate in PEM") }
        return certificates
    }

    static func key(_ file: String) throws(CertificateError) -> NIOSSLPrivateKey {
        do { return try NIOSSLPrivateKey(file: file, format: .pem) } catch {
            throw CertificateError(file, otherwise: "it holds no private key in PEM, or one with a passphrase")
        }
    }

    static func context(_ chain: [NIOSSLCertificate], _ key: NIOSSLPrivateKey, _ files: TLSFiles) throws(CertificateError) -> NIOSSLContext {
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["http/1.1"]
        do { return try NIOSSLContext(configuration: configuration) } catch {
            throw CertificateError(files.key, otherwise: "it is not the key of \(files.certificate)")
        }
    }

    private static func versions(_ files: TLSFiles) -> [Version?] {
        [files.certificate, files.key].map { path in
            var facts = stat()
            guard stat(path, &facts) == 0 else { return nil }
            #if canImport(Darwin)
            let time = facts.st_mtimespec
            #else
            let time = facts.st_mtim
            #endif
            return Version(inode: UInt64(facts.st_ino), size: Int64(facts.st_size), seconds: time.tv_sec, nanoseconds: time.tv_nsec)
        }
    }
}

/// The certificates of all listeners that have one, so that they can be reloaded from outside.
final class CertificateShelf: Sendable {
    private let certificates = Mutex<[TLSCertificate]>([])

    func add(_ certificate: TLSCertificate) {
        certificates.withLock { $0.append(certificate) }
    }

    func reload(always: Bool, _ logger: Logger) async {
        for certificate in certificates.withLock({ $0 }) { await certificate.reload(always: always, logger) }
    }
}
