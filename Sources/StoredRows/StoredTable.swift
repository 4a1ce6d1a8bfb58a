import Voicemail

/// A value of a row, whatever the database.
public enum StoredValue: Sendable, Hashable {
    case null
    case int(Int)
    case text(String)
    case bytes([UInt8])
}

/// A table whose rows another store can take as they are: names and types are the same in every database.
public struct StoredTable: Sendable, Hashable {
    public enum Kind: String, Sendable { case int, text, bytes }

    public struct Column: Sendable, Hashable {
        public let name: String
        public let kind: Kind

        public init(_ name: String, _ kind: Kind) {
            self.name = name
            self.kind = kind
        }
    }

    public typealias Row = [StoredValue]
    /// The values of a row's key, in the key's order.
    public typealias Key = [StoredValue]

    public let name: String
    /// By their names.
    public let columns: [Column]
    /// The columns that tell rows apart, by which they are gone through.
    public let key: [String]
    private let keyPlaces: [Int]

    public init(_ name: String, columns: [Column], key: [String]) {
        self.name = name
        self.columns = columns.sorted { $0.name < $1.name }
        self.key = key
        let sorted = self.columns
        keyPlaces = key.compactMap { name in sorted.firstIndex { $0.name == name } }
    }

    public func key(of row: Row) -> Key { keyPlaces.map { row[$0] } }

    public func place(of column: String) -> Int? { columns.firstIndex { $0.name == column } }

    /// Rows of other tables name its rows: they are changed where they are, and go after those.
    public var isNamed: Bool { name == "blob" }

    /// Where a row names the audio that it needs.
    public var audioColumn: String? { isNamed || name == "blob_garbage" ? nil : columns.first { $0.name == "blob_id" }?.name }

    /// Whether a table's rows are copied to another database. Counters and `delivery_target` are not: triggers make them from the other rows. Nor is
    /// `probe`, which means nothing.
    public static func isTaken(_ name: String) -> Bool {
        !name.hasSuffix("_tally") && !["message_day", "delivery_target", "probe"].contains(name)
    }

    /// Tables in the order of filling: a table whose rows others refer to comes before these, and accounts before the tree that they may make themselves.
    public static func inOrder(_ tables: [StoredTable]) -> [StoredTable] {
        let first = ["blob", "document"]
        func place(_ table: StoredTable) -> (Int, String) { (first.firstIndex(of: table.name) ?? first.count, table.name) }
        return tables.sorted { place($0) < place($1) }
    }
}
