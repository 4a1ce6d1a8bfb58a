/// Waits that end as soon as what they wait for has happened.
enum Patience {
    /// Waits until something is so; two minutes at most, which no machine takes that goes on at all.
    /// - Returns: whether it is.
    @discardableResult
    static func until(_ isTrue: () async throws -> Bool) async throws -> Bool {
        let end = ContinuousClock.now + .seconds(120)
        while try await !isTrue() {
            guard ContinuousClock.now < end else { return false }
            try await Task.sleep(for: .milliseconds(2))
        }
        return true
    }
}
