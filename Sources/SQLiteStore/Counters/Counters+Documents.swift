/// How many living documents of each kind an account has, with a `lookup` and without, and how often any of them changed. The second tells
/// whether what was read of them still holds, so rows stay when nothing is left to count.
extension Counters {
    /// The counts as the rows themselves give them.
    static let countedDocuments = """
        SELECT account_id, kind, lookup IS NOT NULL AS has_lookup, count(*) AS count FROM document WHERE removed_at IS NULL GROUP BY 1, 2, 3
        """

    /// Counts anew; how often there were changes is not lost.
    static let refillDocuments = [
        "UPDATE document_tally SET count = 0, changes = changes + 1",
        """
        INSERT INTO document_tally (account_id, kind, has_lookup, count, changes)
        SELECT account_id, kind, has_lookup, count, 1 FROM (\(countedDocuments)) WHERE TRUE
        ON CONFLICT (account_id, kind, has_lookup) DO UPDATE SET count = excluded.count
        """,
    ]

    static let documents = [
        "CREATE TRIGGER document_tally_insert AFTER INSERT ON document WHEN NEW.removed_at IS NULL BEGIN \(note("NEW", 1)) END",
        "CREATE TRIGGER document_tally_delete AFTER DELETE ON document WHEN OLD.removed_at IS NULL BEGIN \(note("OLD", -1)) END",
        """
        CREATE TRIGGER document_tally_leave AFTER UPDATE ON document WHEN OLD.removed_at IS NULL BEGIN \(note("OLD", -1)) END
        """,
        """
        CREATE TRIGGER document_tally_enter AFTER UPDATE ON document WHEN NEW.removed_at IS NULL BEGIN \(note("NEW", 1)) END
        """,
    ]

    private static func note(_ row: String, _ difference: Int) -> String {
        """
        INSERT INTO document_tally (account_id, kind, has_lookup, count, changes)
            VALUES (\(row).account_id, \(row).kind, \(row).lookup IS NOT NULL, \(difference), 1)
            ON CONFLICT (account_id, kind, has_lookup) DO UPDATE SET count = count + \(difference), changes = changes + 1;
        """
    }
}

/// A living account below each account above it, below itself, and, if there is none above it, below the empty id. It
/// answers what is below an account, by name or by what a search compares, without looking at the others.
extension Counters {
    static let accountTree = [
        """
        CREATE TRIGGER account_tree_insert AFTER INSERT ON document WHEN NEW.kind = 'account' AND NEW.removed_at IS NULL
        BEGIN
            INSERT INTO account_tree (descendant_id, ancestor_id, tree_name, tree_lookup)
                SELECT NEW.id, NEW.id, NEW.name, coalesce(NEW.lookup, '')
                UNION ALL SELECT NEW.id, above.value, NEW.name, coalesce(NEW.lookup, '') FROM json_each(NEW.hidden, '$.lineage') AS above
                UNION ALL SELECT NEW.id, '', NEW.name, coalesce(NEW.lookup, '')
                    WHERE json_array_length(NEW.hidden, '$.lineage') IS NOT TRUE;
        END
        """,
        """
        CREATE TRIGGER account_tree_rename AFTER UPDATE OF name, lookup ON document
        WHEN NEW.kind = 'account' AND (OLD.name <> NEW.name OR OLD.lookup IS NOT NEW.lookup)
        BEGIN
            UPDATE account_tree SET tree_name = NEW.name, tree_lookup = coalesce(NEW.lookup, '') WHERE descendant_id = NEW.id;
        END
        """,
        """
        CREATE TRIGGER account_tree_leave AFTER UPDATE OF removed_at ON document WHEN NEW.kind = 'account' AND NEW.removed_at IS NOT NULL
        BEGIN
            DELETE FROM account_tree WHERE descendant_id = NEW.id;
        END
        """,
        """
        CREATE TRIGGER account_tree_delete AFTER DELETE ON document WHEN OLD.kind = 'account'
        BEGIN
            DELETE FROM account_tree WHERE descendant_id = OLD.id;
        END
        """,
    ]
}
