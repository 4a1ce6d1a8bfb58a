import StoredRows
import Voicemail

extension Snapshot {
    func loginCounts(ids: [String]) throws -> [LoginCount] { try ids.compactMap(loginCount) }

    private func loginCount(id: String) throws -> LoginCount? {
        var run = try connection.prepare("SELECT \(LoginCountRow.columns) FROM login_count WHERE id = ?")
        run.bind(id)
        return try run.step() ? try LoginCountRow.decode(run) : nil
    }

    func loginCounts(after id: String, limit: Int) throws -> [LoginCount] {
        var run = try connection.prepare("SELECT \(LoginCountRow.columns) FROM login_count WHERE id > ? ORDER BY id LIMIT ?")
        run.bind(id)
        run.bind(max(0, limit))
        var found: [LoginCount] = []
        while try run.step() { found.append(try LoginCountRow.decode(run)) }
        return found
    }
}
