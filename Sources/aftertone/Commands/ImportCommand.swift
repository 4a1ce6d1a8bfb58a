import ArgumentParser
import Server
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

    private static let columns: Set<String> = [
        "account", "realm", "account_timezone", "username", "password", "first_name", "last_name", "email", "admin", "timezone", "mailbox", "mailbox_name",
        "pin",
        "owner", "notify",
    ]

    func run() async throws {
        let table = try CSVTable(file: file, columns: Self.columns)
        let rows = try table.rows.map(row)
        try await common.open { installation in
            let report = try await installation.service.provisioning.apply(rows, setsSecrets: setSecrets, isTrial: preview)
            show(report, table)
            let bad = report.rows.count { $0.problem != nil }
            if bad > 0 { throw Refusal("\(bad.counted("row")) cannot be done, so nothing was") }
        }
    }

    private func row(_ row: CSVTable.Row) throws -> ProvisionedRow {
        let cells = row.cells
        guard let account = cells["account"] else { throw Refusal("\(file), line \(row.line): it names no account") }
        var provisioned = ProvisionedRow(account: account)
        func take(_ columns: [(column: String, attribute: String)]) -> JSONObject {
            var object: JSONObject = [:]
            for (column, attribute) in columns { object[attribute] = cells[column].map { .string($0) } }
            return object
        }
        provisioned.accountAttributes = take([("realm", "realm"), ("account_timezone", "timezone")])
        if cells["username"] != nil {
            provisioned.user = take([
                ("username", "username"), ("password", "password"), ("first_name", "first_name"), ("last_name", "last_name"), ("email", "email"),
                ("timezone", "timezone"),
            ])
            if let admin = cells["admin"] {
                guard ["yes", "no"].contains(admin) else { throw Refusal("\(file), line \(row.line): admin must be yes or no") }
                provisioned.user["priv_level"] = admin == "yes" ? "admin" : "user"
            }
        }
        if cells["mailbox"] != nil {
            provisioned.mailbox = take([("mailbox", "mailbox"), ("mailbox_name", "name"), ("pin", "pin"), ("timezone", "timezone")])
            if let notify = cells["notify"] { provisioned.mailbox["notify_email_addresses"] = JSON(notify.split(separator: " ").map(String.init)) }
            provisioned.owner = cells["owner"]
        }
        return provisioned
    }

    // MARK: What is told

    private func show(_ report: ProvisioningReport, _ table: CSVTable) {
        for (row, line) in zip(report.rows, table.rows.map(\.line)) {
            if let problem = row.problem { Terminal.complain(Terminal.visible("\(file), line \(line): \(Wording.text(for: problem))")) }
        }
        let kinds: [(String, [ProvisioningReport.Change])] = [
            ("accounts", report.rows.compactMap(\.account)), ("users", report.rows.compactMap(\.user)), ("mailboxes", report.rows.compactMap(\.mailbox)),
        ]
        if common.json {
            var object: JSONObject = ["id": "import", "ok": .bool(report.isGood), "preview": .bool(preview), "rows": .int(report.rows.count)]
            for (name, changes) in kinds { object[name] = .object(Self.counts(changes)) }
            object["problems"] = .array(
                zip(report.rows, table.rows).compactMap { row, source in
                    row.problem.map { ["line": .int(source.line), "text": .string(Wording.text(for: $0))] }
                })
            return common.output.show(object)
        }
        guard report.isGood else { return }
        for (name, changes) in kinds {
            let counts = ProvisioningReport.Change.allCases.compactMap { change in
                let count = changes.count { $0 == change }
                return count == 0 ? nil : "\(count) \(change == .same ? "as before" : change.rawValue)"
            }
            if !counts.isEmpty { Terminal.print("\(name): \(counts.joined(separator: ", "))" + (preview ? " (preview)" : "")) }
        }
    }

    private static func counts(_ changes: [ProvisioningReport.Change]) -> JSONObject {
        JSONObject(uniqueKeysWithValues: ProvisioningReport.Change.allCases.map { change in (change.rawValue, .int(changes.count { $0 == change })) })
    }
}
