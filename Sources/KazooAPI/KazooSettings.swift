import HTTPFront

/// What an installation sets for this dialect.
public struct KazooSettings: Sendable {
    /// Bytes of one request body, files included (K§2.3).
    public var maximumBody: Int
    public var rateLimit: RateLimit
    /// Names this server in answers; opaque.
    public var node: String
    public var version: String
    /// Sends `"next_start_key": []` on a last page, as old servers did (K§12-09).
    public var emptyNextStartKey: Bool
    /// How files in a ZIP are named.
    public var zipNames: EntryNames.Style
    /// Pages that links to a new password may lead to; none where no such links are mailed.
    public var recoveryPages: [RecoveryPage]

    public init(
        maximumBody: Int = 8_000_000, rateLimit: RateLimit = RateLimit(), node: String = "aftertone", version: String = "5.0.0",
        emptyNextStartKey: Bool = false, zipNames: EntryNames.Style = .withColons, recoveryPages: [RecoveryPage] = []
    ) {
        self.zipNames = zipNames
        self.recoveryPages = recoveryPages
        self.maximumBody = maximumBody
        self.rateLimit = rateLimit
        self.node = node
        self.version = version
        self.emptyNextStartKey = emptyNextStartKey
    }
}
