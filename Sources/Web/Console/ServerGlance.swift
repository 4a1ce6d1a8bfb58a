import Voicemail

/// How the whole server is, as its administrators see it.
public struct ServerGlance: Sendable {
    public let census: Census
    /// Bytes that may still be written, those of the disk, and those of the database.
    public let free: Int
    public let size: Int
    public let database: Int
    /// Why it is not ready, by what is not; empty where it is.
    public let reasons: [(name: String, reason: String)]
    /// The last warnings and errors of the process that answers, the newest first.
    public let troubles: [Trouble]

    /// A line of the log.
    public struct Trouble: Sendable, Hashable {
        public let time: Timestamp
        /// Not a warning only.
        public let isError: Bool
        /// Of the server.
        public let part: String
        public let text: String

        public init(time: Timestamp, isError: Bool, part: String, text: String) {
            self.time = time
            self.isError = isError
            self.part = part
            self.text = text
        }
    }

    public init(census: Census, free: Int, size: Int, database: Int, reasons: [(name: String, reason: String)], troubles: [Trouble]) {
        self.census = census
        self.free = free
        self.size = size
        self.database = database
        self.reasons = reasons
        self.troubles = troubles
    }

    func values(_ times: ShownTimes) -> [String: Any] {
        var values: [String: Any] = [
            "server_accounts": census.documents[.account] ?? 0, "server_mailboxes": census.documents[.mailbox] ?? 0, "server_messages": census.messages.total,
            "server_recordings": census.recordings.count, "server_recordings_bytes": Self.bytes(census.recordings.bytes),
            "server_pending": census.deliveries.pending, "server_dead": census.deliveries.dead, "disk_free": Self.bytes(free), "disk_size": Self.bytes(size),
            "database_bytes": Self.bytes(database), "is_ready": reasons.isEmpty,
            "reasons": reasons.map { ["reason_name": $0.name, "reason": $0.reason] }, "has_troubles": !troubles.isEmpty,
            "troubles": troubles.map { trouble -> [String: Any] in
                [
                    "at": trouble.time.iso8601, "at_shown": times.text(trouble.time), "is_error": trouble.isError, "part": trouble.part, "said": trouble.text,
                ]
            },
        ]
        if let oldest = census.oldestDelivery { values.merge(["oldest": oldest.iso8601, "oldest_shown": times.text(oldest)]) { $1 } }
        return values
    }

    /// `512 B`, `3.4 MiB`.
    static func bytes(_ count: Int) -> String {
        let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"]
        var value = Double(count), unit = 0
        while value >= 1024, unit < units.count - 1 { (value, unit) = (value / 1024, unit + 1) }
        return unit == 0 ? "\(count) B" : "\((value * 10).rounded() / 10) \(units[unit])"
    }
}
