import NIOPosix
import NIOSSL

/// Reads PEM files as a listener would, each by itself.
public enum TLSCheck {
    /// What a listener would not start with.
    /// - Parameters:
    ///   - certificate: nil where none is named; the key is looked at nevertheless.
    ///   - key: likewise.
    public static func troubles(certificate: String?, key: String?) async throws -> [CertificateError] {
        try await NIOThreadPool.singleton.runIfActive {
            var troubles: [CertificateError] = []
            func attempt<Value>(_ read: () throws(CertificateError) -> Value) -> Value? {
                do { return try read() } catch {
                    troubles.append(error)
                    return nil
                }
            }
            let chain = certificate.flatMap { file in attempt { () throws(CertificateError) in try TLSCertificate.chain(file) } }
            let secret = key.flatMap { file in attempt { () throws(CertificateError) in try TLSCertificate.key(file) } }
            if let certificate, let key, let chain, let secret {
                let files = TLSFiles(certificate: certificate, key: key)
                _ = attempt { () throws(CertificateError) in try TLSCertificate.context(chain, secret, files) }
            }
            return troubles
        }
    }

    /// Why a file holds no certificates; nil when it does. Blocks.
    public static func trouble(ofAuthorities file: String) -> CertificateError? {
        do throws(CertificateError) {
            _ = try TLSCertificate.chain(file)
            return nil
        } catch {
            return error
        }
    }
}
