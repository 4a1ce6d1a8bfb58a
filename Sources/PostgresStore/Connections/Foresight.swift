import NIOConcurrencyHelpers
import Voicemail

/// What transactions that begin alike have asked next, for all connections together. A transaction's first question takes the next ones along, so
/// that the database is waited for once.
///
/// Nothing that was answered is kept, only what was asked: whatever a transaction sees, it sees in its own state of the database. Questions that are
/// not asked after all cost the database their answers.
final class Foresight: Sendable {
    /// The beginning of a transaction.
    struct Beginning: Hashable, Sendable {
        let isWriting: Bool
        let question: SQL
    }

    /// What followed.
    struct Course: Hashable, Sendable {
        let questions: [SQL]
        /// Whether nothing else was asked.
        let isWhole: Bool
    }

    /// Questions that are taken along at most: a transaction that asks more goes through many rows, and each is another one.
    static let most = 12
    /// Bytes that the questions of a transaction have at most if they are remembered: who names hundreds of things hardly ever names the same again.
    static let longest = 16_384
    /// A beginning of some questions takes two or three kilobytes. Not a `Mutex`, for the reason that `WorkerThreads` gives.
    private let known = NIOLockedValueBox(Generations<Beginning, Course>(of: 1000))

    /// What is likely to follow; nil for a beginning that nobody has seen.
    func course(after beginning: Beginning) -> Course? {
        known.withLockedValue { $0.value(for: beginning) }
    }

    /// Notes what followed.
    func note(_ course: Course, after beginning: Beginning) {
        known.withLockedValue { known in
            if known.value(for: beginning) != course { known.keep(course, for: beginning) }
        }
    }

    /// Forgets what led into trouble.
    func forget(_ beginning: Beginning) {
        known.withLockedValue { $0.forget(beginning) }
    }
}
