import NIOConcurrencyHelpers

/// Transactions that begin with the same question and were found to collide. In this process they take turns from then on: of two at once, the second
/// would only be run again, when the database has done all that it asked.
///
/// A caller without a turn is parked, without a connection, until it is called or shares the transaction of the caller in turn (`Companions`). After some
/// turns without a collision all are left to themselves again. Other processes are not kept out; whoever collides with them is run again.
final class Turns: Sendable {
    /// Turns after the last collision.
    static let afterCollision = 64
    /// Questions that are remembered.
    private static let most = 1000

    enum Turn {
        /// To be ended by `leave`.
        case mine
        /// Those that begin so take none.
        case without
        /// Somebody else's: to be waited for by `park`.
        case taken
    }

    /// A transaction that has not begun, as another one is in turn.
    struct Taken: Error { let question: SQL }

    private struct Crowd {
        var turnsLeft = Turns.afterCollision
        /// Whether somebody is in turn, or was called.
        var isTaken = false
        /// Whether anybody came since crowds were last cleared out.
        var isKnown = false
        /// In the order in which they are called.
        var parked: [WriteCaller] = []
    }

    /// Not a `Mutex`, for the reason that `WorkerThreads` gives.
    private let crowds = NIOLockedValueBox<[SQL: Crowd]>([:])

    /// Notes a collision of a transaction that began so.
    func collided(_ question: SQL) {
        crowds.withLockedValue { crowds in
            if crowds[question] == nil, crowds.count >= Self.most { Self.clearOut(&crowds) }
            crowds[question, default: Crowd()].turnsLeft = Self.afterCollision
        }
    }

    /// Forgets those that nobody came to since this was last done, and where that is none, all that are not under way.
    private static func clearOut(_ crowds: inout [SQL: Crowd]) {
        let known = crowds.filter { $0.value.isTaken || $0.value.isKnown }
        crowds = known.count < crowds.count ? known : crowds.filter { $0.value.isTaken }
        for question in crowds.keys { crowds[question]?.isKnown = false }
    }

    /// Asks for a turn, where transactions that begin so take turns.
    func enter(_ question: SQL) -> Turn {
        crowds.withLockedValue { crowds in
            guard let crowd = crowds[question] else { return .without }
            crowds[question]?.isKnown = true
            guard !crowd.isTaken else { return .taken }
            crowds[question]?.isTaken = true
            return .mine
        }
    }

    /// Has somebody wait until he is called, or taken along.
    /// - Returns: false where nobody is in turn who would call him.
    func park(_ caller: WriteCaller, for question: SQL) -> Bool {
        crowds.withLockedValue { crowds in
            guard crowds[question]?.isTaken == true else { return false }
            crowds[question]?.parked.append(caller)
            return true
        }
    }

    /// Has some wait who were taken along in vain, each before all who came later than he.
    /// - Returns: false where nobody is in turn who would call them.
    func putBack(_ callers: [WriteCaller], for question: SQL) -> Bool {
        crowds.withLockedValue { crowds in
            guard var crowd = crowds[question], crowd.isTaken else { return false }
            for caller in callers {
                crowd.parked.insert(caller, at: crowd.parked.firstIndex { $0.start > caller.start } ?? crowd.parked.endIndex)
            }
            crowds[question] = crowd
            return true
        }
    }

    /// Takes out the first whose changes may go with those of the one in turn.
    /// - Parameter instant: when that one's transaction began: it need not see what was committed later.
    func nextToShare(_ question: SQL, before instant: ContinuousClock.Instant) -> WriteCaller? {
        crowds.withLockedValue { crowds in
            guard let place = crowds[question]?.parked.firstIndex(where: { $0.mayShare && $0.start < instant }) else { return nil }
            return crowds[question]?.parked.remove(at: place)
        }
    }

    /// Ends a turn.
    /// - Returns: whose turn it is now. It is to be ended, too, whatever becomes of him.
    func leave(_ question: SQL) -> WriteCaller? {
        crowds.withLockedValue { crowds in
            guard var crowd = crowds[question] else { return nil }
            crowd.turnsLeft -= 1
            let next = crowd.parked.isEmpty ? nil : crowd.parked.removeFirst()
            crowd.isTaken = next != nil
            crowds[question] = crowd.turnsLeft > 0 || crowd.isTaken ? crowd : nil
            return next
        }
    }

    /// How many kinds of transactions take turns.
    var count: Int { crowds.withLockedValue(\.count) }

    /// How many wait to be called or taken along.
    func parked(for question: SQL) -> Int { crowds.withLockedValue { $0[question]?.parked.count ?? 0 } }
}
