import NIOCore

/// The name of one stored piece of audio: 32 lower-case hex digits, chosen by the archive from a
/// cryptographic source. A blob is immutable, so a name never changes its meaning.
public struct BlobID: Hashable, Sendable, CustomStringConvertible {
    public let hex: String

    /// - Returns: nil unless `hex` is 32 lower-case hex digits, so that a blob name read from anywhere
    ///   can never be a path (promise 5).
    public init?(_ hex: String) {
        guard HexID.isValid(hex) else { return nil }
        self.hex = hex
    }

    /// A fresh random name.
    public init() { hex = HexID.random() }

    public var description: String { hex }
}

/// What an archive says of bytes it has made durable.
public struct StoredBlob: Hashable, Sendable {
    public let id: BlobID
    /// Bytes.
    public let size: Int
    /// SHA-256 of the bytes, 64 lower-case hex digits: what `verify` compares with.
    public let sha256: String

    public init(id: BlobID, size: Int, sha256: String) {
        self.id = id
        self.size = size
        self.sha256 = sha256
    }
}

/// Why an archive could not do what was asked.
public enum ArchiveError: Error, Equatable, Sendable {
    /// No blob of this name.
    case missing(BlobID)
    /// A blob that is not as long as it was when it was stored.
    case damaged(BlobID, size: Int, stored: Int)
    /// More bytes were written than the limit given to `begin(limit:)`. Nothing was kept.
    case tooLarge(limit: Int)
    /// No room on the device, or below the configured reserve. Nothing was kept.
    case full
    /// The device refused; the text is for the log. Nothing was kept.
    case failed(String)
}

/// Durable, immutable storage of audio bytes (promises 1 and 3).
///
/// An archive knows nothing of messages. A blob that no row names long after it was written is an orphan, which `list` and `written` let the
/// server find and `remove` lets it drop.
public protocol AudioArchive: Sendable {
    /// Starts a blob of at most `limit` bytes.
    /// - Throws: `ArchiveError.full` when there is no room to start, `.failed`.
    func begin(limit: Int) async throws -> any BlobWriter

    /// The same of one that has its name already, in the archive that it comes from. What is there of it is replaced when it is finished.
    /// What has failed may leave it there, for the next attempt to replace: nothing under a name that is given again is removed behind the caller.
    func begin(limit: Int, as id: BlobID) async throws -> any BlobWriter

    /// Opens a blob for reading.
    /// - Throws: `ArchiveError.missing`, `.failed`.
    func open(_ id: BlobID) async throws -> any BlobReader

    /// When a blob was written last, whether or not it may be read; nil when it is not there.
    func written(_ id: BlobID) async throws -> Timestamp?

    /// Removes a blob; removing one that is not there is no error.
    func remove(_ id: BlobID) async throws

    /// Calls `visit` with every stored blob's name and size in bytes, in no particular order. Blobs being
    /// written are not listed. Memory is constant.
    func list(_ visit: @Sendable (BlobID, Int) async throws -> Void) async throws

    /// Whether a blob can be stored now; nil when it can, else the reason in a few words for `/readyz`.
    func unavailability() async -> String?

    /// Makes sure that what is listed is this installation's, for who removes what no row of its store names.
    /// - Throws: `ArchiveError.failed` where it is another one's, or nobody says whose.
    func confirmOwner() async throws

    /// Whether a finished blob is not listed before its writer is let go, whichever process it is that lists.
    var hidesUntilLetGo: Bool { get }
}

extension AudioArchive {
    /// What lies in an installation's own directory is its own.
    public func confirmOwner() async throws {}

    public var hidesUntilLetGo: Bool { true }
}

/// One blob being written. Used by one task at a time.
public protocol BlobWriter: AnyObject, Sendable {
    /// Appends bytes.
    /// - Throws: `ArchiveError.tooLarge`, `.full`, `.failed`; after any error only `abandon` may follow.
    func write(_ bytes: ByteBuffer) async throws

    /// Makes everything written durable, so that it survives power loss, and returns its name.
    func finish() async throws -> StoredBlob

    /// Drops what was written. Also right after an error, and harmless after `finish`.
    func abandon() async
}

/// An open blob: reading stays possible even if the blob is removed meanwhile.
public protocol BlobReader: Sendable {
    /// Bytes.
    var size: Int { get }

    /// The bytes as a file of this machine, for decoders that want one.
    func localCopy() async throws -> LocalCopy

    /// Reads up to `count` bytes at `offset`; fewer only at the end.
    func read(at offset: Int, count: Int) async throws -> ByteBuffer
}

/// A file of this machine with the bytes of a blob. It can be read for as long as this is held, whatever becomes of the blob.
public struct LocalCopy: Sendable {
    public let path: String
    /// What the file lives as long as.
    private let owner: any Sendable & AnyObject

    public init(path: String, heldBy owner: any Sendable & AnyObject) {
        self.path = path
        self.owner = owner
    }
}
