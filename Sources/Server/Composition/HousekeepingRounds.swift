import HTTPFront
import Logging
import ServiceLifecycle
import Voicemail

/// What has to be done every few minutes while the server runs. Of several servers that share a store one does it: who holds the lease.
struct HousekeepingRounds: Service {
    let service: VoicemailService
    let archive: any MaintainedArchive
    let interval: Duration
    let instruments: HousekeepingInstruments
    let logger: Logger

    /// A pass over all audio, for what a crash has left that was too young at the start.
    private static let orphanSearch = Duration.seconds(24 * 3600)
    /// Seconds beyond the next round that a lease lasts; who holds it and is gone is missed for so long.
    private static let grace = 60

    func run() async throws {
        let lease = HousekeepingLease(service)
        try await cancelWhenGracefulShutdown {
            var nextSearch = ContinuousClock.now + .seconds(2 * 3600)
            while !Task.isCancelled {
                do {
                    try await Task.sleep(for: interval)
                } catch is CancellationError {
                    break
                }
                await attempt { try await archive.recount() }
                await attempt { instruments.held(try await service.holds.count()) }
                await attempt {
                    let searches = ContinuousClock.now >= nextSearch
                    // Cancelled where another server takes the lease: this one may have stood still for longer than it lasts.
                    let isHeld = try await lease.hold(for: leaseSeconds, renewingEvery: .seconds(max(1, leaseSeconds / 3))) { confirm in
                        await round(searches: searches, confirm)
                    }
                    guard isHeld else { return instruments.round(.elsewhere) }
                    if searches { nextSearch = ContinuousClock.now + Self.orphanSearch }
                }
            }
        }
        await attempt { try await lease.letGo() }
    }

    private var leaseSeconds: Int { max(1, Int(interval.components.seconds)) + Self.grace }

    private func round(searches: Bool, _ confirm: @escaping @Sendable () async throws -> Void) async {
        if await attempt({ try await service.housekeeping.sweep() }) { instruments.round(.done) }
        if searches { await attempt { _ = try await service.housekeeping.removeOrphans(confirm: confirm) } }
    }

    /// A step that fails is made up for by the next round.
    /// - Returns: whether it was done.
    @discardableResult
    private func attempt(_ step: () async throws -> Void) async -> Bool {
        do {
            try await step()
            return true
        } catch is CancellationError where Task.isCancelled {
            // The server stops, or its lease is lost, which is told where it was held.
            return false
        } catch {
            instruments.round(.failed)
            logger.error("housekeeping failed", metadata: ["error": "\(error)"])
            return false
        }
    }
}

/// What `/metrics` shows of housekeeping.
struct HousekeepingInstruments: Sendable {
    enum Round: String, CaseIterable {
        case done
        /// A step of it.
        case failed
        /// Another server does it.
        case elsewhere
    }

    let round: @Sendable (Round) -> Void
    /// How many holds there are.
    let held: @Sendable (Int) -> Void

    init(_ registry: MetricsRegistry) {
        let rounds = Dictionary(
            uniqueKeysWithValues: Round.allCases.map { round in
                (round, registry.counter("aftertone_housekeeping_rounds_total", help: "Rounds of housekeeping.", labels: [("result", round.rawValue)]))
            })
        let holds = registry.gauge("aftertone_holds", help: "Legal holds, as of the last round of housekeeping.")
        round = { rounds[$0]?.add() }
        held = { holds.set($0) }
    }
}
