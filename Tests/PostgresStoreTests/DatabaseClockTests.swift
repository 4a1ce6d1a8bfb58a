import Foundation
import PostgresStore
import TestKit
import Testing
import Voicemail

/// Machines whose clocks are wrong.
struct DatabaseClockTests {
    @Test("Whatever a machine's clock says, all processes have the database's time", arguments: [-86_400, -30, 0, 30, 86_400])
    func same(ahead: Int) async throws {
        try await withStore(pool: 2) { store in
            let clock = try await DatabaseClock.start(over: store) { Date().addingTimeInterval(Double(ahead)) }
            let before = SystemClock().now, now = clock.now, after = SystemClock().now
            // Less than a second is left as it is.
            #expect((before.unix - 1...after.unix + 1).contains(now.unix))
        }
    }

    @Test("What one process has claimed is not another's, whose clock is ahead")
    func claim() async throws {
        try await withStore { store in
            let right = try await DatabaseClock.start(over: store)
            let wrong = try await DatabaseClock.start(over: store) { Date().addingTimeInterval(3600) }
            try await store.write { writer in
                try writer.insert(
                    Delivery(
                        id: "one", channel: "c", target: "t", accountID: "a", eventSerial: 5, payload: [:], state: .pending, due: right.now,
                        created: right.now))
            }
            func claimed(_ holder: String, _ clock: DatabaseClock) async throws -> [String] {
                let now = clock.now
                return try await store.write { writer in
                    try writer.claimDeliveries(
                        under: Delivery.Claim(holder: holder, until: now.advanced(by: 60)), dueBy: now.advanced(by: 1), targets: 9, perTarget: 9
                    ).map(\.id)
                }
            }
            #expect(try await claimed("first", right) == ["one"])
            #expect(try await claimed("second", wrong) == [])
        }
    }
}
