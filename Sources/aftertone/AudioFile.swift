import Foundation
import NIOCore
import NIOPosix
import Server
import Voicemail

/// An audio file of this machine on its way into the archive.
struct AudioFile {
    private static let chunk = 262_144

    let path: String

    /// Streams the file through the same intake as every other upload.
    /// - Throws: `Refusal`, `VoicemailError.unplayable`, `ArchiveError`.
    /// - Parameter limit: bytes it may have; nil for those of a message.
    func store(in installation: Installation, limit: Int? = nil) async throws -> ReceivedAudio {
        let contentType = try await contentType(installation)
        let intake = try await installation.service.receiveAudio(limit: limit)
        do {
            try await FileHandleReader.forEachChunk(of: path, size: Self.chunk) { try await intake.write($0) }
            return try await intake.finish(
                contentType: contentType, fileName: (path as NSString).lastPathComponent, policy: .playableOnly)
        } catch {
            await intake.abandon()
            throw error
        }
    }

    /// The type stored with a message is what decoding says, so the file is looked at before it is taken in.
    private func contentType(_ installation: Installation) async throws -> String {
        guard FileManager.default.fileExists(atPath: path) else { throw Refusal("there is no file \(path)") }
        let target = URL(filePath: path).resolvingSymlinksInPath().path
        guard try FileManager.default.attributesOfItem(atPath: target)[.type] as? FileAttributeType == .typeRegular else {
            throw Refusal("\(path) is no regular file")
        }
        guard FileManager.default.isReadableFile(atPath: path) else { throw Refusal("\(path) cannot be read") }
        do {
            switch try await installation.service.codec.measure(.file(path: path), for: "", .upload) {
            case .known(let facts): return AudioFacts.contentType(ofContainer: facts.container)
            case .pending(let container): return AudioFacts.contentType(ofContainer: container)
            }
        } catch AudioError.undecodable {
            throw Refusal("no decoder accepts \(path); what is taken: \(AudioFacts.acceptedKinds)")
        }
    }
}

/// Reads a file piece by piece, off the cooperative pool.
enum FileHandleReader {
    static func forEachChunk(of path: String, size: Int, _ body: (ByteBuffer) async throws -> Void) async throws {
        guard let handle = FileHandle(forReadingAtPath: path) else { throw Refusal("\(path) cannot be read") }
        defer { try? handle.close() }
        while let data = try await NIOThreadPool.singleton.runIfActive({ try handle.read(upToCount: size) }), !data.isEmpty {
            try await body(ByteBuffer(bytes: data))
        }
    }
}
