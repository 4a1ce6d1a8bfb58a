import Foundation
import Voicemail

extension Session {
    /// Transactions run again for having met others before one runs with all others kept out.
    private static let collisionsTogether = 4
    /// Alone it can meet only what is no transaction of a store, so this is far beyond what is ever needed.
    private static let collisions = 10
    /// Connections that one transaction may lose.
    private static let losses = 2
    /// Companions for whose sake one transaction is taken back.
    private static let refusals = 2

    /// Runs `body` in a transaction that sees one state. Its end is `endReading`.
    func read<Value>(_ body: () throws -> Value) throws -> Value {
        var lost = 0
        mayBeBare = !options.sharesConnections
        while true {
            do {
                try begin(.reading)
                let value = try body()
                if let trouble { throw trouble.error }
                noteCourse()
                return value
            } catch {
                if case .surprised? = trouble {
                    mayBeBare = false
                } else if !isWorthAnother(&lost) {
                    rollBack()
                    throw error
                }
            }
        }
    }

    /// Ends a transaction that has changed nothing. Whoever waited for what it read need not wait for this.
    func endReading() {
        guard !progress.isBare else { return }
        guard trouble == nil, progress.hasBegun, let connection else { return rollBack() }
        // The next reader need not wait for its end either.
        do { try connection.post("ROLLBACK") } catch { disconnect() }
    }

    /// Runs `body` in a transaction as if it were the only one, and returns once what it has changed is durable.
    /// - Parameters:
    ///   - isAlone: whether all others who would change something are kept out from the first attempt on.
    ///   - companions: who may make their changes in the same transaction.
    /// - Throws: what `body` throws, `StoreError`, `Turns.Taken` where it is to be run later.
    func write<Value>(isAlone: Bool = false, with companions: Companions? = nil, _ body: () throws -> Value) throws -> Value {
        var lost = 0, collisions = 0, refusals = 0, companions = companions
        while true {
            let isAlone = isAlone || collisions >= Self.collisionsTogether
            do {
                try begin(isAlone ? .alone : .writing)
                let value = try body()
                if let trouble { throw trouble.error }
                noteCourse()
                // While it keeps all others out it takes nobody along: they would wait for more than its own changes.
                if !isAlone { try companions?.join(self) }
                try commit()
                return value
            } catch {
                let mayGoOn = leave(
                    companions, error, collides: collisions + 1 >= Self.collisionsTogether, losesConnections: lost >= Self.losses)
                if case .collision? = trouble, collisions < Self.collisions {
                    collisions += 1
                    if let question = turn ?? progress.beginning?.question { turns?.collided(question) }
                    rollBack()
                    // Not for as long as the other one.
                    Thread.sleep(forTimeInterval: Double.random(in: 0...0.002) * Double(collisions))
                } else if case .taken(let question)? = trouble {
                    rollBack()
                    throw Turns.Taken(question: question)
                } else if !isWorthAnother(&lost) {
                    let isOfDatabase = trouble != nil
                    rollBack()
                    guard mayGoOn else { throw error }
                    refusals += 1
                    // A companion that gave up is not taken along again. When the database refused a change, nobody knows whose it was.
                    if isOfDatabase || refusals >= Self.refusals { companions = nil }
                }
            }
        }
    }

    /// Lets those go who were in a transaction that has failed.
    /// - Parameters:
    ///   - collides: whether it has collided as often as it may beside others. One of them may be the reason.
    ///   - losesConnections: whether it has lost as many connections as it may.
    /// - Returns: whether nothing of it was done, and the one in turn may be run again.
    private func leave(_ companions: Companions?, _ error: any Error, collides: Bool, losesConnections: Bool) -> Bool {
        guard let companions, !companions.isEmpty else { return false }
        switch trouble {
        case .unknownOutcome?:
            companions.fail(error)
            return false
        case .collision?: companions.sendBack(collides ? .all : .nobody)
        case .lost?: companions.sendBack(losesConnections ? .all : .nobody)
        case nil: companions.sendBack(.last)
        default: companions.sendBack(.all)
        }
        return true
    }

    /// Asks for a turn before anything is sent of a transaction that writes, if those that begin so collide.
    func takeTurn(_ question: SQL) throws {
        guard progress.isWriting, turn == nil, let turns else { return }
        switch turns.enter(question) {
        case .mine: turn = question
        case .without: break
        case .taken: throw note(.taken(question))
        }
    }

    /// Whether the transaction ended for want of its connection, so that nothing of it is left, and may be run again on another.
    private func isWorthAnother(_ lost: inout Int) -> Bool {
        guard case .lost? = trouble, lost < Self.losses else { return false }
        lost += 1
        disconnect()
        return true
    }

    /// Runs `body` once in a transaction that nothing else is part of, whether anybody else may change something or not.
    func alone(_ body: () throws -> Void) throws {
        do {
            try begin(Progress(opening: [step("BEGIN")]))
            try body()
            if let trouble { throw trouble.error }
            try sendCommit()
        } catch {
            rollBack()
            throw error
        }
    }

    private func begin(_ opening: Opening) throws {
        try begin(opening.progress(settings.preamble, durability: options.sharesConnections ? SessionSettings.durability(isLocal: true) : nil, step: step))
    }

    /// Nothing is sent before the first statement is.
    func begin(_ progress: Progress) throws {
        trouble = nil
        self.progress = progress
        do {
            _ = try connect()
        } catch {
            // Not to be tried again at once.
            trouble = .failed(.failed("\(error)"))
            throw StoreError.failed("\(error)")
        }
    }

    func rollBack() {
        defer { trouble = nil }
        guard let connection, connection.isOpen else { return disconnect() }
        guard progress.hasBegun, connection.isInTransaction else { return }
        // A connection whose transaction does not end is of no use.
        if let answers = try? connection.runScript("ROLLBACK", within: limit), answers.last?.isFailure == false { return }
        disconnect()
    }

    /// Ends a transaction, and sends with its end what has waited. One that has said nothing has nothing to end.
    private func commit() throws {
        guard progress.hasBegun || !progress.posted.isEmpty else { return }
        // Its number must be known before it may be committed.
        if !progress.hasBegun { _ = try exchange([]) }
        if progress.hasChanged, progress.witness == nil { markCommit() }
        do {
            try sendCommit()
        } catch {
            // A transaction that has changed nothing may be run again.
            guard case .lost? = trouble, let witness = progress.witness else { throw error }
            try settle(progress.number, witness)
            trouble = nil
        }
    }

    /// Sends COMMIT behind what has waited.
    ///
    /// Its wait for a synchronous standby can be called off (`pg_cancel_backend`). Then it took place here, and only a warning says that a standby which
    /// becomes the primary may be without it. That is to be found out like the outcome of one whose connection was lost.
    private func sendCommit() throws {
        let used = connection, warnings = used?.warnings
        let answer = try exchange([step("COMMIT")])[0]
        guard answer.tag == "COMMIT" else { throw note(.failed(.failed("the transaction was rolled back"))) }
        guard used?.warnings == warnings else { throw note(.lost(.failed("a commit's wait for the synchronous standby was called off"))) }
    }
}
