import Foundation
import NIOCore
import Testing
import Voicemail
import Waiting

@testable import Audio

@Suite struct SingleFlightTests {
    @Test func whoComesMeanwhileGetsTheSame() async throws {
        let flight = SingleFlight<Int>()
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
            await until { flight.waiting(for: "a") == 19 }
            door.open()
            for try await value in group { #expect(value == 1) }
        }
        #expect(try await flight.value(for: "a", make: make) == 2)
    }

    @Test func otherNamesDoNotWait() async throws {
        let flight = SingleFlight<Int>()
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
        let flight = SingleFlight<Int>()
        let door = Door()
        let tasks = (0..<5).map { _ in
            Task {
                try await flight.value(for: "a") {
                    await door.pass()
                    throw AudioError.undecodable
                }
            }
        }
        await until { flight.waiting(for: "a") == 4 }
        door.open()
        for task in tasks { await #expect(throws: AudioError.undecodable) { try await task.value } }
        #expect(try await flight.value(for: "a") { 1 } == 1)
    }

    @Test func whenTheLeaderIsCancelledAnotherTakesOver() async throws {
        let flight = SingleFlight<Int>()
        let leader = Task {
            try await flight.value(for: "a") {
                while !Task.isCancelled { await Task.yield() }
                throw CancellationError()
            }
        }
        // Until the leader leads, this one would.
        let follower = Task {
            await until { flight.isFlying("a") }
            return try await flight.value(for: "a") { 2 }
        }
        await until { flight.waiting(for: "a") == 1 }
        leader.cancel()
        await #expect(throws: CancellationError.self) { try await leader.value }
        #expect(try await follower.value == 2)
    }

    @Test func aFollowerThatIsCancelledDoesNotDisturbTheOthers() async throws {
        let flight = SingleFlight<Int>()
        let door = Door()
        let leader = Task {
            try await flight.value(for: "a") {
                await door.pass()
                return 1
            }
        }
        await until { flight.isFlying("a") }
        let follower = Task { try await flight.value(for: "a") { 2 } }
        await until { flight.waiting(for: "a") == 1 }
        follower.cancel()
        await #expect(throws: CancellationError.self) { try await follower.value }
        door.open()
        #expect(try await leader.value == 1)
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
                        #expect(stat(rendered.reader.path, &status) == 0)
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
