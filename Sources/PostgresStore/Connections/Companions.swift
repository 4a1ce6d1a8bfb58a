/// Callers whose changes share the transaction of the caller in turn, and with it the cost of beginning and committing.
///
/// Each came before it began, and sees what those before him have changed, as if it were committed, which it will be with his own changes or not at all. None is
/// told anything before that. What goes wrong takes all of it back; each is then run again, and by himself where it may have been his fault.
final class Companions {
    /// Callers that share one transaction at most, beside the one in turn.
    static let most = 15
    /// Changes of a transaction after which nobody else is taken along.
    static let mostChanges = 64

    private let turns: Turns
    /// Takes back the callers that were not served, in their order, to be run again.
    private let comeAgain: ([WriteCaller]) -> Void
    private var aboard: [WriteCaller] = []
    /// Tells each caller its outcome.
    private var outcomes: [@Sendable () -> Void] = []

    init(_ turns: Turns, comeAgain: @escaping ([WriteCaller]) -> Void) {
        self.turns = turns
        self.comeAgain = comeAgain
    }

    var isEmpty: Bool { aboard.isEmpty }

    /// Runs those who wait for a session's turn in its transaction.
    /// - Throws: what takes back all that was done in it.
    func join(_ session: Session) throws {
        guard let question = session.turn, let beginning = session.progress.sent else { return }
        while aboard.count < Self.most, session.progress.changes < Self.mostChanges, let caller = turns.nextToShare(question, before: beginning) {
            guard !caller.isTooLate else {
                caller.fail(PostgresStore.busy)
                continue
            }
            aboard.append(caller)
            outcomes.append(try outcome(of: caller, session))
        }
    }

    private func outcome(of caller: WriteCaller, _ session: Session) throws -> @Sendable () -> Void {
        session.progress.beginPart()
        do {
            let tell = try caller.perform(session)
            if let trouble = session.trouble { throw trouble.error }
            session.noteCourse()
            return tell
        } catch  where session.trouble == nil && !session.progress.isPartChanged {
            // He was refused, by what he has seen in this transaction.
            return { caller.fail(error) }
        }
    }

    /// Tells all of them what became of their changes, which are durable.
    func tell() {
        for outcome in outcomes { outcome() }
        forget()
    }

    /// Tells all of them that it is not known what became of their changes.
    func fail(_ error: any Error) {
        for caller in aboard { caller.fail(error) }
        forget()
    }

    /// Callers that may have been at fault when a shared transaction failed.
    enum Suspects {
        case nobody
        /// The one whose part was run when it ended.
        case last
        /// Any of them: a change goes to the database with what follows it, and is refused there.
        case all
    }

    /// Has all of them come again. Those who may have been at fault share no transaction any more.
    func sendBack(_ suspects: Suspects) {
        var sentBack = aboard
        forget()
        let guilty =
            switch suspects {
            case .nobody: sentBack.endIndex..<sentBack.endIndex
            case .last: max(0, sentBack.endIndex - 1)..<sentBack.endIndex
            case .all: sentBack.indices
            }
        for index in guilty { sentBack[index].mayShare = false }
        comeAgain(sentBack)
    }

    private func forget() {
        aboard = []
        outcomes = []
    }
}
