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
                    guard try await holding(lease, { await round(searches: searches) }) else { return instruments.round(.elsewhere) }
                    if searches { nextSearch = ContinuousClock.now + Self.orphanSearch }
                }
            }
        }
        await attempt { try await lease.letGo() }
    }

    private func round(searches: Bool) async {
        if await attempt({ try await service.housekeeping.sweep() }) { instruments.round(.done) }
        if searches { await attempt { _ = try await service.housekeeping.removeOrphans() } }
    }

    /// Does something while the lease is held, however long it takes.
    /// - Returns: whether it was held.
    private func holding(_ lease: HousekeepingLease, _ body: @escaping @Sendable () async -> Void) async throws -> Bool {
        let seconds = max(1, Int(interval.components.seconds)) + Self.grace
        guard try await lease.take(for: seconds) else { return false }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                while true {
                    try await Task.sleep(for: .seconds(max(1, seconds / 3)))
                    _ = try await lease.take(for: seconds)
                }
            }
            await body()
            group.cancelAll()
            // The work under way was cancelled. A lease that could not be renewed is another process's by now; each transaction has checked it.
            while let result = await group.nextResult() {
                if case .failure(let error) = result, !(error is CancellationError) { throw error }
            }
        }
        return true
    }

    /// A step that fails is made up for by the next round.
    /// - Returns: whether it was done.
    @discardableResult
    private func attempt(_ step: () async throws -> Void) async -> Bool {
        do {
            try await step()
            return true
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
