import Foundation
import NIOCore
import S3Archive
import Voicemail

extension Installation {
    /// Whether the audio of both is in the same place, so that none of it has to be copied. Places have more than one name: what is put into the
    /// other's is looked for in this one's.
    func sharesAudio(with other: Installation) async throws -> Bool {
        if namesPlace(of: other) { return true }
        let writer = try await other.archive.begin(limit: 1)
        do {
            try await writer.write(ByteBuffer(bytes: [0]))
            let probe = try await writer.finish().id
            let isHere = try await archive.written(probe) != nil
            await writer.abandon()
            try await other.archive.remove(probe)
            return isHere
        } catch {
            await writer.abandon()
            throw error
        }
    }

    private func namesPlace(of other: Installation) -> Bool {
        let (one, two) = (configuration.archive, other.configuration.archive)
        if let one = one.s3, let two = two.s3 { return (one.endpoint, one.bucket, one.prefix) == (two.endpoint, two.bucket, two.prefix) }
        guard one.s3 == nil, two.s3 == nil else { return false }
        let paths = [(one, directory), (two, other.directory)].map { DataDirectory(path: $0.0.directory ?? $0.1.blobs) }
        return paths[0].isWithin(paths[1]) && paths[1].isWithin(paths[0])
    }
}

extension DataDirectory {
    /// How many calls' sound waits here for a server that starts in this directory. Blocks.
    func waitingCaptures(unlessIn other: DataDirectory) throws -> Int {
        guard !(isWithin(other) && other.isWithin(self)), FileManager.default.fileExists(atPath: captures) else { return 0 }
        return try DurableFile.names(in: captures).filter { $0.hasSuffix(".part") || $0.hasSuffix(".whole") }.count
    }
}
