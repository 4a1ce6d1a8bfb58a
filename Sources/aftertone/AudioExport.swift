import ArgumentParser
import NIOCore
import NIOPosix
import SystemPackage
import Voicemail

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Audio on its way out of the archive to a file of this machine.
struct AudioExport {
    /// How it may be written.
    enum Form: String, CaseIterable, ExpressibleByArgument {
        case original, wav, mp3, gsm

        var container: Rendition.Container? { Rendition.Container(rawValue: rawValue) }

        var rendition: Rendition? { container.map { .heard(as: $0) } }
    }

    private static let chunk = 262_144

    /// `-` is standard output.
    let path: String
    let replaces: Bool

    /// Writes all of it, or leaves nothing behind.
    /// - Throws: `Refusal` for a file that is there already, unless it is to be replaced, and one that cannot be written.
    func write(_ reader: any BlobReader) async throws {
        guard path != "-" else { return try await copy(reader, to: .standardOutput) }
        let target = FilePath(path)
        guard let name = target.lastComponent else { throw Refusal("\(path) is no name of a file") }
        let partial = target.removingLastComponent().appending(".\(name.string).\(HexID.random().prefix(8)).partial")
        let file: SystemPackage.FileDescriptor
        do {
            if !replaces, access(path, F_OK) == 0 { throw Refusal("\(path) is there already; --force replaces it") }
            file = try .open(partial, .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec], permissions: [.ownerReadWrite])
        } catch let error as Errno { throw Refusal("\(path) cannot be written: \(error)") }
        do {
            try await copy(reader, to: file)
            try file.close()
            guard rename(partial.string, target.string) == 0 else { throw Errno(rawValue: errno) }
        } catch {
            unlink(partial.string)
            if let error = error as? Errno { throw Refusal("\(path) cannot be written: \(error)") }
            throw error
        }
    }

    private func copy(_ reader: any BlobReader, to file: SystemPackage.FileDescriptor) async throws {
        var offset = 0
        while offset < reader.size {
            let bytes = try await reader.read(at: offset, count: Self.chunk)
            guard bytes.readableBytes > 0 else { throw Refusal("the audio ends before its length") }
            offset += bytes.readableBytes
            _ = try await NIOThreadPool.singleton.runIfActive { try file.writeAll(bytes.readableBytesView) }
        }
    }
}
