import ArgumentParser
import Foundation

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// R1's and R2's yardstick: what a careful program does to keep a file, and nothing else.
struct RawLoop: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Stores files one after the other: write, sync, rename, sync the directory. One thread.")

    @Argument(help: "An empty directory.") var directory: String
    @Option(help: "Bytes of each file.") var size = 160_058
    @Option(help: "For how long.") var seconds = 1.0

    func run() throws {
        let folder = open(directory, O_RDONLY | O_DIRECTORY)
        guard folder >= 0 else { throw failure("open") }
        defer { close(folder) }
        let bytes = [UInt8](repeating: 0x55, count: size)
        let clock = ContinuousClock(), start = clock.now
        var count = 0
        while clock.now - start < .seconds(seconds) {
            try store(bytes, as: "\(directory)/\(count)", folder)
            count += 1
        }
        report(count, in: clock.now - start)
    }

    private func store(_ bytes: [UInt8], as path: String, _ folder: Int32) throws {
        let temporary = path + ".part"
        let file = open(temporary, O_WRONLY | O_CREAT | O_EXCL, 0o600)
        guard file >= 0 else { throw failure("create") }
        defer { close(file) }
        guard write(file, bytes, bytes.count) == bytes.count else { throw failure("write") }
        guard fdatasync(file) == 0 else { throw failure("sync") }
        guard rename(temporary, path) == 0 else { throw failure("rename") }
        guard fsync(folder) == 0 else { throw failure("sync the directory") }
    }

    private func failure(_ operation: String) -> ValidationError { ValidationError("cannot \(operation): \(String(cString: strerror(errno)))") }
}
