import NIOSSL
import Synchronization

/// The certificate of one listener.
final class TLSCertificate: Sendable {
    private let current: Mutex<NIOSSLContext>

    init(_ files: TLSFiles) throws {
        current = Mutex(try Self.load(files))
    }

    /// For the next connection.
    var context: NIOSSLContext { current.withLock { $0 } }

    private static func load(_ files: TLSFiles) throws -> NIOSSLContext {
        let chain = try NIOSSLCertificate.fromPEMFile(files.certificate)
        let key = try NIOSSLPrivateKey(file: files.key, format: .pem)
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["http/1.1"]
        return try NIOSSLContext(configuration: configuration)
    }
}
