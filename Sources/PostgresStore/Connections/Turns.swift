import Dispatch
import NIOConcurrencyHelpers

/// Transactions that begin with the same question and were found to collide. In this process they take turns from then on: of two at once, the second
/// would only be run again, when the database has done all that it asked.
///
/// A waiting writer keeps a connection, and many of them would leave none for others: beyond some, they give it back and come again later. After some turns without a collision all are
/// left to themselves again. Other processes are not kept out; whoever collides with them is run again.
final class Turns: Sendable {
    /// Turns after the last collision.
    static let afterCollision = 64
    /// Questions that are remembered.
    private static let most = 1000

    enum Turn {
        /// To be ended by `leave`.
        case mine
        case without
        /// None, after all patience.
        case tooLate
        /// None yet, and no room to wait for it.
        case crowded
    }

    /// A transaction that has not begun, for want of room to wait for its turn.
    struct Crowded: Error { let question: SQL }

    private struct Crowd {
        var turnsLeft = Turns.afterCollision
        var isTaken = false
        /// Whether anybody came since crowds were last cleared out.
        var isKnown = false
        var waiting: [Waiter] = []
        /// What those do who are to come again.
        var parked: [@Sendable () -> Void] = []
    }

    private final class Waiter: Sendable {
        let isCalled = DispatchSemaphore(value: 0)
    }

    /// Not a `Mutex`, for the reason that `WorkerThreads` gives.
    private let crowds = NIOLockedValueBox<[SQL: Crowd]>([:])

    private let mostWaiting: Int

    /// - Parameter mostWaiting: for a turn of one kind.
    init(waiting mostWaiting: Int) { self.mostWaiting = mostWaiting }

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

    /// Waits for a turn, where transactions that begin so take turns. Blocks.
    /// - Parameter patience: seconds. Who has waited so long goes without one.
    func enter(_ question: SQL, patience: Int) -> Turn {
        let (turn, waiter) = crowds.withLockedValue { crowds -> (Turn, Waiter?) in
            guard let crowd = crowds[question] else { return (.without, nil) }
            crowds[question]?.isKnown = true
            guard crowd.isTaken else {
                crowds[question]?.isTaken = true
                return (.mine, nil)
            }
            guard crowd.waiting.count < mostWaiting else { return (.crowded, nil) }
            let waiter = Waiter()
            crowds[question]?.waiting.append(waiter)
            return (.without, waiter)
        }
        guard let waiter else { return turn }
        if waiter.isCalled.wait(timeout: .now() + .seconds(patience)) == .success { return .mine }
        return crowds.withLockedValue { crowds in
            // Called in this very moment, if he is not there any more.
            guard let place = crowds[question]?.waiting.firstIndex(where: { $0 === waiter }) else { return .mine }
            crowds[question]?.waiting.remove(at: place)
            return .tooLate
        }
    }

    /// Has somebody come again who found no room to wait, once there may be some.
    func park(_ question: SQL, _ comeAgain: @escaping @Sendable () -> Void) {
        let isParked = crowds.withLockedValue { crowds in
            guard crowds[question]?.isTaken == true else { return false }
            crowds[question]?.parked.append(comeAgain)
            return true
        }
        if !isParked { comeAgain() }
    }

    /// Ends a turn.
    func leave(_ question: SQL) {
        let (next, others) = crowds.withLockedValue { crowds -> (Waiter?, [@Sendable () -> Void]) in
            guard var crowd = crowds[question] else { return (nil, []) }
            crowd.turnsLeft -= 1
            let next = crowd.waiting.isEmpty ? nil : crowd.waiting.removeFirst()
            crowd.isTaken = next != nil
            // With nobody in turn there may be nobody to call the others later.
            let called = crowd.isTaken ? min(1, crowd.parked.count) : crowd.parked.count
            let others = Array(crowd.parked.prefix(called))
            crowd.parked.removeFirst(called)
            crowds[question] = crowd.turnsLeft > 0 || crowd.isTaken ? crowd : nil
            return (next, others)
        }
        next?.isCalled.signal()
        for comeAgain in others { comeAgain() }
    }

    /// How many kinds of transactions take turns.
    var count: Int { crowds.withLockedValue(\.count) }

    /// How many are to come again.
    func parked(for question: SQL) -> Int { crowds.withLockedValue { $0[question]?.parked.count ?? 0 } }

    /// How many wait for a turn.
    func waiting(for question: SQL) -> Int { crowds.withLockedValue { $0[question]?.waiting.count ?? 0 } }
}
