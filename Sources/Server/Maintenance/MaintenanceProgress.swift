/// How far something long has come.
public struct MaintenanceProgress: Sendable, Hashable {
    /// What is being done, in a word or two.
    public let stage: String
    public let done: Int
    /// nil where nobody has counted.
    public let total: Int?

    public init(_ stage: String, _ done: Int, of total: Int? = nil) {
        self.stage = stage
        self.done = done
        self.total = total
    }
}

/// Told often; must be quick.
public typealias ProgressReport = @Sendable (MaintenanceProgress) -> Void
