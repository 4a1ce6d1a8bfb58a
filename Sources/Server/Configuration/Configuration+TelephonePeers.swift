import HTTPFront
import SIP
import Telephone

/// The settings of peers and of TLS.
extension Configuration.Telephone {
    mutating func readTLS(_ reader: SettingsReader) {
        let address = reader.value("sip.tls.listen", CallAddress?.none, expecting: "HOST:PORT, the host in numbers, or nothing") { text in
            text.isEmpty ? .some(nil) : Self.address(text).map { .some($0) }
        }
        let certificate = reader.optionalPath("sip.tls.certificate"), key = reader.optionalPath("sip.tls.key")
        reader.files["sip.tls.certificate"] = certificate
        reader.files["sip.tls.key"] = key
        let all: Set = ["sip.tls.listen", "sip.tls.certificate", "sip.tls.key"]
        if let address, let certificate, let key {
            tls = TLS(listen: address, files: TLSFiles(certificate: certificate, key: key))
            if listen == nil { reader.refuse("sip.tls.listen", because: "needs sip.listen", given: all.union(["sip.listen"])) }
        } else if address != nil || certificate != nil || key != nil {
            reader.refuse("sip.tls", because: "needs listen, certificate and key", given: all)
        }
    }

    mutating func readLogins(_ reader: SettingsReader) {
        strangers = reader.word("sip.strangers", strangers)
        let files = reader.list("sip.digest.passwords", [PasswordFile](), expecting: "NAME=FILE") { PasswordFile($0) }
        for file in files { passwordFiles[file.name] = reader.settled(file.path, of: "sip.digest.passwords") }
        if passwordFiles.count < files.count { reader.refuse("sip.digest.passwords", because: "has a name twice", given: ["sip.digest.passwords"]) }
        logins.realm = reader.value("sip.digest.realm", logins.realm, expecting: "a text without quotation marks and control characters") { text in
            text.isEmpty || text.utf8.contains { $0 < 0x20 || $0 == 0x22 || $0 == 0x5C || $0 == 0x7F } ? nil : text
        }
        let names = DigestAlgorithm.allCases.map(\.rawValue).joined(separator: ", ")
        logins.algorithms = reader.list("sip.digest.algorithms", logins.algorithms, expecting: "one of " + names) { DigestAlgorithm(rawValue: $0.uppercased()) }
        if logins.algorithms.isEmpty { reader.refuse("sip.digest.algorithms", because: "names none", given: ["sip.digest.algorithms"]) }
        logins.failures = reader.number("sip.digest.failures", logins.failures, 1...1_000_000)
        logins.lockSeconds = reader.number("sip.digest.lock_seconds", logins.lockSeconds, 1...86_400)
        if strangers == .challenge, passwordFiles.isEmpty {
            reader.refuse("sip.strangers", because: "is challenge, which needs sip.digest.passwords", given: ["sip.strangers", "sip.digest.passwords"])
        }
    }

    /// A peer's name, and the file that his password is in.
    private struct PasswordFile {
        let name: String
        let path: String

        init?(_ text: String) {
            let halves = text.split(separator: "=", maxSplits: 1).map(String.init)
            guard halves.count == 2, !halves[0].contains("\""), !halves[0].contains(":") else { return nil }
            (name, path) = (halves[0], halves[1])
        }
    }
}
