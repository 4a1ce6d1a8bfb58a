import NIOCore
import Voicemail

/// One file of an archive.
public struct ZipEntry: Sendable {
    /// As `EntryNames` gives it: unique, and no path.
    public let name: String
    public let modified: Timestamp
    /// Opens the content when its turn comes, so that a long list does not hold as many open files; nil leaves the entry out.
    public let open: @Sendable () async throws -> (any BlobReader)?

    public init(name: String, modified: Timestamp, open: @escaping @Sendable () async throws -> (any BlobReader)?) {
        self.name = name
        self.modified = modified
        self.open = open
    }
}

/// A ZIP archive written while it is sent, stored and not compressed, since audio does not shrink.
///
/// Memory does not depend on the sizes of the entries; the names are kept for the directory at the end. Checksums are
/// computed a piece at a time between reads and writes, so no thread is held for long.
public struct ZipStream: Sendable {
    /// Bytes read of a blob at a time.
    static let piece = 256 << 10
    /// Bytes gathered before they are sent.
    static let batch = 256 << 10

    private let entries: [ZipEntry]

    public init(_ entries: [ZipEntry]) {
        self.entries = entries
    }

    /// The archive as an answer's body. An entry that fails to open or to be read cuts the connection.
    public var body: FrontResponse.Body {
        .stream(length: nil) { writer in try await write(to: writer) }
    }

    public func write(to writer: ChunkWriter) async throws {
        let archive = try ZipArchive()
        for entry in entries {
            guard let reader = try await entry.open() else { continue }
            try archive.begin(entry.name, size: reader.size, modified: entry.modified)
            var offset = 0
            while offset < reader.size {
                let bytes = try await reader.read(at: offset, count: min(Self.piece, reader.size - offset))
                guard bytes.readableBytes > 0 else { throw ZipArchive.Failure(reason: "a blob is shorter than it was") }
                try archive.write(bytes)
                offset += bytes.readableBytes
                if archive.pending >= Self.batch { try await writer.write(archive.takePending()) }
            }
            try archive.end()
        }
        try archive.close()
        try await writer.write(archive.takePending())
    }
}
