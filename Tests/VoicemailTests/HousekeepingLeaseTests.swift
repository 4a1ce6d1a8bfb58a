import Foundation
import Synchronization
import TestKit
import Testing
import Voicemail

/// That of several servers one does what is to be done once.
struct HousekeepingLeaseTests {
    @Test func oneHoldsItAndHoldsItLonger() async throws {
        try await TestServer.run { (server: TestServer) async throws in
            let one = HousekeepingLease(server.service), other = HousekeepingLease(server.service)
            #expect(try await one.take(for: 60))
            #expect(try await !other.take(for: 60))
            server.clock.advance(by: 59)
            #expect(try await one.take(for: 60))
            server.clock.advance(by: 59)
            #expect(try await !other.take(for: 60))
        }
    }

    @Test func whoIsGoneIsFollowedWhenItIsOver() async throws {
        try await TestServer.run { (server: TestServer) async throws in
            let one = HousekeepingLease(server.service), other = HousekeepingLease(server.service)
            #expect(try await one.take(for: 60))
            server.clock.advance(by: 60)
            #expect(try await other.take(for: 60))
            #expect(try await !one.take(for: 60))
            // Who has lost it lets go of nothing.
            try await one.letGo()
            #expect(try await !one.take(for: 60))
            try await other.letGo()
            #expect(try await one.take(for: 60))
        }
    }

    @Test func aClockThatWasPutBackHoldsNobodyUp() async throws {
        try await TestServer.run { (server: TestServer) async throws in
            let one = HousekeepingLease(server.service), other = HousekeepingLease(server.service)
            #expect(try await one.take(for: 60))
            server.clock.advance(by: -86_400)
            #expect(try await other.take(for: 60))
        }
    }

    /// Servers may be set to rounds of different lengths.
    @Test func aLongerLeaseIsNotTakenByWhoWantsAShorterOne() async throws {
        try await TestServer.run { (server: TestServer) async throws in
            let one = HousekeepingLease(server.service), other = HousekeepingLease(server.service)
            #expect(try await one.take(for: 86_400))
            server.clock.advance(by: 3600)
            #expect(try await !other.take(for: 60))
        }
    }

    @Test func whoHoldsItWorksToTheEnd() async throws {
        try await TestServer.run { (server: TestServer) async throws in
            let one = HousekeepingLease(server.service), other = HousekeepingLease(server.service)
            let works = Atomic(0)
            let work: @Sendable (@Sendable () async throws -> Void) async throws -> Void = { confirm in
                // A whole lease later it is renewed, and his still.
                for _ in 0..<2 {
                    server.clock.advance(by: 59)
                    try await confirm()
                }
                let isTaken = try await other.hold(for: 60, renewingEvery: .seconds(600)) { _ in _ = works.add(10, ordering: .relaxed) }
                #expect(!isTaken)
                works.add(1, ordering: .relaxed)
            }
            let isHeld = try await one.hold(for: 60, renewingEvery: .seconds(600)) { try await work($0) }
            #expect(isHeld)
            #expect(works.load(ordering: .relaxed) == 1)
            // What goes wrong is the caller's to know.
            await #expect(throws: ArchiveError.full) {
                _ = try await one.hold(for: 60, renewingEvery: .seconds(600)) { _ in throw ArchiveError.full }
            }
        }
    }

    @Test func whoLosesItIsStopped() async throws {
        try await TestServer.run { (server: TestServer) async throws in
            let one = HousekeepingLease(server.service), other = HousekeepingLease(server.service)
            let wasStopped = Atomic(false)
            await #expect(throws: HousekeepingLease.Lost.self) {
                _ = try await one.hold(for: 60, renewingEvery: .milliseconds(20)) { _ in
                    // It may be renewed between the two.
                    repeat { server.clock.advance(by: 61) } while try await !other.take(for: 86_400)
                    do { try await Task.sleep(for: .seconds(600)) } catch { wasStopped.store(true, ordering: .relaxed) }
                }
            }
            #expect(wasStopped.load(ordering: .relaxed) == true)
            #expect(try await !one.take(for: 60))
        }
    }

    /// Audio that no row names, old enough to be nobody's.
    private func orphans(_ count: Int, in server: TestServer) async throws -> [BlobID] {
        var ids: [BlobID] = []
        for _ in 0..<count {
            let id = try await ArchiveContract.store([1, 2, 3], in: server.service.archive).id
            let file = "\(server.directory)/blobs/\(id.hex.prefix(2))/\(id.hex)"
            try FileManager.default.setAttributes([.modificationDate: Date(timeIntervalSinceNow: -86_400)], ofItemAtPath: file)
            ids.append(id)
        }
        return ids
    }

    @Test("Who loses it while it removes what nobody names removes nothing more", .oneServer("it looks at the disk of a data directory"))
    func whoLosesItRemovesNothingMore() async throws {
        try await TestServer.run { (server: TestServer) async throws in
            let one = HousekeepingLease(server.service), other = HousekeepingLease(server.service)
            let ids = try await orphans(3, in: server), looks = Atomic(0)
            await #expect(throws: HousekeepingLease.Lost.self) {
                _ = try await one.hold(for: 60, renewingEvery: .seconds(600)) { confirm in
                    _ = try await server.service.housekeeping.removeOrphans {
                        if looks.add(1, ordering: .relaxed).newValue == 2 {
                            server.clock.advance(by: 61)
                            #expect(try await other.take(for: 60))
                        }
                        try await confirm()
                    }
                }
            }
            let left = try await ArchiveContract.listing(of: server.service.archive)
            #expect(left.count == 2 && Set(left.keys).isSubset(of: ids))
            #expect(try await server.service.housekeeping.removeOrphans() == 2)
        }
    }

    @Test("Nor does one that is stopped", .oneServer("it looks at the disk of a data directory"))
    func whoIsStoppedRemovesNothingMore() async throws {
        try await TestServer.run { (server: TestServer) async throws in
            _ = try await orphans(3, in: server)
            let looks = Atomic(0)
            let stopAtTheSecond: @Sendable () async throws -> Void = {
                if looks.add(1, ordering: .relaxed).newValue == 2 { withUnsafeCurrentTask { $0?.cancel() } }
            }
            // A task of its own, as what cancels it cancels no test.
            let search = Task { try await server.service.housekeeping.removeOrphans(confirm: stopAtTheSecond) }
            await #expect(throws: CancellationError.self) { _ = try await search.value }
            #expect(try await ArchiveContract.listing(of: server.service.archive).count == 2)
        }
    }

    /// Of many at once one gets it, and what housekeeping removes leaves it where it is.
    @Test func oneOfManyGetsIt() async throws {
        try await TestServer.run { (server: TestServer) async throws in
            let leases = (0..<16).map { _ in HousekeepingLease(server.service) }
            let taken = try await withThrowingTaskGroup(of: Bool.self) { group in
                for lease in leases { group.addTask { try await lease.take(for: 7200) } }
                return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(taken == 1)
            try await server.service.housekeeping.sweep()
            let after = HousekeepingLease(server.service)
            #expect(try await !after.take(for: 7200))
        }
    }
}
