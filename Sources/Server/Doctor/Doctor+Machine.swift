import CMachine
import HTTPFront
import NIOCore
import Voicemail

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Clock, certificates and disk.
extension Doctor {
    /// Whether something keeps the clock right: messages are told by their time, and tokens and certificates end by it.
    static func clock() -> Finding {
        #if os(Linux)
        switch cmachine_clock_is_kept() {
        case 1: return Finding("clock", .good, "the clock is kept right")
        case 0: return Finding("clock", .doubtful, "nothing keeps the clock right, as far as the system knows; install systemd-timesyncd or chrony")
        default: return Finding("clock", .doubtful, "the system does not tell whether its clock is kept right")
        }
        #else
        return Finding("clock", .good, "not examined on this system")
        #endif
    }

    private static let soon = 21

    /// Whether certificates that are used end soon. What cannot be used, the configuration's own check tells.
    func certificates() async throws -> [Finding] {
        guard let files = configuration.http.tls else { return [] }
        guard let end = try await TLSCheck.end(ofCertificate: files.certificate) else { return [] }
        let days = (end - SystemClock().now.unix) / 86_400
        if end <= SystemClock().now.unix { return [Finding("certificates", .bad, "\(files.certificate) is no longer valid")] }
        if days < Self.soon { return [Finding("certificates", .doubtful, "\(files.certificate) is valid for \(days) more days; see that something renews it")] }
        return [Finding("certificates", .good, "\(files.certificate) is valid for \(days) more days")]
    }

    // MARK: The disk

    private static let rounds = 20
    private static let soundBytes = 163_840
    /// Milliseconds that a sync may take before callers notice.
    private static let slow = 50.0

    func disk() async throws -> [Finding] {
        guard let installation else { return [] }
        let path = installation.directory.path
        // Audio in a bucket needs no room here but for what is under way.
        let reserve = configuration.archive.s3 == nil ? configuration.archive.reserveBytes : 0
        return try await blocking {
            var findings: [Finding] = []
            let space = try DiskSpace(of: path)
            if space.free <= reserve {
                let kept = reserve > 0 ? ", and archive.reserve_bytes keeps \(reserve) of them: no audio is taken" : ""
                findings.append(Finding("disk", .bad, "\(space.free) bytes are free\(kept)"))
            } else if space.free < 4 * reserve || space.free < space.size / 20 {
                findings.append(Finding("disk", .doubtful, "only \(space.free) bytes of \(space.size) are free"))
            } else {
                findings.append(Finding("disk", .good, "\(space.free) bytes of \(space.size) are free"))
            }
            if let name = Self.remote(path) {
                findings.append(Finding("disk", .doubtful, "\(path) is on \(name); the database wants a local file system"))
            }
            findings.append(Self.speed(path))
            return findings
        }
    }

    /// Writes and syncs what a message is, some times over.
    private static func speed(_ directory: String) -> Finding {
        let path = directory + "/.doctor-\(HexID.random())"
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { return Finding("disk", .bad, "\(directory) cannot be written: \(ConfigurationCheck.reason())") }
        defer {
            close(file)
            unlink(path)
        }
        let sound = [UInt8](repeating: 0x55, count: soundBytes)
        var times: [Double] = []
        for _ in 0..<rounds {
            let begin = ContinuousClock.now
            guard pwrite(file, sound, sound.count, 0) == sound.count, fdatasync(file) == 0 else {
                return Finding("disk", .bad, "a file in \(directory) cannot be synced: \(ConfigurationCheck.reason())")
            }
            times.append(Double((ContinuousClock.now - begin).components.attoseconds) / 1e15 + Double((ContinuousClock.now - begin).components.seconds) * 1000)
        }
        let middle = times.sorted()[rounds / 2]
        let text = "a message is written and synced in \(rounded(middle)) ms"
        return middle > slow ? Finding("disk", .doubtful, text + "; callers wait for that") : Finding("disk", .good, text)
    }

    private static func rounded(_ milliseconds: Double) -> Double { (milliseconds * 100).rounded() / 100 }

    /// What a file system is called that is not this machine's own; nil for one that is.
    private static func remote(_ path: String) -> String? {
        #if os(Linux)
        return [0x6969: "NFS", 0xFF53_4D42: "CIFS", 0xFE53_4D42: "SMB", 0x6573_5546: "FUSE", 0x0BD0_0BD0: "Lustre", 0x00C3_6400: "Ceph"][
            cmachine_filesystem(path)]
        #else
        return nil
        #endif
    }
}
