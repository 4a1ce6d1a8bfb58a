import CFileIO
import Voicemail

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The directory of renderings: `BLOB.RENDITION` for a finished one, `HEX.partial` for one being written.
/// Its calls block.
struct CacheDirectory: Sendable {
    let path: String

    struct Found {
        let blob: BlobID
        let rendition: String
        /// Bytes.
        let size: Int
        /// Seconds and nanoseconds since 1970.
        let lastUse: (Int, Int)
    }

    func path(_ blob: BlobID, _ rendition: String) -> String { "\(path)/\(blob.hex).\(rendition)" }
    func newPartialPath() -> String { "\(path)/\(HexID.random()).partial" }

    /// Makes the directory and those above it.
    func create() throws(AudioError) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        for end in parts.indices where !parts[end].isEmpty {
            let parent = parts[...end].joined(separator: "/")
            if mkdir(parent, 0o700) != 0, errno != EEXIST { throw .system("make the cache directory") }
        }
    }

    /// The renderings of an earlier run. Left-overs of one that stopped half way are removed; files of other names
    /// are not ours and stay.
    func scan() throws(AudioError) -> [Found] {
        let isSameBoot = try noteBoot()
        var found: [Found] = []
        for name in try names() {
            let file = "\(path)/\(name)"
            let parts = name.split(separator: ".", maxSplits: 1)
            guard parts.count == 2, let blob = BlobID(String(parts[0])) else { continue }
            var status = stat()
            guard lstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { continue }
            if parts[1] == "partial" || status.st_size == 0 || !isSameBoot {
                unlink(file)
                continue
            }
            #if canImport(Darwin)
            let time = status.st_mtimespec
            #else
            let time = status.st_mtim
            #endif
            found.append(Found(blob: blob, rendition: String(parts[1]), size: Int(status.st_size), lastUse: (time.tv_sec, time.tv_nsec)))
        }
        return found
    }

    private func names() throws(AudioError) -> [String] {
        guard let directory = opendir(path) else { throw .system("read the cache directory") }
        defer { closedir(directory) }
        var names: [String] = []
        while let name = cfileio_next_name(directory) { names.append(String(cString: name)) }
        return names
    }

    /// Whether the machine has been up since the files were written. They are not synced, so that after a crash of the
    /// machine, unlike one of the process, they may be shorter than they were; then none is used again.
    private func noteBoot() throws(AudioError) -> Bool {
        let marker = "\(path)/boot"
        let boot = Self.contents("/proc/sys/kernel/random/boot_id")
        if !boot.isEmpty, Self.contents(marker) == boot { return true }
        unlink(marker)
        do {
            let file = try OpenFile(creating: marker)
            try file.write(boot, at: 0)
        } catch AudioError.full {
            // A full disk keeps no server from starting; the next start empties the cache once more.
        }
        return false
    }

    /// The first bytes of a small file; none when it cannot be read.
    private static func contents(_ path: String) -> [UInt8] {
        guard let file = try? OpenFile(reading: path) else { return [] }
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = try? bytes.withUnsafeMutableBytes { try file.read(at: 0, into: $0) }
        return Array(bytes.prefix(count ?? 0))
    }
}
