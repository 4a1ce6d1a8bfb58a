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

    /// By their hashes. Two generations: what is used moves to the young one, and the old one goes when the young one is full.
    private var young: [String: Known] = [:], old: [String: Known] = [:]

    /// Entries in a generation; one takes two or three kilobytes.
    private static let generation = 64

    /// - Parameter decode: takes the row apart.
    mutating func entry(of hash: String, _ row: Row, columns: Int32, _ decode: (Row) throws -> Entry) rethrows -> Entry {
        let bytes = row.bytes(ofFirst: columns)
        if let known = young[hash], known.bytes == bytes { return known.entry }
        let known = old[hash].flatMap { $0.bytes == bytes ? $0 : nil }
        let entry = try known?.entry ?? decode(row)
        if young.count >= Self.generation {
            old = young
            young = [:]
        }
        young[hash] = Known(bytes: bytes, entry: entry)
        return entry
    }
}
