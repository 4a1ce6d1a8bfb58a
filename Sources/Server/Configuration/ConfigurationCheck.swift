import Delivery
import HTTPFront
import NIOCore
import NIOPosix
import RecordingIntake
import SystemPackage

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Tries what a configuration names on this machine: directories, files, certificates and addresses. Changes nothing.
public struct ConfigurationCheck: Sendable {
    /// What was found.
    public struct Report: Sendable, Hashable {
        /// What a server could not work with.
        public var problems: [String] = []
        /// What is good to know.
        public var notes: [String] = []
    }

    private let configuration: Configuration

    public init(_ configuration: Configuration) { self.configuration = configuration }

    public func run() async throws -> Report {
        var (report, isRunning) = try await blocking { [configuration] in
            var report = Report()
            Self.lookAtFiles(configuration, &report)
            let isRunning = Self.lookAtData(configuration, &report)
            return (report, isRunning)
        }
        if let tls = configuration.http.tls {
            do { try await tls.check() } catch { report.problems.append("http.tls: \(error)") }
        }
        for address in configuration.http.listen { await tryAddress(address, isRunning, &report) }
        return report
    }

    // MARK: Directories and files

    /// - Returns: whether a server is at work there.
    private static func lookAtData(_ configuration: Configuration, _ report: inout Report) -> Bool {
        let path = configuration.data
        do throws(DataDirectoryError) {
            let directory = try DataDirectory.open(path, creating: false)
            _ = try directory.readSecretKey()
            for name in [directory.path, directory.database, directory.blobs] where access(name, F_OK) == 0 && access(name, W_OK) != 0 {
                report.problems.append("data: \(name) cannot be written: \(reason())")
            }
            return try directory.hasServer()
        } catch {
            guard case .missing = error else {
                report.problems.append("data: \(error)")
                return false
            }
        }
        if let trouble = troubleMaking(path) {
            report.problems.append("data: \(trouble)")
        } else {
            report.notes.append("there is no Aftertone data in \(path) yet; `aftertone serve` makes it")
        }
        return false
    }

    private static func lookAtFiles(_ configuration: Configuration, _ report: inout Report) {
        let files = [
            ("mail.password_file", configuration.mail?.login?.passwordFile), ("mail.authorities_file", configuration.mail?.authorities),
        ]
        for (key, path) in files {
            if let path, access(path, R_OK) != 0 { report.problems.append("\(key): \(path) cannot be read: \(reason())") }
        }
        let recordings = configuration.recordings
        for watched in recordings.watched {
            // Files are taken away once they are stored, which changes the directory.
            if let trouble = troubleWriting(watched.path) { report.problems.append("recordings.watch: \(trouble)") }
        }
        for (key, path) in [("recordings.done", recordings.watch.done), ("recordings.refused", recordings.watch.refused)] {
            guard let path else { continue }
            if let trouble = troubleMaking(path) { report.problems.append("\(key): \(trouble)") }
            for watched in recordings.watched where device(of: path) != device(of: watched.path) && access(watched.path, F_OK) == 0 {
                report.problems.append("\(key): \(path) is on another file system than \(watched.path)")
            }
        }
    }

    /// Why files cannot be made in a directory; nil when they can.
    private static func troubleWriting(_ path: String) -> String? {
        var status = stat()
        guard stat(path, &status) == 0 else { return "\(path): \(reason())" }
        guard status.st_mode & S_IFMT == S_IFDIR else { return "\(path) is no directory" }
        return access(path, R_OK | W_OK | X_OK) == 0 ? nil : "\(path) cannot be written: \(reason())"
    }

    /// Why a directory can neither be written to nor made; nil when it can.
    private static func troubleMaking(_ path: String) -> String? {
        if access(path, F_OK) != 0, errno == ENOENT { return troubleWriting(existing(path)) }
        return troubleWriting(path)
    }

    /// The nearest directory above that is there.
    private static func existing(_ path: String) -> String {
        var place = FilePath(path)
        while access(place.string, F_OK) != 0, place != place.parent { place = place.parent }
        return place.string
    }

    private static func device(of path: String) -> UInt64? {
        var status = stat()
        return stat(existing(path), &status) == 0 ? UInt64(status.st_dev) : nil
    }

    private static func reason() -> String { String(cString: strerror(errno)) }

    // MARK: Addresses

    private func tryAddress(_ address: ListenAddress, _ isRunning: Bool, _ report: inout Report) async {
        do {
            let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton).serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            try await bootstrap.bind(host: address.host, port: address.port).get().close()
        } catch let error as IOError where error.errnoCode == EADDRINUSE && isRunning {
            report.notes.append("\(address) is taken, and a server is running on \(configuration.data)")
        } catch let error as IOError {
            report.problems.append("http.listen: \(address): \(String(cString: strerror(error.errnoCode)))")
        } catch {
            report.problems.append("http.listen: \(address): there is no host of this name")
        }
    }
}

extension DataDirectory {
    /// Whether a server is at work here. Blocks.
    func hasServer() throws(DataDirectoryError) -> Bool {
        guard try DurableFile.read(serverLock) != nil else { return false }
        guard let lock = try FileLock.attempt(serverLock, .exclusive) else { return true }
        lock.release()
        return false
    }
}
