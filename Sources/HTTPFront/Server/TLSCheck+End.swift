import NIOPosix
import NIOSSL

extension TLSCheck {
    /// When the certificate of a chain is no longer valid, in seconds since 1970: that of the server, which stands first.
    /// - Returns: nil where the file holds none.
    public static func end(ofCertificate file: String) async throws -> Int? {
        try await NIOThreadPool.singleton.runIfActive {
            do throws(CertificateError) { return try TLSCertificate.chain(file).first.map { Int($0.notValidAfter) } } catch { return nil }
        }
    }
}
