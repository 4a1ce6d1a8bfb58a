/// How the server is to treat a session: said once of a connection, or of each transaction where connections are shared.
struct SessionSettings: Sendable {
    /// What a connection is told when it is opened; may be empty.
    let setup: String
    /// What each transaction is told when it begins.
    let preamble: [String]

    init(_ options: PostgresOptions, _ use: Session.Use) {
        let statements = Self.statements(options, use, within: options.sharesConnections ? "LOCAL" : "SESSION")
        setup = options.sharesConnections ? "" : (statements + [Self.durability(isLocal: false)]).joined(separator: "; ")
        preamble = options.sharesConnections ? statements : []
    }

    /// Each statement is written for one index. The planner is told to use indexes even where a table is so small that reading all of it
    /// seems cheaper, and not to plan anew for each value, so that a plan is the same on the first day and at a million rows.
    private static func statements(_ options: PostgresOptions, _ use: Session.Use, within scope: String) -> [String] {
        var settings = [
            ("statement_timeout", "'\(options.statementSeconds)s'"), ("lock_timeout", "'\(options.lockSeconds)s'"),
            ("idle_in_transaction_session_timeout", "'\(options.statementSeconds * 2)s'"),
            // That a commit has not waited for its standby is told by a warning.
            ("client_min_messages", "warning"),
        ]
        if use == .serving {
            settings += ["seqscan", "bitmapscan", "hashjoin", "mergejoin"].map { ("enable_" + $0, "off") }
            settings += [("plan_cache_mode", "force_generic_plan"), ("jit", "off")]
            // Of questions that nothing begins.
            settings += [("default_transaction_isolation", "'repeatable read'")]
        }
        return settings.map { "SET \(scope) \($0) = \($1)" }
    }

    /// A commit waits for the disk in any case, and for that of the synchronous standby where there is one: what it does not have would be lost with the
    /// primary. Whoever has it wait for more is left alone.
    static func durability(isLocal: Bool) -> String {
        "SELECT set_config('synchronous_commit', 'on', \(isLocal)) WHERE current_setting('synchronous_commit') NOT IN ('on', 'remote_apply')"
    }
}
