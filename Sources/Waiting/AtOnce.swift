/// Does some work for each of many, for a few of them at a time.
/// - Parameters:
///   - limit: so many are under way at once.
///   - outcome: told of each outcome as it comes, in whatever order.
/// - Throws: what any of it throws; what is under way then is cancelled.
public func forEach<Element: Sendable, Outcome: Sendable>(
    of elements: some Sequence<Element>, atOnce limit: Int, _ work: @escaping @Sendable (Element) async throws -> Outcome,
    then outcome: (Outcome) async throws -> Void = { _ in }
) async throws {
    try await withThrowingTaskGroup(of: Outcome.self) { tasks in
        var underWay = 0
        for element in elements {
            if underWay >= limit, let done = try await tasks.next() {
                underWay -= 1
                try await outcome(done)
            }
            underWay += 1
            tasks.addTask { try await work(element) }
        }
        for try await done in tasks { try await outcome(done) }
    }
}
