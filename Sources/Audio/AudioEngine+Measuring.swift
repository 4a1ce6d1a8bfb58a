import NIOPosix
import Threads
import Voicemail
import Waiting

/// How long audio lasts, and what it is.
extension AudioEngine {
    public func measure(_ source: AudioSource, for account: String, _ patience: MeasuringPatience) async throws -> MeasuringOutcome {
        // What needs neither decoding nor a search for sound does not wait behind conversions.
        let first = try await firstLook(source)
        guard case .pending = first ?? .unsearched else { return first ?? .unsearched }
        switch patience {
        case .none:
            if let first { return first }
            return try await settled(source, for: account, within: configuration.measuringMoment, isDecoded: false) ?? .unsearched
        case .moment:
            return try await settled(source, for: account, within: configuration.measuringMoment) ?? first ?? .unsearched
        case .upload:
            if let found = try await settled(source, for: account, within: min(configuration.measuringLimit, configuration.timeLimit)) { return found }
            guard let first, try await beginsWithSound(source, for: account) else { throw AudioError.overloaded("measuring the audio takes too long") }
            return first
        case .short: return try await convert(source, for: account, within: configuration.shortLimit) ?? first ?? .unsearched
        case .background: return try await convert(source, for: account, within: configuration.backgroundLimit) ?? first ?? .unsearched
        }
    }

    /// - Returns: nil when the sound is not where it should be, so that it has to be searched for.
    private func firstLook(_ source: AudioSource) async throws -> MeasuringOutcome? {
        let look: @Sendable () throws -> MeasuringOutcome? = { [configuration, shutdownSignal] in
            do {
                return try MeasuringOutcome(
                    withoutDecoding: source, maxSeconds: configuration.maxSeconds,
                    budget: WorkBudget(
                        maxSeconds: configuration.maxSeconds, timeLimit: configuration.timeLimit, cancellation: StopSignal(), shutdown: shutdownSignal,
                        mostLooked: Self.firstLook))
            } catch AudioError.overloaded {
                return nil
            }
        }
        // A change of thread costs more than a look at a few bytes of memory.
        if source.isInMemory, WorkerThreads.shared.isCurrent { return try look() }
        return try await configuration.fileThreads.perform(look)
    }

    /// Looks at the beginning only. What is not found out with a glance has no sound to begin with.
    private func beginsWithSound(_ source: AudioSource, for account: String) async throws -> Bool {
        try await convert(in: glances, for: account, within: Self.glance, mostLooked: Self.firstLook) { budget in
            do {
                let bytes = try ByteSource(source, budget: budget)
                return try AudioInput(recognising: bytes).beginsWithSound(bytes)
            } catch AudioError.overloaded {
                return false
            }
        }
    }

    /// What decoding finds out within a time, the wait for a turn included; nil when it takes longer, or too many wait.
    private func settled(_ source: AudioSource, for account: String, within time: Duration, isDecoded: Bool = true) async throws -> MeasuringOutcome? {
        guard time > .zero else { return nil }
        return try await value(within: time) { [self] in
            do {
                return try await convert(source, for: account, within: time, isDecoded: isDecoded)
            } catch AudioError.overloaded {
                return nil
            }
        } ?? nil
    }

    /// - Parameter isDecoded: otherwise it is only recognised.
    /// - Returns: nil when it takes longer than it may.
    private func convert(_ source: AudioSource, for account: String, within limit: Duration, isDecoded: Bool = true) async throws -> MeasuringOutcome? {
        try await convert(for: account, within: limit) { [configuration] budget in
            do {
                return isDecoded
                    ? try MeasuringOutcome(decoding: source, maxSeconds: configuration.maxSeconds, budget: budget)
                    : try MeasuringOutcome(withoutDecoding: source, maxSeconds: configuration.maxSeconds, budget: budget)
            } catch AudioError.overloaded where budget.isOver {
                return nil
            }
        }
    }

    /// Bytes looked at before it is a conversion's work to go on: milliseconds.
    private static let firstLook = 1 << 20
    /// The longest that a look at the beginning may take.
    private static let glance = Duration.milliseconds(500)
}

extension MeasuringOutcome {
    /// What has to be searched for sound: all but MP3 is recognised by how it begins.
    fileprivate static let unsearched = MeasuringOutcome.pending(container: AudioContainer.mp3.rawValue)
}
