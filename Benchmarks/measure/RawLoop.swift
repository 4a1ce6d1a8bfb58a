import ArgumentParser
import Dispatch
import Foundation
import Synchronization

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
        abstract: "Stores files: write, sync, rename, sync the directory. Each thread one after the other.")

    @Argument(help: "An empty directory.") var directory: String
    @Option(help: "Bytes of each file.") var size = 160_058
    @Option(help: "For how long.") var seconds = 1.0
    @Option(help: "How many do it at once.") var threads = 1

    func run() throws {
        let folder = open(directory, O_RDONLY | O_DIRECTORY)
        guard folder >= 0 else { throw failure("open") }
        defer { close(folder) }
        let bytes = [UInt8](repeating: 0x55, count: size)
        let clock = ContinuousClock(), start = clock.now
        let total = Mutex<Result<Int, any Error>>(.success(0))
        let group = DispatchGroup()
        for number in 0..<threads {
            group.enter()
            Thread.detachNewThread {
                defer { group.leave() }
                let outcome = Result { try storeUntil(start.advanced(by: .seconds(seconds)), bytes, as: "\(directory)/\(number)-", folder) }
                total.withLock { total in total = Result { try total.get() + outcome.get() } }
            }
        }
        group.wait()
        report(try total.withLock { try $0.get() }, in: clock.now - start)
    }

    private func storeUntil(_ end: ContinuousClock.Instant, _ bytes: [UInt8], as prefix: String, _ folder: Int32) throws -> Int {
        let clock = ContinuousClock()
        var count = 0
        while clock.now < end {
            try store(bytes, as: prefix + String(count), folder)
            count += 1
        }
        return count
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
