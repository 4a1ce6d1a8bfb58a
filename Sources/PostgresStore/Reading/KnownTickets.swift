import Voicemail

/// What the rows of the last tickets and of their accounts meant. They are read each time; one that is to the byte what it was need not be taken apart
/// again.
struct KnownTickets {
    /// A ticket with its account, which may be gone.
    struct Entry {
        let ticket: Ticket
        let account: StoredDocument?
    }

    private struct Known {
        let bytes: [UInt8]
        let entry: Entry
    }

    /// By their hashes. An entry takes two or three kilobytes.
    private var known = Generations<String, Known>(of: 64)

    /// - Parameter decode: takes the row apart.
    mutating func entry(of hash: String, _ row: Row, columns: Int32, _ decode: (Row) throws -> Entry) rethrows -> Entry {
        let bytes = row.bytes(ofFirst: columns)
        if let known = known.value(for: hash), known.bytes == bytes { return known.entry }
        let entry = try decode(row)
        known.keep(Known(bytes: bytes, entry: entry), for: hash)
        return entry
    }
}
