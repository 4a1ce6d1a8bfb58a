import Foundation
import HTTPFront

/// Two self-signed certificates for `localhost`, made for these tests alone and valid for a hundred years.
public enum TestCertificates {
    public struct Pair: Sendable {
        public let certificate: String
        public let key: String
    }

    public static let first = Pair(
        certificate: """
            -----BEGIN CERTIFICATE-----
            MIIBZjCCAQ2gAwIBAgIBBjAKBggqhkjOPQQDAjAUMRIwEAYDVQQDDAlsb2NhbGhv
            c3QwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMBQxEjAQBgNVBAMM
            CWxvY2FsaG9zdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABC6/V5cIEfU7pKsR
            L2CpBxF1Q2ro6NY6mNNpCLu/0i8HaLcOTRVW44Cx2RSpgLXzqXS9OFqv9S+YWjus
            JJZEeGSjTjBMMBoGA1UdEQQTMBGCCWxvY2FsaG9zdIcEfwAAATAPBgNVHRMBAf8E
            BTADAQH/MB0GA1UdDgQWBBS2kvXQ5OmRFPrID7rv1gaSwOlHyDAKBggqhkjOPQQD
            AgNHADBEAiAXnakkOC0RDOotXg8AZL9EBVdsw197UzMAbXMR4RPIzAIgfs6SDrND
            TRlje6UTOvq7ZS/ldu2WicASqTFAl/xS8QM=
            -----END CERTIFICATE-----

            """,
        key: """
            -----BEGIN PRIVATE KEY-----
            MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgq6JqwixFZVryEmnK
            26MtCNumnQAzXXpmWUPjGP1gqx6hRANCAAQuv1eXCBH1O6SrES9gqQcRdUNq6OjW
            OpjTaQi7v9IvB2i3Dk0VVuOAsdkUqYC186l0vThar/UvmFo7rCSWRHhk
            -----END PRIVATE KEY-----

            """)

    public static let second = Pair(
        certificate: """
            -----BEGIN CERTIFICATE-----
            MIIBaDCCAQ2gAwIBAgIBBjAKBggqhkjOPQQDAjAUMRIwEAYDVQQDDAlsb2NhbGhv
            c3QwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMBQxEjAQBgNVBAMM
            CWxvY2FsaG9zdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABHqbj4MeHuwu7RkQ
            Es4UZ38BTnddO+FVAb8Pfmus4pjjDm5qZgFAUNTH9nVsRwEwcHtl097HZN8SD4fn
            M/hbWkajTjBMMBoGA1UdEQQTMBGCCWxvY2FsaG9zdIcEfwAAATAPBgNVHRMBAf8E
            BTADAQH/MB0GA1UdDgQWBBQzeODP0lNup0XYlR7sR7zbZZRTJjAKBggqhkjOPQQD
            AgNJADBGAiEA19UuBqWTUP/cpNXx9mItwR8ux4Y+m+kNbmRjd1kWtWQCIQDwLf/I
            Se6Bl5iEKISx0bvDB8r+N9H4kuFv429FesbYiA==
            -----END CERTIFICATE-----

            """,
        key: """
            -----BEGIN PRIVATE KEY-----
            MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg/E6Ze9eabMzBlQ2Z
            n11ZaLB7n3C4PdiV5ealzv1PhY+hRANCAAR6m4+DHh7sLu0ZEBLOFGd/AU53XTvh
            VQG/D35rrOKY4w5uamYBQFDUx/Z1bEcBMHB7ZdPex2TfEg+H5zP4W1pG
            -----END PRIVATE KEY-----

            """)
}

/// A folder with a certificate and a key, removed when let go.
public final class CertificateFolder: Sendable {
    public let files: TLSFiles
    private let folder: URL

    public init(_ pair: TestCertificates.Pair) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "aftertone-tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        files = TLSFiles(certificate: folder.appending(path: "cert.pem").path, key: folder.appending(path: "key.pem").path)
        try put(certificate: pair.certificate)
        try put(key: pair.key)
    }

    deinit {
        try? FileManager.default.removeItem(at: folder)
    }

    /// Replaces the file as deployment tools do: by renaming a new one over it.
    public func put(certificate: String) throws {
        try Data(certificate.utf8).write(to: URL(filePath: files.certificate), options: .atomic)
    }

    public func put(key: String) throws {
        try Data(key.utf8).write(to: URL(filePath: files.key), options: .atomic)
    }
}
