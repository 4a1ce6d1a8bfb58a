import CCurl
import Synchronization
import Voicemail

/// libcurl's handles that nobody uses at the moment, each with the connection of its last conversation: who has several mails to send logs in once.
final class SMTPHandles: Sendable {
    /// A pointer as a number, which may be handed to another thread: nobody else has it meanwhile.
    private struct Idle {
        let address: UInt
        let since: ContinuousClock.Instant
    }

    /// How long one is kept; a mail server may close what is silent for longer, and need not hold it open for us.
    private static let keeping = Duration.seconds(5)

    private let idle = Mutex<[Idle]>([])

    deinit { for one in idle.withLock({ $0 }) { Self.end(one) } }

    /// The one that was used last, as new but for its connection; nil where there is none.
    func take() -> UnsafeMutableRawPointer? {
        idle.withLock { idle in
            Self.letGo(&idle)
            return idle.popLast().flatMap { UnsafeMutableRawPointer(bitPattern: $0.address) }
        }
    }

    /// Keeps one whose conversation came to its end, and which was reset.
    func put(_ handle: UnsafeMutableRawPointer) {
        idle.withLock { idle in
            idle.append(Idle(address: UInt(bitPattern: handle), since: .now))
            Self.letGo(&idle)
        }
    }

    private static func letGo(_ idle: inout [Idle]) {
        let now = ContinuousClock.now
        while let first = idle.first, now - first.since > keeping { end(idle.removeFirst()) }
    }

    private static func end(_ one: Idle) { curl_easy_cleanup(UnsafeMutableRawPointer(bitPattern: one.address)) }
}
