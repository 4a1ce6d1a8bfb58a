/// Where audio is kept on an S3 service, and how it is asked.
public struct S3Options: Sendable, Hashable {
    /// What the service is asked to encrypt with what it stores.
    public enum Encryption: String, Sendable, Hashable, CaseIterable {
        /// As the bucket says.
        case bucket
        case aes256 = "AES256"
        case kms = "aws:kms"
    }

    public var endpoint: S3Endpoint
    public var bucket: String
    public var region: String
    /// Whether the bucket is the beginning of the path and not of the host's name.
    public var pathStyle: Bool
    /// What the keys of all objects begin with.
    public var prefix: String
    public var credentials: CredentialSource
    /// A file of certificates that are trusted beside the system's.
    public var authorities: String?
    public var encryption = Encryption.bucket
    /// Connections that are open at once.
    public var connections = 64
    /// Seconds that one request may take, and longer only for as long as many bytes take at `slowest`.
    public var requestSeconds = 20
    /// Times that a request is sent before it has failed.
    public var attempts = 4
    /// Bytes of one part of what is stored in parts.
    public var partBytes = 8 << 20
    /// Where hosts are that no name server knows, for tests.
    var addresses: [String: String] = [:]
    /// Bytes of the local disk that copies for decoders may have when nobody uses them.
    public var cacheBytes = 256 << 20

    public init(endpoint: S3Endpoint, bucket: String, region: String, pathStyle: Bool, prefix: String = "", credentials: CredentialSource) {
        self.endpoint = endpoint
        self.bucket = bucket
        self.region = region
        self.pathStyle = pathStyle
        self.prefix = prefix
        self.credentials = credentials
    }

    /// Bytes a second, below which a request has failed.
    static let slowest = 65_536

    /// What S3 takes: 3 to 63 of lower-case letters, digits, `-` and `.`.
    public static func isBucket(_ name: String) -> Bool {
        name.wholeMatch(of: /[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/) != nil && !name.contains("..")
    }

    /// Letters, digits, `-`, `_`, `.` and `/`, which no service and no proxy writes in another way.
    public static func isPrefix(_ text: String) -> Bool {
        text.count <= 512 && text.wholeMatch(of: /[A-Za-z0-9_.-][A-Za-z0-9_.\/-]*/) != nil && !text.contains("//") && !text.contains("..")
            && !text.hasPrefix("./") && !text.contains("/./")
    }

    public static func isRegion(_ text: String) -> Bool { text.wholeMatch(of: /[A-Za-z0-9][A-Za-z0-9_-]{0,62}/) != nil }
}
