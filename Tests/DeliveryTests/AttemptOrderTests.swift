import Synchronization
import TestKit
import Testing
import Voicemail

@testable import Delivery

/// Outcomes are written down in the order of the attempts, though those that ended well are written down together and later than the others.
struct AttemptOrderTests {
    /// Takes every other delivery and refuses the rest, and notes in which order.
    private final class Fickle: DeliveryChannel {
        let name = "fickle"
        let retries = RetryPolicy(maximumAttempts: 1, base: 1, ceiling: 1)
        private let attempts = Mutex(0)
        private let ends = Mutex<[DeliveryEnd]>([])

        var ended: [DeliveryEnd] { ends.withLock { $0 } }

        func plan(_: Event, _: any StoreReader) throws -> [PlannedDelivery] { [PlannedDelivery(target: "t", payload: [:])] }

        func attempt(_: Delivery) async -> DeliveryAttempt {
            let number = attempts.withLock { attempts in
                attempts += 1
                return attempts
            }
            let record = AttemptRecord(receiverID: "t", accountID: "a", made: Timestamp(unix: number), status: number, isSuccess: number % 2 == 1)
            return DeliveryAttempt(number % 2 == 1 ? .delivered : .refused("no"), record: record)
        }

        func ended(_: Delivery, _ end: DeliveryEnd, at _: Timestamp, _: any StoreWriter) throws { ends.withLock { $0.append(end) } }
    }

    @Test("A success before a refusal is written down before it")
    func inOrder() async throws {
        let channel = Fickle()
        try await Bench.run { bench in
            try await bench.happen((0..<40).map { "s\($0)" })
            try await bench.working([channel]) {
                try await bench.until {
                    let listed = try await bench.service.outbox.attempts(ofReceiver: "t").count
                    return try await bench.deliveries(.pending).isEmpty && listed == 40
                }
            }
            #expect(try await bench.service.outbox.attempts(ofReceiver: "t").map(\.status) == (1...40).reversed().map { $0 })
        }
        #expect(channel.ended == (0..<40).map { $0 % 2 == 0 ? .delivered : .givenUp })
    }
}
