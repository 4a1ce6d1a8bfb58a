#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

extension MetricsRegistry {
    /// Adds this process' resident memory and open files, read from `/proc` when asked for; absent where there is none.
    public func sampleProcess() {
        sample("process_resident_memory_bytes", help: "Resident memory in bytes.") { ProcessUsage.residentBytes().map(Double.init) }
        sample("process_open_fds", help: "Open file descriptors.") { ProcessUsage.openFiles().map(Double.init) }
    }
}

/// What the system says of this process. `/proc` is memory, so reading it does not block on a device.
enum ProcessUsage {
    static func residentBytes() -> Int? {
        #if os(Linux)
        guard let file = fopen("/proc/self/statm", "re") else { return nil }
        defer { fclose(file) }
        var text = [UInt8](repeating: 0, count: 128)
        let count = fread(&text, 1, text.count, file)
        let fields = text.prefix(count).split(separator: UInt8(ascii: " "))
        guard fields.count > 1, let pages = Int(String(decoding: fields[1], as: UTF8.self)) else { return nil }
        return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
        #else
        return nil
        #endif
    }

    static func openFiles() -> Int? {
        #if os(Linux)
        guard let folder = opendir("/proc/self/fd") else { return nil }
        defer { closedir(folder) }
        var count = 0
        while readdir(folder) != nil { count += 1 }
        // ".", ".." and the descriptor of the listing itself.
        return max(0, count - 3)
        #else
        return nil
        #endif
    }
}
