/// What is to be there, as a CSV text has it: a line of names of columns, and a line for each row.
public struct ProvisioningList: Sendable {
    /// Why a text is no such list.
    public struct Fault: Error, Sendable, Hashable {
        public enum Reason: Sendable, Hashable {
            case empty
            case unknownColumn(String)
            case columnTwice
            case tooManyCells(Int, columns: Int)
            case openQuotation
            /// A row names no account, and none was meant.
            case noAccount
            /// What is neither yes nor no.
            case administrator
        }

        public let reason: Reason
        /// Where; nil for the whole.
        public let line: Int?

        init(_ reason: Reason, line: Int? = nil) {
            self.reason = reason
            self.line = line
        }
    }

    public static let columns: Set<String> = [
        "account", "realm", "account_timezone", "username", "password", "first_name", "last_name", "email", "admin", "timezone", "mailbox", "mailbox_name",
        "pin", "owner", "notify",
    ]

    public let rows: [ProvisionedRow]
    /// Where each row begins in the text.
    public let lines: [Int]

    /// - Parameter account: of rows that name none; nil where each has to.
    public init(_ text: String, account: String? = nil) throws(Fault) {
        let table = try CSVTable(text, columns: Self.columns)
        var rows: [ProvisionedRow] = []
        for row in table.rows {
            guard let account = row.cells["account"] ?? account else { throw Fault(.noAccount, line: row.line) }
            rows.append(try Self.row(row, of: account))
        }
        self.rows = rows
        lines = table.rows.map(\.line)
    }

    private static func row(_ row: CSVTable.Row, of account: String) throws(Fault) -> ProvisionedRow {
        let cells = row.cells
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
                guard ["yes", "no"].contains(admin) else { throw Fault(.administrator, line: row.line) }
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
}
