import Foundation
import Synchronization
import Voicemail

/// What one thread does on one connection: transactions, run again where that is called for, on a new connection where the old one is gone.
final class Session {
    let options: PostgresOptions
    let reachability: Reachability
    private let foresight: Foresight?
    let turns: Turns?
    /// The first question of the transactions that this one takes turns with; nil where it takes none. The store that runs it passes the turn on.
    var turn: SQL?
    let settings: SessionSettings
    private(set) var connection: Connection?
    /// What ended the transaction. Nothing may run after it.
    var trouble: Trouble?
    var progress = Progress()
    var knownTickets = KnownTickets()
    /// The session's part of the name of each of its marks, and how many it has made.
    private let name = HexID.random()
    private var marks = 0
    /// Whether questions that go together may be a transaction by themselves (`Progress.isBare`). They may not on a connection that is shared, whose
    /// settings are those of a transaction that was begun, and not after one of them was followed by a question that nobody had foreseen.
    var mayBeBare = false
    /// Where a commit was given up that was made to see whether it returns.
    var silent: SilentProcess?
    /// Whether a visitor is looking at rows. He asks nothing meanwhile: the connection may be in the middle of an answer.
    var isVisited = false

    /// Changes that wait for another statement to go with.
    private static let mostPosted = 128
    /// Numbers that are drawn together. Those that nobody uses are left out.
    private static let mostDrawn = 64

    enum Use { case serving, maintenance }

    /// - Parameters:
    ///   - foresight: what other sessions have seen of transactions; nil for one whose transactions are each another.
    ///   - turns: of those that collide with others; nil for one that takes none.
    init(_ options: PostgresOptions, reachability: Reachability, foresight: Foresight? = nil, turns: Turns? = nil, for use: Use = .serving) {
        var options = options
        // Passes over everything.
        if use == .maintenance { options.statementSeconds = 3600 }
        self.options = options
        self.reachability = reachability
        self.foresight = foresight
        self.turns = turns
        settings = SessionSettings(options, use)
    }

    // MARK: The connection

    /// - Throws: `PostgresOpenError`, `StoreError`.
    func connect() throws -> Connection {
        if let connection, connection.isOpen { return connection }
        disconnect()
        if let reason = reachability.refusal { throw PostgresOpenError.unreachable(reason) }
        do {
            let connection = try Connection(options)
            try connection.refuseStandby(within: limit)
            connection.onTrip = { [reachability] in reachability.trips.add(1, ordering: .relaxed) }
            if !settings.setup.isEmpty {
                for answer in try connection.runScript(settings.setup, within: limit) where answer.isFailure { throw Trouble(answer, isConnected: true).error }
            }
            self.connection = connection
            reachability.connected()
            return connection
        } catch {
            reachability.note("\(error)")
            throw error
        }
    }

    func disconnect() {
        connection = nil
        knownTickets = KnownTickets()
        trouble = nil
    }

    /// Longer than the server gives a statement, so that it has the first word.
    var limit: Int { options.statementSeconds + 2 }

    // MARK: Statements

    /// Asks for rows and changes nothing. What is likely to be asked next is asked with the transaction's first question.
    func ask(_ question: SQL) throws -> Answer {
        try checkOpen()
        let isFirst = progress.noteQuestion(question)
        if let answer = progress.answer(to: question) { return answer }
        if progress.isBare { throw note(.surprised) }
        if isFirst { try takeTurn(question) }
        let beginning = isFirst ? progress.beginning : nil, course = beginning.flatMap { foresight?.course(after: $0) }
        let next = course?.questions ?? []
        progress.foreseen = course
        if course?.isWhole == true, mayBeBare, !progress.isWriting { progress.leaveBare() }
        let isBehindChanges = !progress.posted.isEmpty
        do {
            let questions = [question] + next, answers = try exchange(questions.map(step))
            for (question, answer) in zip(questions, answers) {
                if question.isDraw { progress.keepDrawn(answer, by: question) } else { progress.keep(answer, to: question) }
            }
            return answers[0]
        } catch {
            // What was changed before may be to blame.
            if !next.isEmpty, !isBehindChanges, let beginning { foresight?.forget(beginning) }
            throw error
        }
    }

    /// Draws the next number of a table's rows. A number that was taken along and is not used is left out.
    func draw(_ table: String) throws -> Int {
        try checkOpen()
        let draw = SQL.draw(table, progress.draws)
        progress.noteDraw(draw)
        if let row = progress.takeDrawn(draw)?.first { return row.int(0) }
        if let number = progress.takeSpare(table) { return number }
        // A transaction that has drawn many numbers is likely to draw as many again.
        let count = min(max(1, progress.draws - 1), Self.mostDrawn)
        let numbers = try exchange([step(count == 1 ? draw : SQL.draws(table, count))])[0].rows.map { $0.int(0) }
        guard let number = numbers.first else { throw StoreError.failed("no number was drawn") }
        progress.keepSpare(numbers.dropFirst(), table)
        return number
    }

    /// Runs a statement of the transaction that is open, whatever it does.
    func run(_ statement: SQL) throws -> Answer {
        try checkOpen()
        progress.noteChange()
        return try exchange([step(statement)])[0]
    }

    /// Makes a change whose outcome nobody looks at, with whatever is sent next. If it fails, so does that.
    func post(_ statement: SQL) throws {
        try checkOpen()
        progress.noteChange()
        progress.posted.append(step(statement))
        if progress.posted.count >= Self.mostPosted { _ = try exchange([]) }
    }

    /// Makes a mark with the commit, for a transaction that has nothing else to be known by.
    func markCommit() {
        marks += 1
        let mark = Witness.mark(session: name, number: marks)
        progress.witness = mark
        if let statement = mark.statement { progress.posted.append(step(statement)) }
    }

    /// Notes what the transaction has asked, for the next that begins like it.
    func noteCourse() {
        guard let foresight, let beginning = progress.beginning else { return }
        let isWhole = progress.trail.count <= Foresight.most && !progress.hasCursors
        if let foreseen = progress.foreseen, foreseen.isWhole == isWhole, progress.trail.dropFirst().elementsEqual(foreseen.questions) { return }
        // What was known of it before would only be asked in vain.
        guard progress.trail.reduce(0, { $0 + $1.size }) <= Foresight.longest else { return foresight.forget(beginning) }
        foresight.note(Foresight.Course(questions: Array(progress.trail.dropFirst()), isWhole: isWhole), after: beginning)
    }

    func checkOpen() throws {
        if let trouble { throw trouble.error }
        guard !isVisited else { throw StoreError.failed("a visitor asks the store for more") }
        guard connection != nil else { throw StoreError.failed("no transaction is open") }
    }

    func step(_ statement: SQL) -> Step { Step(statement, isKept: !options.sharesConnections) }

    /// Sends steps behind all that has waited, and waits once.
    /// - Returns: an answer to each step.
    func exchange(_ steps: [Step]) throws -> [Answer] {
        guard let connection else { throw StoreError.failed("no transaction is open") }
        if progress.sent == nil { progress.sent = .now }
        let before = progress.opening + progress.posted, numberPlace = progress.hasBegun ? nil : progress.numberPlace
        progress.opening = []
        progress.posted = []
        do {
            let answers = try connection.run(before + steps, within: limit)
            if let failure = answers.first(where: \.isFailure) { throw note(Trouble(failure, isConnected: connection.isOpen)) }
            guard answers.count == before.count + steps.count else { throw Connection.Interruption(reason: "an answer is missing") }
            if let type = answers.lazy.compactMap(\.unknownType).first {
                throw note(.failed(.failed("PostgreSQL answered with a type that is not read here: \(type)")))
            }
            if let numberPlace { progress.number = answers[numberPlace].first?.text(0) ?? "" }
            return before.isEmpty ? answers : Array(answers.dropFirst(before.count))
        } catch let interruption as Connection.Interruption {
            self.connection = nil
            throw note(.lost(.failed("the connection to the database was lost: \(interruption.reason)")))
        }
    }

    func note(_ trouble: Trouble) -> StoreError {
        self.trouble = trouble
        if trouble.error == .full { reachability.noteFull() }
        return trouble.error
    }
}
