import NIOConcurrencyHelpers

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

    /// Two generations: what is used moves to the young one, and the old one goes when the young one is full.
    private struct Known {
        var young: [Beginning: Course] = [:]
        var old: [Beginning: Course] = [:]
    }

    /// Questions that are taken along at most: a transaction that asks more goes through many rows, and each is another one.
    static let most = 12
    /// Beginnings in a generation. One of some questions takes two or three kilobytes.
    private static let generation = 1000

    /// Not a `Mutex`, for the reason that `WorkerThreads` gives.
    private let known = NIOLockedValueBox(Known())

    /// What is likely to follow; nil for a beginning that nobody has seen.
    func course(after beginning: Beginning) -> Course? {
        known.withLockedValue { known in
            if let found = known.young[beginning] { return found }
            guard let found = known.old[beginning] else { return nil }
            Self.keep(found, after: beginning, &known)
            return found
        }
    }

    /// Notes what followed.
    func note(_ course: Course, after beginning: Beginning) {
        known.withLockedValue { known in
            guard (known.young[beginning] ?? known.old[beginning]) != course else { return }
            Self.keep(course, after: beginning, &known)
        }
    }

    /// Forgets what led into trouble.
    func forget(_ beginning: Beginning) {
        known.withLockedValue { known in
            known.young[beginning] = nil
            known.old[beginning] = nil
        }
    }

    private static func keep(_ course: Course, after beginning: Beginning, _ known: inout Known) {
        if known.young.count >= generation {
            known.old = known.young
            known.young = [:]
        }
        known.young[beginning] = course
    }
}
