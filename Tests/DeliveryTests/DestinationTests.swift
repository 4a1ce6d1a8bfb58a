import Synchronization
import TestKit
import Testing
import Voicemail

@testable import Delivery

/// Destinations that hang, are gone, or are shared by many targets, and those that they must not hold up.
struct DestinationTests {
    /// Tells targets as a test says.
    private struct Courier: DeliveryChannel {
        var name = "courier"
        var retries = RetryPolicy(maximumAttempts: 100, base: 0, ceiling: 0)
        var deadlineSeconds: Int?
        var targets: [String]
        /// nil where each target is one.
        var shared: String?
        var end: @Sendable (DeliveryEnd) -> Void = { _ in }
        let tell: @Sendable (Delivery) async -> DeliveryOutcome

        func plan(_ event: Event, _ reader: any StoreReader) throws -> [PlannedDelivery] {
            targets.map { PlannedDelivery(target: $0, payload: ["subject": .string(event.subjectID)]) }
        }

        func destination(of target: String) -> String { shared ?? target }
        func attempt(_ delivery: Delivery) async -> DeliveryAttempt { DeliveryAttempt(await tell(delivery)) }
        func ended(_: Delivery, _ end: DeliveryEnd, at _: Timestamp, _: any StoreWriter) throws { self.end(end) }
    }

    private static let hour = 3600

    @Test("More receivers that hang than there are places keep nobody else waiting")
    func hanging() async throws {
        let slow = Receiver { _, _ in
            try? await Task.sleep(for: .seconds(Self.hour))
            return 200
        }
        let quick = Receiver(), count = 60
        try await Bench.run { bench in
            try await HTTPPush.run { push in
                try await slow.run { slowPort in
                    try await quick.run { quickPort in
                        var settings = OutboxSettings(concurrency: 4, interval: .milliseconds(5))
                        settings.slowAfter = .milliseconds(200)
                        settings.perDestination = 100
                        // Before the other in order, and enough for the places, and those beside them.
                        let hanging = PostChannel((0..<5).map { "http://127.0.0.1:\(slowPort)/\($0)" }, push: push, name: "a")
                        let other = PostChannel(["http://127.0.0.1:\(quickPort)/"], push: push, name: "b")
                        try await bench.happen(["first"])
                        try await bench.working([hanging, other], settings: settings) {
                            await slow.wait(for: 4)
                            try await bench.happen((1..<count).map { "s\($0)" })
                            await quick.wait(for: count)
                        }
                    }
                }
            }
        }
        #expect(quick.requests.count == count)
        #expect(slow.mostAtOnce <= 8)
    }

    @Test("Where nobody answers it is asked a few times and then left alone, however much waits; others are told all of theirs")
    func dead() async throws {
        let receiver = Receiver(), count = 200
        try await Bench.run { bench in
            try await HTTPPush.run { push in
                let nobody = try FreePort.draw()
                try await receiver.run { port in
                    let asked = Atomic(0)
                    let dead = Courier(name: "a", targets: ["http://127.0.0.1:\(nobody)/"]) { delivery in
                        asked.add(1, ordering: .relaxed)
                        do throws(OutgoingHTTPError) {
                            _ = try await push.send(OutgoingRequest(url: delivery.target, method: "POST", timeoutSeconds: 600, reach: .anywhere))
                            return .delivered
                        } catch {
                            return .unreachable(error.reason)
                        }
                    }
                    var settings = OutboxSettings.quick
                    settings.firstPause = .seconds(Self.hour)
                    settings.longestPause = .seconds(Self.hour)
                    try await bench.happen((0..<count).map { "s\($0)" })
                    try await bench.working([dead, PostChannel(["http://127.0.0.1:\(port)/"], push: push, name: "b")], settings: settings) {
                        await receiver.wait(for: count)
                        try await bench.until { asked.load(ordering: .relaxed) >= 3 }
                        try await bench.until { try await bench.deliveries().count == count }
                    }
                    #expect(asked.load(ordering: .relaxed) == 3)
                    // Those that were not tried have all their attempts before them.
                    let untried = try await bench.deliveries().filter { $0.attempts == 0 }
                    #expect(untried.count >= count - 3)
                }
            }
        }
    }

    @Test("One that answers again is told everything, once each")
    func comesBack() async throws {
        let isBack = Atomic(false), asked = Atomic(0), told = Mutex<[String]>([])
        let subjects = (0..<40).map { "s\($0)" }
        try await Bench.run { bench in
            let courier = Courier(targets: ["t"]) { delivery in
                asked.add(1, ordering: .relaxed)
                guard isBack.load(ordering: .relaxed) else { return .unreachable("away") }
                told.withLock { $0.append(delivery.payload["subject"]?.string ?? "") }
                return .delivered
            }
            var settings = OutboxSettings.quick
            settings.firstPause = .milliseconds(10)
            settings.longestPause = .milliseconds(20)
            try await bench.happen(subjects)
            try await bench.working([courier], settings: settings) {
                try await bench.until { asked.load(ordering: .relaxed) >= 5 }
                isBack.store(true, ordering: .relaxed)
                try await bench.until { try await bench.deliveries().isEmpty }
            }
        }
        #expect(told.withLock { $0.sorted() } == subjects.sorted())
    }

    @Test("Of many targets at one destination a few are told at once")
    func shared() async throws {
        let come = Atomic(0)
        let receiver = Receiver { _, before in
            come.add(1, ordering: .relaxed)
            // The first waits for a second, which comes beside it.
            for _ in 0..<6000 where before == 0 && come.load(ordering: .relaxed) < 2 { try? await Task.sleep(for: .milliseconds(10)) }
            try? await Task.sleep(for: .milliseconds(3))
            return 200
        }
        try await Bench.run { bench in
            try await HTTPPush.run { push in
                try await receiver.run { port in
                    let courier = Courier(targets: (0..<30).map(String.init), shared: "there") { delivery in
                        let request = OutgoingRequest(
                            url: "http://127.0.0.1:\(port)/\(delivery.target)", method: "POST", timeoutSeconds: 600, reach: .anywhere)
                        do { return try await push.send(request) == 200 ? .delivered : .failed("no") } catch { return .failed("\(error)") }
                    }
                    try await bench.happen(["s", "t"])
                    try await bench.working([courier]) {
                        await receiver.wait(for: 60)
                        try await bench.until { try await bench.deliveries().isEmpty }
                    }
                }
            }
        }
        #expect((2...4).contains(receiver.mostAtOnce))
        #expect(receiver.requests.count == 60)
    }

    @Test("Those behind one that hangs are told by others")
    func spared() async throws {
        let told = Mutex<Set<String>>([]), others = Set((0..<20).map { "b\($0)" })
        try await Bench.run { bench in
            let courier = Courier(targets: ["a"] + others.sorted(), shared: "there") { delivery in
                if delivery.target == "a" { try? await bench.until { told.withLock { $0 } == others } }
                told.withLock { _ = $0.insert(delivery.target) }
                return .delivered
            }
            var settings = OutboxSettings.quick
            settings.perDestination = 2
            settings.slowAfter = .milliseconds(30)
            try await bench.happen(["s"])
            try await bench.working([courier], settings: settings) { try await bench.until { told.withLock { $0.contains("a") } } }
        }
        #expect(told.withLock { $0 } == others.union(["a"]))
    }

    @Test("Behind one that cannot be told yet the other targets are told")
    func notYetAmongOthers() async throws {
        let isReady = Atomic(false), told = Mutex<[String]>([])
        try await Bench.run { bench in
            let courier = Courier(targets: ["a", "b", "c"], shared: "there") { delivery in
                guard delivery.target != "a" || isReady.load(ordering: .relaxed) else { return .notYet("not ready", seconds: 5) }
                told.withLock { $0.append("\(delivery.target) \(delivery.payload["subject"]?.string ?? "")") }
                return .delivered
            }
            var settings = OutboxSettings.quick
            settings.perDestination = 1
            try await bench.happen(["s", "t"])
            try await bench.working([courier], settings: settings) {
                try await bench.until { try await bench.deliveries().count == 2 }
                isReady.store(true, ordering: .relaxed)
                bench.clock.advance(by: 5)
                try await bench.until { try await bench.deliveries().isEmpty }
            }
        }
        let order = told.withLock { $0 }
        #expect(Set(order.prefix(4)) == ["b s", "b t", "c s", "c t"] && Set(order.suffix(2)) == ["a s", "a t"])
    }

    @Test("Many targets of one destination share its places; of one that is not known to answer, nobody waits behind another")
    func together() {
        let courier = Courier(name: "c", targets: [], shared: "there") { _ in .delivered }
        var settings = OutboxSettings.quick
        settings.perDestination = 3
        settings.perPlace = 4
        let destinations = DestinationRecord(settings, channels: ["c": courier])
        func admitted(_ gate: DestinationRecord.Gate) -> (targets: [String], closed: Set<String>) {
            var gate = gate
            return ((0..<99).map(String.init).filter { gate.admits("c", $0) }, gate.closedChannels)
        }
        func batches(_ gate: DestinationRecord.Gate) -> [[String]] {
            let claimed = admitted(gate).targets.enumerated().flatMap { place, target in
                [2, 1].map {
                    Delivery(serial: $0 * 100 + place, channel: "c", target: target, accountID: "a", eventSerial: 1, payload: [:], due: now, created: now)
                }
            }
            return DeliveryBatch.split(claimed, through: gate).map { $0.deliveries.map { "\($0.target)/\($0.serial / 100)" } }
        }
        let now = Timestamp(unix: 0), free = destinations.gate()
        #expect(free.closedChannels.isEmpty && free.room >= 12)
        #expect(admitted(free).targets.count == 12 && admitted(free).closed == ["c"])
        let split = batches(free)
        #expect(split.map(\.count) == [8, 8, 8])
        #expect(split.first == ["0/1", "3/1", "6/1", "9/1", "0/2", "3/2", "6/2", "9/2"])
        let one = destinations.begin("there")
        #expect(admitted(destinations.gate()).targets.count == 8)
        _ = destinations.note(.unreachable, seconds: 1, at: "there")
        #expect(admitted(destinations.gate()).targets.count == 2 && batches(destinations.gate()).count == 2)
        destinations.end(one, at: "there")
    }

    @Test("What has not been told in its time is given up without an attempt; tried again it has one")
    func overdue() async throws {
        let told = Atomic(0), ends = Mutex<[DeliveryEnd]>([])
        try await Bench.run { bench in
            let courier = Courier(deadlineSeconds: 60, targets: ["t"], end: { end in ends.withLock { $0.append(end) } }) { _ in
                told.add(1, ordering: .relaxed)
                return .failed("no")
            }
            try await bench.happen(["s", "t"])
            _ = try await bench.service.outbox.plan(over: [courier])
            bench.clock.advance(by: 61)
            try await bench.working([courier]) {
                try await bench.until { try await bench.deliveries(.dead).count == 2 }
                #expect(told.load(ordering: .relaxed) == 0)
                let dead = try await bench.deliveries()
                #expect(dead.map(\.failure) == ["its time has passed", "its time has passed"] && dead.allSatisfy { $0.attempts == 0 && $0.claim == nil })
                #expect(ends.withLock { $0 } == [.givenUp, .givenUp])
                _ = try await bench.service.outbox.retry(dead[0].id)
                try await bench.until { try await bench.deliveries(.dead).count == 2 }
                #expect(told.load(ordering: .relaxed) == 1)
                let again = try await bench.service.outbox.find(dead[0].id)
                #expect(again.failure == "its time has passed; no" && again.attempts == 1)
            }
        }
    }

    @Test("What cannot be told yet waits without an attempt, and what is behind it waits with it")
    func notYet() async throws {
        let isReady = Atomic(false), looks = Atomic(0), told = Mutex<[String]>([])
        try await Bench.run { bench in
            let courier = Courier(targets: ["t"]) { delivery in
                looks.add(1, ordering: .relaxed)
                guard isReady.load(ordering: .relaxed) else { return .notYet("not ready", seconds: 5) }
                told.withLock { $0.append("\(delivery.payload["subject"]?.string ?? "") \(delivery.attempts)") }
                return .delivered
            }
            try await bench.happen(["s"])
            try await bench.working([courier]) {
                try await bench.until { looks.load(ordering: .relaxed) == 1 }
                try await bench.until { try await bench.deliveries().first?.failure == "not ready" }
                let waiting = try #require(try await bench.deliveries().first)
                #expect(waiting.attempts == 0 && waiting.state == .pending && waiting.due == bench.clock.now.advanced(by: 5))
                isReady.store(true, ordering: .relaxed)
                bench.clock.advance(by: 5)
                try await bench.until { try await bench.deliveries().isEmpty }
            }
        }
        #expect(told.withLock { $0 } == ["s 0"])
    }
}
