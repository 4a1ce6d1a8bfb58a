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
