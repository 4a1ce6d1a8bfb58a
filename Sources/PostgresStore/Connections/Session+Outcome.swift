import Foundation
import Voicemail

extension Session {
    /// Finds out what became of a transaction that was committed, where the connection was lost, or the wait for a standby called off. A database that
    /// stays away longer than anybody waits leaves that undecided.
    func settle(_ number: String, _ witness: Witness) throws {
        let end = ContinuousClock.now + .seconds(options.outcomeSeconds)
        repeat {
            disconnect()
            if let connection = try? connect(), let outcome = try? outcome(of: number, witness, connection) {
                switch outcome {
                case .committed: return
                case .aborted: throw note(.lost(.failed("the connection to the database was lost")))
                case .unknown: throw note(.unknownOutcome(transaction: number))
                case .open: break
                }
            }
            Thread.sleep(forTimeInterval: 0.05)
        } while ContinuousClock.now < end && !reachability.isClosing
        throw note(.unknownOutcome(transaction: number))
    }

    private enum Outcome { case committed, aborted, open, unknown }

    private func outcome(of number: String, _ witness: Witness, _ connection: Connection) throws -> Outcome? {
        let answer = try connection.runOnce("SELECT pg_xact_status(\(number)::text::xid8)", within: limit)
        // A database that has not come so far, as one that has taken the place of another, has not got it.
        if answer.state == "22023" { return .aborted }
        guard !answer.isFailure, let row = answer.first else { return nil }
        switch row.text(0) {
        case "committed": return try outcome(of: number, seenBy: witness, connection)
        case "aborted": return .aborted
        case "in progress": return .open
        default: return nil
        }
    }

    /// Somebody with this number has committed.
    private func outcome(of number: String, seenBy witness: Witness, _ connection: Connection) throws -> Outcome? {
        let found = try connection.runOnce(witness.question(number), within: limit)
        if found.isFailure { return nil }
        guard found.count == 1 else { return witness.mayHaveGone ? .unknown : .aborted }
        // A database that was killed shows what its standbys have not got. Who commits behind it waits for them as it would have done.
        return try flush(connection) ? .committed : nil
    }

    /// Commits something that changes nothing, as durably as a change.
    /// - Returns: whether that came to its end.
    private func flush(_ connection: Connection) throws -> Bool {
        let statements = ["BEGIN"] + settings.preamble + [SessionSettings.durability(isLocal: true), Self.flush.text, "COMMIT"], warnings = connection.warnings
        let answers = try connection.runScript(statements.joined(separator: "; "), within: limit)
        return !answers.contains(where: \.isFailure) && connection.warnings == warnings
    }

    /// Changes nothing, and is committed like a change.
    static let flush: SQL = "SELECT pg_logical_emit_message(true, 'aftertone', '')::text"
}
