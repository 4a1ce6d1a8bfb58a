import Foundation
import NIOCore
import Testing
import Voicemail
import Waiting

@testable import Audio

@Suite struct SingleFlightTests {
    @Test func whoComesMeanwhileGetsTheSame() async throws {
        let flight = SingleFlight<Int>(.none)
        let door = Door()
        let made = Locked(0)
        let make: @Sendable () async throws -> Int = {
            await door.pass()
            return made.withLock { count in
                count += 1
                return count
            }
        }
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<20 { group.addTask { try await flight.value(for: "a", make: make) } }
            await until { flight.waiting(for: "a") == 20 }
            door.open()
            for try await value in group { #expect(value == 1) }
        }
        #expect(try await flight.value(for: "a", make: make) == 2)
    }

    @Test func otherNamesDoNotWait() async throws {
        let flight = SingleFlight<Int>(.none)
        let door = Door()
        let slow = Task {
            try await flight.value(for: "a") {
                await door.pass()
                return 1
            }
        }
        #expect(try await flight.value(for: "b") { 2 } == 2)
        door.open()
        #expect(try await slow.value == 1)
    }

    @Test func aFailureIsEverybodysButNotForEver() async throws {
        let flight = SingleFlight<Int>(.none)
        let door = Door()
        let tasks = (0..<5).map { _ in
            Task {
                try await flight.value(for: "a") {
                    await door.pass()
                    throw AudioError.undecodable
                }
            }
        }
        await until { flight.waiting(for: "a") == 5 }
        door.open()
        for task in tasks { await #expect(throws: AudioError.undecodable) { try await task.value } }
        #expect(try await flight.value(for: "a") { 1 } == 1)
    }

    @Test func whenTheFirstToAskLeavesTheSecondGetsWhatWasBegun() async throws {
        let flight = SingleFlight<Int>(.none)
        let door = Door()
        let first = Task {
            try await flight.value(for: "a") {
                await door.pass()
                return 1
            }
        }
        await until { flight.waiting(for: "a") == 1 }
        let second = Task { try await flight.value(for: "a") { 2 } }
        await until { flight.waiting(for: "a") == 2 }
        first.cancel()
        await #expect(throws: CancellationError.self) { try await first.value }
        door.open()
        #expect(try await second.value == 1)
    }

    /// What was stopped is no answer for who came meanwhile: it is made again.
    @Test func whenTheLastLeavesItIsStopped() async throws {
        let flight = SingleFlight<Int>(.none)
        let door = Door()
        let only = Task {
            try await flight.value(for: "a") {
                while !Task.isCancelled { await Task.yield() }
                await door.pass()
                throw CancellationError()
            }
        }
        await until { flight.waiting(for: "a") == 1 }
        only.cancel()
        let late = Task { try await flight.value(for: "a") { 2 } }
        await until { flight.waiting(for: "a") == 2 }
        door.open()
        await #expect(throws: CancellationError.self) { try await only.value }
        #expect(try await late.value == 2)
        #expect(!flight.isFlying("a"))
    }

    @Test func whatWasWaitedForGoesOnWithoutAnybody() async throws {
        let flight = SingleFlight<Int>(.init(after: .zero, most: 10, mostOfOne: 10))
        let door = Door()
        try await leave("a", flight, door)
        #expect(flight.isFlying("a") && flight.waiting(for: "a") == 0)
        let next = Task { try await flight.value(for: "a") { 2 } }
        await until { flight.waiting(for: "a") == 1 }
        door.open()
        #expect(try await next.value == 1)
    }

    @Test func notMoreThanSoManyGoOn() async throws {
        let flight = SingleFlight<Int>(.init(after: .zero, most: 3, mostOfOne: 2), closed: AudioError.shutDown)
        let door = Door()
        for name in ["a1", "a2", "a3", "b1", "b2"] { try await leave(name, flight, door) }
        #expect(["a1", "a2", "a3", "b1", "b2"].filter(flight.isFlying) == ["a1", "a2", "b1"])
        // Somebody waits for it again, so that another may go on.
        let next = Task { try await flight.value(for: "a1") { 2 } }
        await until { flight.waiting(for: "a1") == 1 }
        try await leave("b2", flight, door)
        #expect(flight.isFlying("b2"))
        // Nobody can ask for these any more.
        flight.dropLeftovers { $0.hasPrefix("a") }
        await until { !flight.isFlying("a2") }
        #expect(flight.isFlying("a1") && flight.isFlying("b1"))
        door.open()
        #expect(try await next.value == 1)
        await flight.close()
        #expect(!flight.isFlying("b1"))
        await #expect(throws: AudioError.shutDown) { try await flight.value(for: "a") { 1 } }
    }

    /// Asks for what is made behind a door, and leaves.
    private func leave(_ name: String, _ flight: SingleFlight<Int>, _ door: Door) async throws {
        let task = Task {
            try await flight.value(for: name, of: String(name.prefix(1))) {
                while !door.isOpen { try await Task.sleep(for: .milliseconds(1)) }
                return 1
            }
        }
        await until { flight.waiting(for: name) == 1 }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test func oneFileForTwentyRequests() async throws {
        let bytes = try AudioSamples.murmur(seconds: 20).encoded(as: .wavMuLaw)
        try await withEngine(conversionsAtOnce: 4) { engine, _ in
            let key = BlobID()
            let files = try await withThrowingTaskGroup(of: UInt64.self) { group in
                for _ in 0..<20 {
                    group.addTask {
                        let rendered = try await engine.render(.bytes(bytes), key: key, as: .mp3)
                        var status = stat()
                        let copy = try await rendered.reader.localCopy()
                        #expect(stat(copy.path, &status) == 0)
                        return UInt64(status.st_ino)
                    }
                }
                return try await group.reduce(into: Set()) { $0.insert($1) }
            }
            // A second conversion would have put a second file in the place of the first.
            #expect(files.count == 1)
        }
    }
}
