import Voicemail

extension Snapshot {
    private static let loginColumns = "id, kind, label, failures, first, last"

    func loginCount(id: String) throws -> LoginCount? {
        var run = try connection.prepare("SELECT \(Self.loginColumns) FROM login_count WHERE id = ?")
        run.bind(id)
        return try run.step() ? try Self.loginCount(run) : nil
    }

    func loginCounts(after id: String, limit: Int) throws -> [LoginCount] {
        var run = try connection.prepare("SELECT \(Self.loginColumns) FROM login_count WHERE id > ? ORDER BY id LIMIT ?")
        run.bind(id)
        run.bind(max(0, limit))
        var found: [LoginCount] = []
        while try run.step() { found.append(try Self.loginCount(run)) }
        return found
    }

    private static func loginCount(_ row: borrowing Execution) throws -> LoginCount {
        guard let kind = LoginCount.Kind(rawValue: row.text(1)) else { throw StoreError.failed("a login count of an unknown kind") }
        return LoginCount(
            id: row.text(0), kind: kind, label: row.text(2), failures: row.int(3), first: row.timestamp(4), last: row.timestamp(5))
    }
}
