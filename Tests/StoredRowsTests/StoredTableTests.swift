import StoredRows
import Testing

/// Tables as a move sees them, whatever database they are of.
@Suite struct StoredTableTests {
    private func table(_ name: String, _ columns: [String] = ["id"], key: [String] = ["id"]) -> StoredTable {
        StoredTable(name, columns: columns.map { StoredTable.Column($0, .text) }, key: key)
    }

    @Test("Columns are in order of name, and a key is read from where its columns are then")
    func keys() {
        let position = table("position", ["serial", "box_id", "number", "audio"], key: ["box_id", "number"])
        #expect(position.columns.map(\.name) == ["audio", "box_id", "number", "serial"])
        #expect(position.key(of: [.null, .text("b"), .int(7), .int(1)]) == [.text("b"), .int(7)])
        #expect(position.place(of: "number") == 2 && position.place(of: "nothing") == nil)
    }

    @Test("Audio comes before what names it, accounts before what they make, and the rest by name")
    func order() {
        let names = ["outbox_event", "message", "document", "account_tree", "blob"]
        #expect(StoredTable.inOrder(names.map { table($0) }).map(\.name) == ["blob", "document", "account_tree", "message", "outbox_event"])
    }

    @Test(arguments: [
        ("message", true), ("blob", true), ("mailbox_tally", false), ("message_day", false), ("delivery_target", false), ("probe", false), ("tally", true),
    ])
    func derivedRowsAreNotTaken(_ name: String, _ isTaken: Bool) { #expect(StoredTable.isTaken(name) == isTaken) }

    @Test("Where rows name the audio that they need: not in the list of audio itself, nor in that of what is to be removed")
    func audio() {
        #expect(table("message", ["id", "blob_id"]).audioColumn == "blob_id")
        #expect(table("message").audioColumn == nil)
        for name in ["blob", "blob_garbage"] { #expect(table(name, ["id", "blob_id"]).audioColumn == nil) }
        #expect(table("blob").isNamed && !table("message").isNamed)
    }
}
