import NIOPosix

/// What has to be let go, in the opposite order of its making.
struct Teardown: Sendable {
    private var steps: [@Sendable () async throws -> Void] = []

    mutating func add(_ step: @escaping @Sendable () async throws -> Void) { steps.append(step) }

    /// Takes every step, also after one that fails.
    /// - Throws: the first failure.
    func run() async throws {
        var failure: (any Error)?
        for step in steps.reversed() {
            do { try await step() } catch { failure = failure ?? error }
        }
        if let failure { throw failure }
    }
}

/// Runs what waits for the disk on a thread that may.
func blocking<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await NIOThreadPool.singleton.runIfActive(body)
}
