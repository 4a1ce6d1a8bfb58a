import StoredRows

extension RecordingAxis {
    /// The day of a number of seconds in SQL, rounded downwards also before 1970, as `CountedDay` has it.
    static func day(of seconds: String) -> String { "(\(seconds) - ((\(seconds) % 86400) + 86400) % 86400) / 86400" }

    /// The counter of a `row` in SQL.
    func bucket(of row: String) -> String {
        switch self {
        case .all: "0"
        case .day: Self.day(of: "\(row).started")
        case .block: "\(row).serial / 4096"
        case .caller: "\(row).caller_number"
        case .callee: "\(row).callee_number"
        }
    }
}
