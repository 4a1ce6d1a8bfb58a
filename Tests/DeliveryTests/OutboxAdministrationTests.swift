import TestKit
import Testing
import Voicemail

@testable import Delivery

/// What an administrator does with many deliveries, and telling a receiver once more.
struct OutboxAdministrationTests {
    private static func fill(_ bench: Bench, dead: Int, pending: Int) async throws {
        let now = bench.clock.now
        try await bench.service.store.write { writer in
            for number in 0..<dead + pending {
                let state: Delivery.State = number < dead ? .dead : .pending
                try writer.insert(
                    Delivery(
                        channel: number % 2 == 0 ? "even" : "odd", target: "t\(number % 3)", accountID: "a", eventSerial: number, payload: [:],
                        state: state, attempts: 4, due: now, created: now.advanced(by: number)))
            }
        }
    }

    @Test("Thousands are tried again, and forgotten, as they are chosen")
    func thousands() async throws {
        try await Bench.run { bench in
            let outbox = bench.service.outbox, now = bench.clock.now
            try await Self.fill(bench, dead: 2400, pending: 600)
            #expect(try await outbox.count(DeliveryQuery(state: .dead, limit: 1)) == 2400)
            #expect(try await outbox.retry(all: DeliveryQuery(state: .dead, channel: "even", limit: 1)) == 1200)
            #expect(try await outbox.totals() == DeliveryTotals(pending: 1800, dead: 1200))
            let retried = try await outbox.list(DeliveryQuery(state: .pending, channel: "even", to: now.advanced(by: 2399), limit: 9999))
            #expect(retried.count == 1200 && retried.allSatisfy { $0.attempts == 0 })
            let first = DeliveryQuery(state: .dead, target: "t1", from: now, to: now.advanced(by: 5), limit: 1)
            #expect(try await outbox.drop(all: first) == 1)
            #expect(try await outbox.drop(all: DeliveryQuery(state: .dead, limit: 1)) == 1199)
            #expect(try await outbox.totals() == DeliveryTotals(pending: 1800))
            #expect(try await outbox.drop(all: DeliveryQuery(state: .dead, limit: 1)) == 0)
        }
    }

    @Test("Who is told once more is told under the same ids; what others are told is not touched")
    func replay() async throws {
        let receiver = Receiver(), other = Receiver()
        try await Bench.run { bench in
            try await HTTPPush.run { push in
                try await receiver.run { port in
                    try await other.run { otherPort in
                        let target = "http://127.0.0.1:\(port)/"
                        let channel = PostChannel([target, "http://127.0.0.1:\(otherPort)/"], push: push)
                        for number in 0..<6 {
                            try await bench.happen(["s\(number)"])
                            bench.clock.advance(by: 10)
                        }
                        let begin = bench.clock.now.advanced(by: -60)
                        try await bench.working([channel]) {
                            await receiver.wait(for: 6)
                            try await bench.until { try await bench.deliveries().isEmpty }
                            func replayed(_ from: Int, _ to: Int, _ account: String = "a") async throws -> Int {
                                try await bench.service.outbox.replay(
                                    from: begin.advanced(by: from), to: begin.advanced(by: to), of: account, over: channel, target: target)
                            }
                            // Of another account, and before anything happened.
                            for (from, to, account) in [(0, 60, "b"), (-60, -1, "a")] {
                                await #expect {
                                    _ = try await replayed(from, to, account)
                                } throws: { error in
                                    if case VoicemailError.notFound = error { true } else { false }
                                }
                            }
                            #expect(try await replayed(10, 39) == 3)
                            await receiver.wait(for: 9)
                            try await bench.until { try await bench.deliveries().isEmpty }
                        }
                    }
                }
            }
        }
        #expect(receiver.requests.map(\.body) == [0, 1, 2, 3, 4, 5, 1, 2, 3].map { "{\"subject\":\"s\($0)\"}" })
        let ids = receiver.requests.compactMap { $0["X-Delivery"] }
        #expect(Array(ids[6...]) == Array(ids[1...3]) && Set(ids).count == 6)
        #expect(other.requests.count == 6)
        // Ids tell receivers apart, too.
        #expect(Set(other.requests.compactMap { $0["X-Delivery"] }).isDisjoint(with: ids))
    }

    @Test("A replay leaves what still waits, tries again what was given up, and does not hinder what is yet to be planned")
    func replayMeetsWhatIsThere() async throws {
        try await Bench.run { bench in
            let outbox = bench.service.outbox, begin = bench.clock.now
            let channel = PostChannel(["t", "u"], push: NoPush())
            try await bench.happen(["s0", "s1"])
            _ = try await outbox.plan(over: [channel])
            var first = try #require(try await outbox.list(DeliveryQuery(target: "t", limit: 1)).first)
            first.state = .dead
            first.attempts = 5
            try await bench.service.store.write { [first] in try $0.update(first) }
            try await bench.happen(["s2"])
            // One was given up, one waits, and one was never planned.
            #expect(try await outbox.replay(from: begin, to: begin, of: "a", over: channel, target: "t") == 2)
            _ = try await outbox.plan(over: [channel])
            let all = try await bench.deliveries()
            #expect(all.count == 6 && all.allSatisfy { $0.state == .pending && $0.attempts == 0 })
            #expect(Set(all.map(\.id)).count == 6)
        }
    }

    private struct NoPush: OutgoingHTTP {
        func send(_: OutgoingRequest) async throws(OutgoingHTTPError) -> Int { throw OutgoingHTTPError("no") }
    }
}
