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

    /// The column that what is wrong with a row is about; nil where it is none.
    public static func column(of violation: Violation) -> String? { violation.path.first }

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
        provisioned.accountSettings.realm = cells["realm"]
        provisioned.accountSettings.timeZone = cells["account_timezone"].map { .some($0) }
        if let username = cells["username"] {
            var user = UserSettings()
            user.username = username
            user.password = cells["password"]
            user.firstName = cells["first_name"]
            user.lastName = cells["last_name"]
            user.email = cells["email"]
            user.timeZone = cells["timezone"].map { .some($0) }
            if let admin = cells["admin"] {
                guard ["yes", "no"].contains(admin) else { throw Fault(.administrator, line: row.line) }
                user.isAdministrator = admin == "yes"
            }
            provisioned.user = user
        }
        if let number = cells["mailbox"] {
            var mailbox = MailboxSettings()
            mailbox.number = number
            mailbox.name = cells["mailbox_name"]
            mailbox.pin = cells["pin"].map { .some(PIN($0)) }
            mailbox.timeZone = cells["timezone"].map { .some($0) }
            mailbox.notificationAddresses = cells["notify"].map { $0.split(separator: " ").map(String.init) }
            provisioned.mailbox = mailbox
            provisioned.owner = cells["owner"]
        }
        return provisioned
    }
}
