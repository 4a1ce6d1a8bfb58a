import ArgumentParser
import Server
import Synchronization
import Voicemail

struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Looks for damage, byte by byte; changes nothing.",
        discussion: """
            Checks the database file, the counters of every mailbox and account and the checksum of every piece of audio. Prints each damage on a line \
            and ends with status 1 if there is any. Works while the server runs. Audio that nothing names is removed by the next start of \
            the server.
            """)

    @OptionGroup var common: CommonOptions

    func run() async throws {
        try await common.open { installation in
            let line = ProgressLine()
            let findings = Mutex<[JSON]>([])
            let verification = Verification(of: installation, progress: line.report) { [json = common.json] finding in
                guard !json else { return findings.withLock { $0.append(.object(finding.asFinding)) } }
                line.clear()
                Terminal.print(Terminal.visible(finding.text))
            }
            let summary = try await verification.run()
            line.clear()
            if common.json {
                common.output.show([
                    "id": "verify", "ok": .bool(summary.findings == 0), "blobs": .int(summary.blobs), "arriving": .int(summary.arriving),
                    "incomplete": .array(summary.incomplete.map { .string($0.hex) }),
                    "damages": .array(findings.withLock { $0 }),
                ])
            } else {
                for id in summary.incomplete { Terminal.print("audio \(id) was cut off or damaged before it came; what there is of it is played") }
                if summary.arriving > 0 { Terminal.print("\(summary.arriving.counted("piece")) of audio not named yet, perhaps arriving right now") }
                if summary.findings == 0 { Terminal.print("no damage; \(summary.blobs.counted("piece")) of audio compared") }
            }
            if summary.findings > 0 { throw Refusal("\(summary.findings.counted("damage")) found") }
        }
    }
}

extension Verification.Finding {
    /// The finding as `--json` prints it.
    var asFinding: JSONObject {
        var object: JSONObject = ["kind": .string(kind)]
        object["id"] = subject.map { .string($0) }
        if !holders.isEmpty { object["belongs_to"] = .array(holders.map { .object($0.asFinding) }) }
        object["text"] = .string(text)
        return object
    }
}

extension NamedHolder {
    fileprivate var asFinding: JSONObject {
        var object: JSONObject = [
            "kind": .string(holder.kind.rawValue), "id": .string(id), "account_id": .string(holder.accountID), "account": .string(account),
        ]
        if let mailboxID = holder.mailboxID { object["mailbox_id"] = .string(mailboxID) }
        if let mailbox { object["mailbox"] = .string(mailbox) }
        return object
    }
}
