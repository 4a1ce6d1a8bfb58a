import StoredRows
import Voicemail

/// One stretch of an index that a `MessageQuery` reads, with the statement for it: one of a fixed set.
///
/// A listing that starts at a message reads what is left of that message's second, then the other seconds.
/// As one condition on (timestamp, serial) SQLite would use only the timestamp and pass over every message of
/// that second, which may be a whole import.
struct MessageStretch {
    enum Part: Sendable {
        /// Timestamps from the first to the second.
        case seconds(Int, Int)
        /// Messages of one second from a serial on, in the listing's direction.
        case within(second: Int, serial: Int)
    }

    /// What of a query decides its statement.
    struct Shape: Sendable {
        let account: Bool
        let folder: Bool
        let ascending: Bool
        let within: Bool
    }

    let part: Part
    let shape: Shape

    /// The stretches of a query, in the order of the listing.
    static func parts(of query: MessageQuery) -> [Part] {
        var first = query.from?.unix ?? Int.min
        var last = query.to?.unix ?? Int.max
        var within: [Part] = []
        if let start = query.start {
            let second = start.timestamp.unix
            if first <= second, second <= last { within = [.within(second: second, serial: start.serial)] }
            if query.ascending {
                guard second < Int.max else { return within }
                first = max(first, second + 1)
            } else {
                guard second > Int.min else { return within }
                last = min(last, second - 1)
            }
        }
        return first <= last ? within + [.seconds(first, last)] : within
    }

    init(_ part: Part, of query: MessageQuery) {
        self.part = part
        let isAccount = if case .account = query.scope { true } else { false }
        let isWithin = if case .within = part { true } else { false }
        shape = Shape(account: isAccount, folder: query.folder != nil, ascending: query.ascending, within: isWithin)
    }

    var sql: String { Self.texts[shape.index] }

    /// The same for what listings show.
    var listedSQL: String { Self.listedTexts[shape.index] }

    func bind(_ query: MessageQuery, to run: inout Execution) {
        switch query.scope {
        case .mailbox(let id), .account(let id): run.bind(id)
        }
        switch part {
        case .seconds(let first, let last):
            run.bind(first)
            run.bind(last)
        case .within(let second, let serial):
            run.bind(second)
            run.bind(serial)
        }
        if let folder = query.folder { run.bind(folder.rawValue) }
    }

    static let shapes: [Shape] = (0..<16).map {
        Shape(account: $0 & 8 != 0, folder: $0 & 4 != 0, ascending: $0 & 2 != 0, within: $0 & 1 != 0)
    }

    static let texts = shapes.map { $0.text(of: MessageRow.columns) }
    static let listedTexts = shapes.map { $0.text(of: ListedRow.columns) }
}

extension MessageStretch.Shape {
    fileprivate var index: Int { (account ? 8 : 0) + (folder ? 4 : 0) + (ascending ? 2 : 0) + (within ? 1 : 0) }

    fileprivate func text(of columns: String) -> String {
        let index = account ? "message_by_account" : folder ? "message_by_folder" : "message_by_mailbox"
        let order = ascending ? "ASC" : "DESC"
        return "SELECT \(columns) FROM message INDEXED BY \(index) WHERE removed_at IS NULL"
            + " AND \(account ? "account_id" : "mailbox_id") = ?1"
            + (within ? " AND timestamp = ?2 AND serial \(ascending ? ">=" : "<=") ?3" : " AND timestamp >= ?2 AND timestamp <= ?3")
            + (folder ? " AND folder = ?4" : "") + " ORDER BY timestamp \(order), serial \(order)"
    }
}
