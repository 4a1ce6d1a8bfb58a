import NIOConcurrencyHelpers
import Testing
import Waiting

@Suite(.timeLimit(.minutes(1))) struct AtOnceTests {
    private struct Trouble: Error {}

    @Test("Everything is done once, so many at a time, and all outcomes are told", arguments: [(0, 3), (1, 3), (3, 3), (4, 3), (100, 1), (100, 16)])
    func all(count: Int, limit: Int) async throws {
        let underWay = NIOLockedValueBox((now: 0, most: 0))
        var outcomes: [Int] = []
        try await forEach(of: 0..<count, atOnce: limit) { number in
            underWay.withLockedValue { $0 = (now: $0.now + 1, most: max($0.most, $0.now + 1)) }
            for _ in 0..<8 { await Task.yield() }
            underWay.withLockedValue { $0.now -= 1 }
            return number
        } then: { outcome in
            outcomes.append(outcome)
        }
        #expect(outcomes.sorted() == Array(0..<count))
        #expect(underWay.withLockedValue(\.most) <= limit)
    }

    @Test("What fails ends the rest, and nothing more is begun")
    func failure() async throws {
        let begun = NIOLockedValueBox(0)
        await #expect(throws: Trouble.self) {
            try await forEach(of: 0..<1000, atOnce: 4) { number in
                begun.withLockedValue { $0 += 1 }
                if number == 2 { throw Trouble() }
                // Until it is cancelled.
                try await Task.sleep(for: .seconds(600))
            }
        }
        #expect(begun.withLockedValue(\.self) <= 5)
    }
}
