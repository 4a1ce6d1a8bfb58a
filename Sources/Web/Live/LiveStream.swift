import HTTPFront
import Logging
import NIOCore
import ServiceLifecycle
import Voicemail

/// Tells an open page that its mailbox is another one now (server-sent events). What it is like then, the page asks for as any page.
///
/// Whether something has happened follows from the counts of the mailbox, which a page shows and a stream compares: so nothing is missed between
/// two streams, and what another process has done is seen with the next look. An event of this process is a reason to look at once.
struct LiveStream: Sendable {
    /// When to look without a reason, and when to end: whoever listens then comes again.
    struct Times: Sendable, Hashable {
        var look: Duration
        var life: Duration
    }

    /// What a stream has to tell.
    private enum Word: String {
        case change
        /// The session has ended.
        case end
    }

    private enum Signal: Sendable {
        case event, look
    }

    /// Milliseconds after which a browser whose stream has ended comes again.
    private static let pause = 1000

    let times: Times
    let events: AsyncStream<Event>
    /// Whether an event is of what the page shows.
    let isMeant: @Sendable (Event) -> Bool
    /// What the mailbox is like, as a page says it.
    let state: @Sendable () async throws -> String
    /// Whether whoever listens still may.
    let isWelcome: @Sendable () async throws -> Bool

    private let signals: AsyncStream<Signal>
    private let continuation: AsyncStream<Signal>.Continuation

    init(
        times: Times, events: AsyncStream<Event>, isMeant: @escaping @Sendable (Event) -> Bool, state: @escaping @Sendable () async throws -> String,
        isWelcome: @escaping @Sendable () async throws -> Bool
    ) {
        self.times = times
        self.events = events
        self.isMeant = isMeant
        self.state = state
        self.isWelcome = isWelcome
        // One signal waits at most: whatever it is, everything is looked at then.
        (signals, continuation) = AsyncStream.makeStream(of: Signal.self, bufferingPolicy: .bufferingNewest(1))
    }

    /// Ends it as if its time were over.
    @Sendable func end() { continuation.finish() }

    /// Writes until its time is over, the session or the server ends, or the browser is gone.
    /// - Parameter known: what the page is like that listens.
    func write(to writer: ChunkWriter, known: String) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for await event in events where isMeant(event) { continuation.yield(.event) }
            }
            group.addTask {
                let end = ContinuousClock.now + times.life
                while ContinuousClock.now < end {
                    try await Task.sleep(for: min(times.look, end - .now))
                    continuation.yield(.look)
                }
                continuation.finish()
            }
            group.addTask {
                do { try await gracefulShutdown() } catch is CancellationError { return }
                continuation.finish()
            }
            defer { group.cancelAll() }
            try await tell(writer, known: known)
        }
    }

    private func tell(_ writer: ChunkWriter, known: String) async throws {
        var known = known
        try await writer.write(ByteBuffer(string: "retry: \(Self.pause)\n"))
        try await tellChange(since: &known, writer)
        for await signal in signals {
            guard try await isWelcome() else { return try await say(.end, "", writer) }
            if !(try await tellChange(since: &known, writer)), signal == .look {
                // Something is heard of it, so that nobody between takes it for dead.
                try await writer.write(ByteBuffer(string: ":\n\n"))
            }
        }
    }

    @discardableResult
    private func tellChange(since known: inout String, _ writer: ChunkWriter) async throws -> Bool {
        let now = try await state()
        guard now != known else { return false }
        known = now
        try await say(.change, now, writer)
        return true
    }

    private func say(_ word: Word, _ state: String, _ writer: ChunkWriter) async throws {
        try await writer.write(ByteBuffer(string: "event: \(word.rawValue)\nid: \(state)\ndata: \(state)\n\n"))
    }
}
