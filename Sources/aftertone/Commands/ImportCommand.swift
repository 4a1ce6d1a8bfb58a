import ArgumentParser
import Server
import SystemPackage
import Voicemail

struct ImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Makes and changes accounts, users and mailboxes as a CSV file has them: all of them or nothing.",
        discussion: """
            The first line names columns: account (id, realm or name; made where there is none), realm, account_timezone; username, password, first_name, \
            last_name, email, admin (yes or no), timezone; mailbox, mailbox_name, pin, owner (a user name; the row's user otherwise), notify (addresses, a \
            blank between). What is empty is not said, and what is not said stays. The same file twice changes nothing. Rows that cannot be done are told \
            by their line, and nothing is done then.
            """)

    @OptionGroup var common: CommonOptions
    @Flag(help: "Tells what would be done, and does nothing.") var preview = false
    @Flag(help: "Gives the file's passwords and PINs to those who are there already, too.") var setSecrets = false
    @Argument(help: "The file, in UTF-8.") var file: String

    private static let longest = 64 << 20

    func run() async throws {
        let list = try read()
        try await common.open { installation in
            let report = try await installation.service.provisioning.apply(list.rows, setsSecrets: setSecrets, isTrial: preview)
            show(report, list)
            let bad = report.rows.count { $0.problem != nil }
            if bad > 0 { throw Refusal("\(bad.counted("row")) cannot be done, so nothing was") }
        }
    }

    private func read() throws -> ProvisioningList {
        let bytes: [UInt8]
        do { bytes = try SmallFile.read(file, atMost: Self.longest + 1) } catch let error as Errno { throw Refusal("\(file) cannot be read: \(error)") }
        guard bytes.count <= Self.longest else { throw Refusal("\(file) is larger than \(Self.longest) bytes") }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw Refusal("\(file) is not in UTF-8") }
        do { return try ProvisioningList(text) } catch { throw Refusal(self.text(of: error)) }
    }

    private func text(of fault: ProvisioningList.Fault) -> String {
        let place = fault.line.map { "\(file), line \($0): " } ?? "\(file) "
        return switch fault.reason {
        case .empty: place + "is empty"
        case .unknownColumn(let name): "\(file): there is no column \"\(name)\"; columns are \(ProvisioningList.columns.sorted().joined(separator: ", "))"
        case .columnTwice: "\(file) names a column twice"
        case .tooManyCells(let cells, let columns): place + "\(cells) cells in \(columns.counted("column"))"
        case .openQuotation: place + "a quotation mark is not closed"
        case .noAccount: place + "it names no account"
        case .administrator: place + "admin must be yes or no"
        }
    }

    // MARK: What is told

    private func show(_ report: ProvisioningReport, _ list: ProvisioningList) {
        for (row, line) in zip(report.rows, list.lines) {
            if let problem = row.problem { Terminal.complain(Terminal.visible("\(file), line \(line): \(Wording.text(for: problem))")) }
        }
        let kinds: [(String, [ProvisioningReport.Outcome])] = [
            ("accounts", report.rows.compactMap(\.account)), ("users", report.rows.compactMap(\.user)), ("mailboxes", report.rows.compactMap(\.mailbox)),
        ]
        if common.json {
            var object: JSONObject = ["id": "import", "ok": .bool(report.isGood), "preview": .bool(preview), "rows": .int(report.rows.count)]
            for (name, changes) in kinds { object[name] = .object(Self.counts(changes)) }
            object["problems"] = .array(
                zip(report.rows, list.lines).compactMap { row, line in
                    row.problem.map { ["line": .int(line), "text": .string(Wording.text(for: $0))] }
                })
            return common.output.show(object)
        }
        guard report.isGood else { return }
        for (name, changes) in kinds {
            let counts = ProvisioningReport.Outcome.allCases.compactMap { change in
                let count = changes.count { $0 == change }
                return count == 0 ? nil : "\(count) \(change == .same ? "as before" : change.rawValue)"
            }
            if !counts.isEmpty { Terminal.print("\(name): \(counts.joined(separator: ", "))" + (preview ? " (preview)" : "")) }
        }
    }

    private static func counts(_ changes: [ProvisioningReport.Outcome]) -> JSONObject {
        JSONObject(uniqueKeysWithValues: ProvisioningReport.Outcome.allCases.map { change in (change.rawValue, .int(changes.count { $0 == change })) })
    }
}
