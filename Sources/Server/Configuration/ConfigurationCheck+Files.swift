import HTTPFront
import RecordingIntake
import SIP
import SystemPackage

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

extension ConfigurationCheck {
    func lookAtMail(_ report: inout Report) {
        let key = "mail.password_file"
        if let path = read.files[key] {
            do {
                if try SmallFile.read(path, atMost: 1).isEmpty { report.add("\(key): \(path) is empty") }
            } catch { report.add("\(key): \(path) cannot be read: \(error)") }
        }
        if let path = read.files["mail.authorities_file"], let trouble = TLSCheck.trouble(ofAuthorities: path) {
            report.add("mail.authorities_file: \(trouble)")
        }
    }

    func lookAtCertificates(_ report: inout Report) async throws {
        for trouble in try await TLSCheck.troubles(certificate: read.files["http.tls.certificate"], key: read.files["http.tls.key"]) {
            report.add("http.tls: \(trouble)")
        }
        for trouble in try await TLSCheck.troubles(certificate: read.files["sip.tls.certificate"], key: read.files["sip.tls.key"]) {
            report.add("sip.tls: \(trouble)")
        }
    }

    func lookAtPeers(_ report: inout Report) {
        for (name, path) in configuration.telephone.passwordFiles.sorted(by: { $0.key < $1.key }) {
            do {
                if try SmallFile.read(path, atMost: 1).isEmpty { report.add("sip.digest.passwords: \(path) is empty") }
            } catch { report.add("sip.digest.passwords: \(path), of \(name), cannot be read: \(error)") }
        }
    }

    func lookAtRegistrations(_ report: inout Report) {
        for one in configuration.telephone.registrations {
            do {
                if try SmallFile.read(one.passwordFile, atMost: 1).isEmpty { report.add("sip.registrations: \(one.passwordFile) is empty") }
            } catch { report.add("sip.registrations: \(one.passwordFile), of \(one.settings.name), cannot be read: \(error)") }
        }
    }

    func lookAtRecordings(_ report: inout Report) {
        let recordings = configuration.recordings
        var usable: [String] = []
        for path in recordings.watched.map(\.path) {
            // Files are taken away once they are stored, which changes the directory.
            if let trouble = Self.troubleWriting(path) { report.add("recordings.watch: \(trouble)") } else { usable.append(path) }
        }
        for (key, path) in [("recordings.done", recordings.watch.done), ("recordings.refused", recordings.watch.refused)] {
            guard let path else { continue }
            if let trouble = Self.troubleMaking(path) {
                report.add("\(key): \(trouble)")
                continue
            }
            for watched in usable where Self.device(of: path) != Self.device(of: watched) {
                report.add("\(key): \(path) is on another file system than \(watched)")
            }
        }
    }

    /// Why files cannot be made in a directory; nil when they can.
    static func troubleWriting(_ path: String) -> String? {
        var status = stat()
        guard stat(path, &status) == 0 else { return "\(path): \(reason())" }
        guard status.st_mode & S_IFMT == S_IFDIR else { return "\(path) is no directory" }
        return access(path, R_OK | W_OK | X_OK) == 0 ? nil : "\(path) cannot be written: \(reason())"
    }

    /// Why a directory can neither be written to nor made; nil when it can.
    static func troubleMaking(_ path: String) -> String? {
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
}
