import Foundation
import NIOCore
import NIOPosix
import Server
import SystemPackage
import Voicemail

/// An audio file of this machine on its way into the archive.
struct AudioFile {
    private static let chunk = 262_144
    private static let standardInput = "-"

    /// `-` is standard input.
    let path: String

    /// What the file is called, without directories; empty for standard input, which has no name.
    var name: String { isStandardInput ? "" : FilePath(path).lastComponent?.string ?? "" }

    var isStandardInput: Bool { path == Self.standardInput }

    /// What a refusal calls it.
    private var title: String { isStandardInput ? "standard input" : path }

    /// Streams the file through the same intake as every other upload.
    /// - Throws: `Refusal`, `VoicemailError.unplayable`, `ArchiveError`.
    /// - Parameter limit: bytes it may have; nil for those of a message.
    func store(in installation: Installation, limit: Int? = nil) async throws -> ReceivedAudio {
        guard isStandardInput else { return try await store(path, in: installation, limit) }
        // Decoders go back and forth, which a pipe does not.
        let copy = FilePath(FileManager.default.temporaryDirectory.path).appending("aftertone-input-\(HexID.random())").string
        let most = limit ?? installation.service.limits.maximumAudioBytes
        do {
            try await keepInput(in: copy, atMost: most)
            let audio = try await store(copy, in: installation, limit)
            try FileManager.default.removeItem(atPath: copy)
            return audio
        } catch {
            unlink(copy)
            throw error
        }
    }

    private func store(_ file: String, in installation: Installation, _ limit: Int?) async throws -> ReceivedAudio {
        let contentType = try await contentType(of: file, installation)
        return try await installation.service.messages.receivingAudio(limit: limit) { intake in
            try await FileHandleReader.forEachChunk(of: file, size: Self.chunk) { try await intake.write($0) }
            return try await intake.finish(contentType: contentType, fileName: name, policy: .playableOnly)
        }
    }

    /// Copies standard input to a file for the owner only; what is larger than audio may be is not read to its end.
    private func keepInput(in copy: String, atMost most: Int) async throws {
        try await NIOThreadPool.singleton.runIfActive {
            let file: SystemPackage.FileDescriptor
            do { file = try .open(FilePath(copy), .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec], permissions: .ownerReadWrite) } catch {
                throw Refusal("\(copy) cannot be written: \(error)")
            }
            try file.closeAfter {
                var size = 0
                while let bytes = try StandardInput.read(upTo: Self.chunk) {
                    size += bytes.count
                    guard size <= most else { throw ArchiveError.tooLarge(limit: most) }
                    do { try file.writeAll(bytes) } catch { throw Refusal("\(copy) cannot be written: \(error)") }
                }
                guard size > 0 else { throw Refusal("standard input is empty") }
            }
        }
    }

    /// The type stored with a message is what decoding says, so the file is looked at before it is taken in.
    private func contentType(of file: String, _ installation: Installation) async throws -> String {
        guard FileManager.default.fileExists(atPath: file) else { throw Refusal("there is no file \(title)") }
        let target = FilePath(file).resolved.string
        guard try FileManager.default.attributesOfItem(atPath: target)[.type] as? FileAttributeType == .typeRegular else {
            throw Refusal("\(title) is no regular file")
        }
        guard FileManager.default.isReadableFile(atPath: file) else { throw Refusal("\(title) cannot be read") }
        do {
            switch try await installation.service.codec.measure(.file(path: file), for: "", .upload) {
            case .known(let facts): return AudioContainer.contentType(ofStored: facts.container)
            case .pending(let container): return AudioContainer.contentType(ofStored: container)
            }
        } catch AudioError.undecodable {
            throw Refusal("no decoder accepts \(title); what is taken: \(AudioContainer.acceptedKinds)")
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
