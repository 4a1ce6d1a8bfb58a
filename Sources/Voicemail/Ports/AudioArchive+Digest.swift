import Crypto
import NIOCore

extension AudioArchive {
    /// Reads a whole blob and tells its size in bytes and its SHA-256 as 64 hex digits. Memory is constant.
    /// - Throws: `ArchiveError.missing`, `.failed`.
    public func digest(of id: BlobID) async throws -> (size: Int, sha256: String) {
        let reader = try await open(id)
        var hash = SHA256()
        var offset = 0
        while true {
            let chunk = try await reader.read(at: offset, count: 1_048_576)
            if chunk.readableBytes == 0 { break }
            chunk.withUnsafeReadableBytes { hash.update(bufferPointer: $0) }
            offset += chunk.readableBytes
        }
        return (offset, HexID.encode(hash.finalize()))
    }
}
