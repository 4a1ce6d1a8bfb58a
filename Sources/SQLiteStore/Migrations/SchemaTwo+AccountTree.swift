extension SchemaTwo {
    static let accountTree = [treeTable, growTree] + treeIndexes + treeTriggers

    /// A living account below each account above it, below itself, and, if there is none above it, below the empty id. It
    /// answers what is below an account, by name or by what a search compares, without looking at the others.
    private static let treeTable = """
        CREATE TABLE account_tree (
            descendant_id TEXT NOT NULL,
            ancestor_id TEXT NOT NULL,
            tree_name TEXT NOT NULL,
            tree_lookup TEXT NOT NULL,
            PRIMARY KEY (descendant_id, ancestor_id)
        ) STRICT, WITHOUT ROWID
        """

    /// Accounts from before there was a tree.
    private static let growTree = branches(of: "TRUE")

    /// Adds the rows of the living accounts that a condition chooses.
    private static func branches(of condition: String) -> String {
        func rows(below ancestor: String, from source: String, where more: String) -> String {
            """
            SELECT document.id, \(ancestor), document.name, coalesce(document.lookup, '') FROM \(source)
                WHERE \(condition) AND document.kind = 'account' AND document.removed_at IS NULL AND \(more)
            """
        }
        return """
            INSERT INTO account_tree (descendant_id, ancestor_id, tree_name, tree_lookup)
                \(rows(below: "document.id", from: "document", where: "TRUE"))
                UNION ALL \(rows(below: "above.value", from: "document, json_each(document.hidden, '$.lineage') AS above", where: "TRUE"))
                UNION ALL \(rows(below: "''", from: "document", where: "json_array_length(document.hidden, '$.lineage') IS NOT TRUE"))
            """
    }

    private static let treeIndexes = [
        "CREATE INDEX account_tree_by_name ON account_tree (ancestor_id, tree_name, descendant_id)",
        "CREATE INDEX account_tree_by_lookup ON account_tree (ancestor_id, tree_lookup, descendant_id)",
    ]

    private static let treeTriggers = [
        """
        CREATE TRIGGER account_tree_insert AFTER INSERT ON document WHEN NEW.kind = 'account' AND NEW.removed_at IS NULL
        BEGIN
            \(branches(of: "document.serial = NEW.serial"));
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
