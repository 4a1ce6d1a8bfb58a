import Dispatch
import NIOConcurrencyHelpers

/// Transactions that begin with the same question and were found to collide. In this process they take turns from then on: of two at once, the second
/// would only be run again, when the database has done all that it asked.
///
/// After some turns without a collision they are left to themselves again. Other processes are not kept out; whoever collides with them is run again.
final class Turns: Sendable {
    /// Turns after the last collision.
    static let afterCollision = 64
    /// Questions that are remembered.
    private static let most = 1000

    private struct Crowd {
        var turnsLeft = Turns.afterCollision
        var isTaken = false
        var waiting: [Waiter] = []
    }

    private final class Waiter: Sendable {
        let isCalled = DispatchSemaphore(value: 0)
    }

    /// Not a `Mutex`, for the reason that `WorkerThreads` gives.
    private let crowds = NIOLockedValueBox<[SQL: Crowd]>([:])

    /// Notes a collision of a transaction that began so.
    func collided(_ question: SQL) {
        crowds.withLockedValue { crowds in
            if crowds[question] == nil, crowds.count >= Self.most { crowds = crowds.filter { $0.value.isTaken } }
            crowds[question, default: Crowd()].turnsLeft = Self.afterCollision
        }
    }

    /// Waits for a turn, where transactions that begin so take turns. Blocks.
    /// - Parameter patience: seconds. Who has waited so long goes without one.
    /// - Returns: whether there is a turn to be ended, by `leave`.
    func enter(_ question: SQL, patience: Int) -> Bool {
        let (isMine, waiter) = crowds.withLockedValue { crowds -> (Bool, Waiter?) in
            guard let crowd = crowds[question] else { return (false, nil) }
            guard crowd.isTaken else {
                crowds[question]?.isTaken = true
                return (true, nil)
            }
            let waiter = Waiter()
            crowds[question]?.waiting.append(waiter)
            return (false, waiter)
        }
        guard let waiter else { return isMine }
        if waiter.isCalled.wait(timeout: .now() + .seconds(patience)) == .success { return true }
        return crowds.withLockedValue { crowds in
            // Called in this very moment, if he is not there any more.
            guard let place = crowds[question]?.waiting.firstIndex(where: { $0 === waiter }) else { return true }
            crowds[question]?.waiting.remove(at: place)
            return false
        }
    }

    /// Ends a turn.
    func leave(_ question: SQL) {
        let next = crowds.withLockedValue { crowds -> Waiter? in
            guard var crowd = crowds[question] else { return nil }
            crowd.turnsLeft -= 1
            let next = crowd.waiting.isEmpty ? nil : crowd.waiting.removeFirst()
            crowd.isTaken = next != nil
            crowds[question] = crowd.turnsLeft > 0 || crowd.isTaken ? crowd : nil
            return next
        }
        next?.isCalled.signal()
    }

    /// How many kinds of transactions take turns.
    var count: Int { crowds.withLockedValue(\.count) }

    /// How many wait for a turn.
    func waiting(for question: SQL) -> Int { crowds.withLockedValue { $0[question]?.waiting.count ?? 0 } }
}
