import Voicemail

/// A server's process that was asked for a commit and has not answered. By when it began it is told from a later one with its number.
struct SilentProcess {
    let id: Int
    let began: Int
}

extension Session {
    private static let noCommitReturns = "commits do not return: the database's disk stands still, or its synchronous standby is gone"

    /// Commits something that changes nothing, and says why that did not work; nil where it did.
    ///
    /// A commit that waits for a standby cannot be called off. So who gives it up makes no other one until it has ended: the process that it waits in
    /// would be one more each time.
    ///
    /// - Parameter isFirst: whether a connection that was lost meanwhile, of which it is found out by using it, is made anew.
    func reasonNotToCommit(isFirst: Bool = true) -> String? {
        do {
            _ = try connect()
        } catch PostgresOpenError.readOnly {
            return "the database takes no changes"
        } catch {
            return "the database cannot be reached"
        }
        defer { rollBack() }
        var isCommitting = false
        do {
            try begin(Progress(opening: (["BEGIN"] + settings.preamble).map { step(SQL(stringLiteral: $0)) }))
            let first = try exchange([step(Self.look(for: silent))])[0].first
            guard let first else { throw StoreError.failed("no answer") }
            if first.int(2) == 0 { return "the database is being brought up to date" }
            if first.int(3) == 1 { return Self.noCommitReturns }
            let asked = SilentProcess(id: first.int(0), began: first.int(1))
            silent = asked
            isCommitting = true
            let used = connection, warnings = used?.warnings
            let durability = SQL(stringLiteral: SessionSettings.durability(isLocal: true))
            _ = try exchange(["LOCK TABLE writer IN ROW SHARE MODE", durability, Self.flush, "COMMIT"].map(step))
            silent = nil
            return used?.warnings == warnings ? nil : Self.noCommitReturns
        } catch {
            guard let trouble, case .lost = trouble else {
                silent = nil
                return error as? StoreError == .full ? "no room for the database" : "the database cannot be written"
            }
            if isCommitting { return Self.noCommitReturns }
            return isFirst ? reasonNotToCommit(isFirst: false) : "the database cannot be reached"
        }
    }

    private static func look(for silent: SilentProcess?) -> SQL {
        """
        SELECT pid::bigint, (extract(epoch FROM backend_start) * 1000000)::bigint,
        pg_try_advisory_xact_lock_shared(\(Migrations.underWay))::int::bigint,
        (SELECT count(*) FROM pg_stat_get_activity(\(silent?.id ?? 0)::int)
            WHERE (extract(epoch FROM backend_start) * 1000000)::bigint = \(silent?.began ?? 0))
        FROM pg_stat_get_activity(pg_backend_pid())
        """
    }
}
