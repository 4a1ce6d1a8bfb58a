import ServiceLifecycle
import Synchronization
import TestKit
import Testing
import Voicemail

@testable import Delivery

struct OutboxWorkerTests {
    @Test("What is committed is told at once, not at the next look")
    func theBellIsHeard() async throws {
        let receiver = Receiver()
        try await Bench.run { bench in
            try await HTTPPush.run { push in
                try await receiver.run { port in
                    let channel = PostChannel(["http://127.0.0.1:\(port)/x"], push: push)
                    try await bench.working([channel], settings: OutboxSettings(interval: .seconds(3600))) {
                        for count in 1...3 {
                            try await bench.happen(["s\(count)"])
                            try await bench.until { receiver.requests.count == count }
                        }
                        try await bench.until { try await bench.deliveries().isEmpty }
                    }
                }
            }
        }
    }

    @Test("Every event reaches every target once and in order, one at a time, and leaves nothing behind")
    func delivers() async throws {
        let subjects = (0..<120).map { "s\($0)" }
        let receivers = [Receiver(), Receiver()]
        try await Bench.run { bench in
            try await HTTPPush.run { push in
                try await receivers[0].run { first in
                    try await receivers[1].run { second in
                        try await bench.happen(Array(subjects[..<60]))
                        let channel = PostChannel(["http://127.0.0.1:\(first)/x", "http://127.0.0.1:\(second)/y"], push: push)
                        try await bench.working([channel]) {
                            try await bench.happen(Array(subjects[60...]))
                            for receiver in receivers { await receiver.wait(for: subjects.count) }
                            try await bench.until { try await bench.deliveries().isEmpty }
                        }
                    }
                }
            }
        }
        for receiver in receivers {
            #expect(receiver.requests.map(\.body) == subjects.map { "{\"subject\":\"\($0)\"}" })
            #expect(receiver.mostAtOnce == 1)
            #expect(Set(receiver.requests.compactMap { $0["X-Delivery"] }).count == subjects.count)
            #expect(Set(receiver.requests.map { $0["User-Agent"] }) == ["Aftertone/test"])
        }
    }

    @Test("A failed delivery is made again under the same id until it is taken")
    func retries() async throws {
        let receiver = Receiver { _, before in before < 3 ? 503 : 200 }
        try await Bench.run { bench in
            try await HTTPPush.run { push in
                try await receiver.run { port in
                    try await bench.happen(["s"])
                    try await bench.working([PostChannel(["http://127.0.0.1:\(port)/"], push: push)]) {
                        await receiver.wait(for: 4)
                        try await bench.until { try await bench.deliveries().isEmpty }
                    }
                }
            }
        }
        #expect(receiver.requests.count == 4)
        #expect(Set(receiver.requests.compactMap { $0["X-Delivery"] }).count == 1)
    }

    @Test("Between attempts the delay doubles up to its ceiling, with up to a half more at random")
    func delays() {
        let policy = RetryPolicy(maximumAttempts: 99, base: 10, ceiling: 65)
        #expect((1...5).map { policy.delay(afterAttempts: $0, jitter: 0) } == [10, 20, 40, 65, 65])
        #expect((1...5).map { policy.delay(afterAttempts: $0, jitter: 1) } == [15, 30, 60, 98, 98])
        #expect(policy.delay(afterAttempts: .max, jitter: 0.5) == 81)
        #expect(policy.delay(afterAttempts: 0, jitter: 9) == 15)
    }

    @Test("A delivery waits for its time, and is given up after its last attempt; retry and drop are an administrator's")
    func givesUp() async throws {
        let isOpen = Atomic(false), looks = Atomic(0)
        // It reports after each look at what is due.
        let settings = OutboxSettings(interval: .milliseconds(5), reportInterval: .zero)
        let instruments = OutboxInstruments(totals: { _ in looks.add(1, ordering: .relaxed) })
        let receiver = Receiver { _, _ in isOpen.load(ordering: .relaxed) ? 200 : 500 }
        try await Bench.run { bench in
            try await HTTPPush.run { push in
                try await receiver.run { port in
                    try await bench.happen(["s", "t"])
                    let policy = RetryPolicy(maximumAttempts: 2, base: 100, ceiling: 100)
                    let channel = PostChannel(["http://127.0.0.1:\(port)/"], push: push, retries: policy)
                    try await bench.working([channel], settings: settings, instruments: instruments) {
                        await receiver.wait(for: 2)
                        try await bench.until { try await bench.deliveries().allSatisfy { $0.attempts == 1 && $0.claim == nil } }
                        for delivery in try await bench.deliveries() {
                            #expect((100...150).contains(delivery.due.unix - bench.clock.now.unix))
                            #expect(delivery.failure == "status 500")
                        }
                        bench.clock.advance(by: 99)
                        // The look that is under way may have begun before.
                        let before = looks.load(ordering: .relaxed)
                        try await bench.until { looks.load(ordering: .relaxed) >= before + 2 }
                        #expect(receiver.requests.count == 2)
                        bench.clock.advance(by: 51)
                        await receiver.wait(for: 4)
                        try await bench.until { try await bench.deliveries(.dead).count == 2 }
                        let dead = try await bench.deliveries(.dead)
                        isOpen.store(true, ordering: .relaxed)
                        try await bench.service.outbox.drop(dead[0].id)
                        _ = try await bench.service.outbox.retry(dead[1].id)
                        await receiver.wait(for: 5)
                        try await bench.until { try await bench.deliveries().isEmpty }
                        await #expect(throws: VoicemailError.notFound(id: dead[0].id)) { try await bench.service.outbox.retry(dead[0].id) }
                        await #expect(throws: VoicemailError.notFound(id: dead[0].id)) { try await bench.service.outbox.drop(dead[0].id) }
                    }
                }
            }
        }
    }

    @Test("What a receiver refuses for good is given up at once; what is withdrawn is gone")
    func refusals() async throws {
        let receiver = Receiver { request, _ in request.path == "/gone" ? 410 : 403 }
        try await Bench.run { bench in
            try await HTTPPush.run { push in
                try await receiver.run { port in
                    try await bench.happen(["s"])
                    try await bench.working([PostChannel(["http://127.0.0.1:\(port)/no", "http://127.0.0.1:\(port)/gone"], push: push)]) {
                        await receiver.wait(for: 2)
                        try await bench.until { try await bench.deliveries(.pending).isEmpty }
                    }
                    let left = try await bench.deliveries()
                    #expect(left.map(\.state) == [.dead])
                    #expect(left.map(\.failure) == ["refused"])
                }
            }
        }
        #expect(receiver.requests.count == 2)
    }

    @Test("A receiver that does not answer keeps nobody else waiting")
    func slowReceiver() async throws {
        let slow = Receiver { _, _ in
            try? await Task.sleep(for: .seconds(3600))
            return 200
        }
        let fast = Receiver()
        try await Bench.run { bench in
            try await HTTPPush.run { push in
                try await slow.run { slowPort in
                    try await fast.run { fastPort in
                        try await bench.happen((0..<20).map { "s\($0)" })
                        let channel = PostChannel(["http://127.0.0.1:\(slowPort)/", "http://127.0.0.1:\(fastPort)/"], push: push, timeoutSeconds: 600)
                        try await bench.working([channel]) { await fast.wait(for: 20) }
                    }
                }
            }
        }
        #expect(slow.requests.count <= 1)
    }

    @Test("A port where nobody listens is a failure with a reason")
    func nobodyListens() async throws {
        try await Bench.run { bench in
            try await HTTPPush.run { push in
                let port = try FreePort.draw()
                try await bench.happen(["s"])
                try await bench.working([PostChannel(["http://127.0.0.1:\(port)/", "no url"], push: push)]) {
                    try await bench.until { try await bench.deliveries(.dead).count == 2 }
                }
                let dead = try await bench.deliveries(.dead)
                #expect(dead.allSatisfy { $0.attempts == 5 && !$0.failure.isEmpty })
            }
        }
    }

    @Test("A delivery for a channel that no longer exists is given up")
    func unknownChannel() async throws {
        try await Bench.run { bench in
            try await bench.service.store.write { [now = bench.clock.now] in
                try $0.insert(Delivery(channel: "old", target: "t", accountID: "a", eventSerial: 1, payload: [:], due: now, created: now))
            }
            try await bench.working([]) { try await bench.until { try await bench.deliveries(.dead).count == 1 } }
        }
    }
}
