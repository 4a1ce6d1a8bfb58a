import Synchronization
import TestKit
import Testing
import Voicemail

@testable import Delivery

/// When events are turned into deliveries.
struct PlanningTests {
    /// Notes which events it was asked about, and tells nobody of them.
    private final class Witness: DeliveryChannel {
        let name = "witness"
        let retries = RetryPolicy.soon
        private let subjects = Mutex<[String]>([])

        var seen: [String] { subjects.withLock { $0 } }

        func plan(_ event: Event, _ reader: any StoreReader) throws -> [PlannedDelivery] {
            subjects.withLock { $0.append(event.subjectID) }
            return []
        }

        func attempt(_ delivery: Delivery) async -> DeliveryAttempt { DeliveryAttempt(.delivered) }
    }

    @Test("A full turn is followed by the next at once; behind one that was not full, what comes meanwhile waits and shares the next turn")
    func pause() async throws {
        let resting = Witness(), other = Witness(), subjects = (0..<250).map { "s\($0)" }
        var settings = OutboxSettings.quick
        settings.gap = .seconds(3600)
        try await Bench.run { [settings] bench in
            try await bench.happen(subjects)
            try await bench.working([resting], settings: settings) {
                try await bench.until { resting.seen.count == 250 }
                try await bench.happen(["late"])
                // One that rests leaves it to another, which would find nothing to do otherwise.
                try await bench.working([other], settings: settings) { try await bench.until { other.seen == ["late"] } }
            }
        }
        #expect(resting.seen == subjects)
    }
}
