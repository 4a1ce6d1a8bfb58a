import NIOCore

/// What a multipart parser finds.
public enum MultipartEvent: Sendable {
    case partBegin(PartHeaders)
    /// The next bytes of the part. Never empty.
    case partData(ByteBuffer)
    case partEnd
    /// The closing boundary; what follows is ignored.
    case finished
}

/// Why a multipart body cannot be read.
public enum MultipartError: Error, Hashable, Sendable {
    /// The body ended before its closing boundary.
    case truncated
    case tooManyParts(limit: Int)
    case tooManyHeaders(limit: Int)
    /// Bytes of one part's header block.
    case headersTooLong(limit: Int)
    /// A header line without a name and a colon.
    case malformedHeader
}

/// What one body may hold.
public struct MultipartLimits: Hashable, Sendable {
    public var parts = 100
    /// Header fields of one part.
    public var headerCount = 32
    /// Bytes of one part's header block.
    public var headerBytes = 16 << 10

    public init() {}
}

/// The header fields of one part.
public struct PartHeaders: Hashable, Sendable {
    /// Names in lower case, in the order sent.
    public internal(set) var items: [Item] = []

    public struct Item: Hashable, Sendable {
        public let name: String
        public let value: String
    }

    /// The first field of this name, given in lower case.
    public subscript(name: String) -> String? {
        items.first { $0.name == name }?.value
    }

    public var contentType: MediaType? { self["content-type"].flatMap { MediaType(parsing: $0) } }

    public var disposition: Disposition? { self["content-disposition"].map { Disposition(parsing: $0) } }

    /// Whether the content is base64 (`Content-Transfer-Encoding`, RFC 2045 §6).
    public var isBase64: Bool { self["content-transfer-encoding"].map { HTTPToken.trim($0).lowercased() } == "base64" }
}
