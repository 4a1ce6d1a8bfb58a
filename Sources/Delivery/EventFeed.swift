import Logging
import ServiceLifecycle
import Voicemail

/// Finds committed events for those who listen (`EventHub`), whichever process has committed them.
///
/// Those of this process are shown when its worker rings, those of others with the next look. Where nobody listens nothing is read but the
/// latest serials, so that who begins to listen hears of what is committed from then on.
public struct EventFeed: Service {
    /// Events read at a time.
    static let page = 500
    /// Serials looked back at, for those that a transaction under way may still fill.
    static let lookingBack = 64

    private let outbox: Outbox
    private let hub: EventHub
    private let interval: Duration
    private let logger: Logger

    /// - Parameter interval: between looks for events of which no bell has told.
    public init(outbox: Outbox, hub: EventHub, interval: Duration, logger: Logger = Logger(label: "aftertone.events")) {
        self.outbox = outbox
        self.hub = hub
        self.interval = interval
        self.logger = logger
    }

    /// What one look leaves to the next.
    struct Progress {
        /// nil before the first look.
        var cursor: EventCursor?
        var nextLookBack = ContinuousClock.now
        var isFailing = false
    }

    /// Looks until it is stopped.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            var progress = Progress()
            while !Task.isCancelled {
                await look(&progress)
                await hub.rung(within: interval)
            }
        }
    }

    /// Trouble with the store is told once, and met again with the next look.
    func look(_ progress: inout Progress) async {
        do {
            if hub.listeners > 0, var cursor = progress.cursor {
                defer { progress.cursor = cursor }
                try await showNew(&cursor)
                if progress.nextLookBack <= .now {
                    progress.nextLookBack = .now + interval
                    try await showLate(&cursor)
                }
            } else {
                progress.cursor = EventCursor(seen: try await outbox.newestEventSerials(limit: Self.lookingBack), at: .now)
            }
            progress.isFailing = false
        } catch {
            if !progress.isFailing, !Task.isCancelled { logger.error("events could not be looked for", metadata: ["error": "\(error)"]) }
            progress.isFailing = true
        }
    }

    private func showNew(_ cursor: inout EventCursor) async throws {
        var isMore = true
        while isMore {
            let events = try await outbox.events(after: cursor.newest, limit: Self.page)
            hub.publish(cursor.take(events, at: .now))
            isMore = events.count == Self.page
        }
    }

    /// Events whose transactions have committed after those of later serials.
    private func showLate(_ cursor: inout EventCursor) async throws {
        cursor.giveUp(at: .now)
        guard var place = cursor.oldestMissing.map({ $0 - 1 }) else { return }
        while place < cursor.newest {
            let events = try await outbox.events(after: place, limit: Self.page)
            hub.publish(cursor.take(events, at: .now))
            guard events.count == Self.page, let last = events.last else { return }
            place = last.serial
        }
    }
}
