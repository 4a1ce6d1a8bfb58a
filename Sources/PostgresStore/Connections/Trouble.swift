import Voicemail

/// What went wrong on a connection, and so with the transaction that is open there: nothing can follow in it.
enum Trouble {
    /// The transaction came too late after another one, or in its way. It may be run again.
    case collision(StoreError)
    /// The connection is gone, and what was not committed with it.
    case lost(StoreError)
    /// More was asked than was foreseen, when the state that it was to be seen in was gone.
    case surprised
    /// Nobody knows yet whether the commit took place.
    case unknownOutcome(transaction: String)
    case failed(StoreError)
    /// Nothing was begun: another one is in turn.
    case taken(SQL)

    var error: StoreError {
        switch self {
        case .collision(let error), .lost(let error), .failed(let error): error
        case .unknownOutcome: .undecided
        case .taken: .failed("the transaction waits for its turn")
        case .surprised: .failed("a transaction that was over has asked for more")
        }
    }

    /// - Parameter isConnected: whether the connection has survived.
    init(_ answer: Answer, isConnected: Bool) {
        let state = answer.state
        let error = Self.error(state, answer.message)
        switch state {
        // Serialization failure, deadlock; a key that somebody else has taken meanwhile, unseen by this transaction.
        case "40001", "40P01", "23505": self = .collision(error)
        // The server stops or has changed its part: a standby takes no changes, and another connection may lead to the one that does.
        case "57P01", "57P02", "57P03", "25006": self = .lost(error)
        default: self = isConnected ? .failed(error) : .lost(error)
        }
    }

    private static func error(_ state: String, _ message: String) -> StoreError {
        switch state {
        // A key that is taken; an insertion that has inserted nothing (`Transaction.insertRow`).
        case "23505", "22012": .conflict
        // A change of a row that is not there (`Transaction.change`).
        case "2201E": .failed("no such row to change")
        // Disk full, out of memory for it.
        case "53100": .full
        default: .failed("PostgreSQL error \(state): \(message)")
        }
    }
}
