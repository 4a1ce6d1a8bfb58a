import Voicemail

/// How far a transaction has come.
struct Progress {
    let isWriting: Bool
    /// The steps that begin the transaction; they go with the first statement.
    var opening: [Step]
    /// Which step of the opening tells the transaction's number.
    let numberPlace: Int?
    /// Whether all that it asks goes together, so that the statements are a transaction by themselves, which nothing has to begin or to end.
    private(set) var isBare = false
    /// The transaction's number, by which the database can be asked whether it was committed.
    var number = ""
    /// Changes that go with the next statement.
    var posted: [Step] = []
    /// The questions that were asked before anything was changed, in order, as far as they may be foreseen another time.
    private(set) var trail: [SQL] = []
    /// Answers to questions, whether these were asked already or only foreseen. They hold until something is changed.
    /// They are few, and found sooner by looking at each than by adding their texts up.
    private var answers: [(question: SQL, answer: Answer)] = []
    /// Numbers that were drawn, which hold whatever is changed.
    private var drawn: [SQL: Answer] = [:]
    /// Numbers of tables' rows that were drawn with others.
    private var spare: [String: ArraySlice<Int>] = [:]
    /// A document that was read by the way; nil where there is none. It holds until something is changed.
    private var companion: (id: String, document: StoredDocument?)?
    /// The course of questions that was foreseen, and asked with the first one.
    var foreseen: Foresight.Course?
    /// How many numbers the transaction has asked for.
    var draws = 0
    /// Statements that have changed something.
    private(set) var changes = 0
    /// Whether one of them was the caller's whose part this is, where several share the transaction.
    private(set) var isPartChanged = false
    /// The witness that the transaction can be known by once it is committed.
    var witness: Witness?
    /// Cursors of the transaction, and those that others had before the part of this caller.
    var cursors = 0
    private var cursorsOfOthers = 0
    /// When its beginning was sent. The transaction sees all that was committed before.
    var sent: ContinuousClock.Instant?

    /// Rows of an answer that is kept in a transaction that asks much, and answers that are kept in one.
    private static let fewRows = 2, mostAnswers = 100

    init(isWriting: Bool = false, opening: [Step] = [], numberPlace: Int? = nil) {
        self.isWriting = isWriting
        self.opening = opening
        self.numberPlace = numberPlace
    }

    var hasBegun: Bool { opening.isEmpty }
    var hasChanged: Bool { changes > 0 }
    var hasCursors: Bool { cursors > cursorsOfOthers }

    mutating func leaveBare() {
        opening = []
        isBare = true
    }

    var beginning: Foresight.Beginning? { trail.first.map { Foresight.Beginning(isWriting: isWriting, question: $0) } }

    /// - Returns: whether it is the transaction's first question, and nothing was changed.
    mutating func noteQuestion(_ question: SQL) -> Bool {
        guard !isPartChanged, trail.count <= Foresight.most, !trail.contains(question) else { return false }
        trail.append(question)
        return trail.count == 1
    }

    func answer(to question: SQL) -> Answer? { answers.first { $0.question == question }?.answer }

    mutating func keep(_ answer: Answer, to question: SQL) {
        // A longer transaction goes through many rows, which are not worth keeping, and may look up the same few for each of them.
        let isKept = trail.count <= Foresight.most || (answer.count <= Self.fewRows && answers.count < Self.mostAnswers)
        if !isPartChanged, isKept { answers.append((question, answer)) }
    }

    mutating func keep(_ document: StoredDocument?, as id: String) {
        if !isPartChanged { companion = (id, document) }
    }

    /// The document, where it was read by the way; nil where it was not.
    func document(_ id: String) -> StoredDocument?? {
        guard let companion, companion.id == id else { return nil }
        return .some(companion.document)
    }

    mutating func noteDraw(_ draw: SQL) {
        draws += 1
        if trail.count <= Foresight.most { trail.append(draw) }
    }

    mutating func takeDrawn(_ draw: SQL) -> Answer? { drawn.removeValue(forKey: draw) }

    mutating func keepDrawn(_ answer: Answer, by draw: SQL) { drawn[draw] = answer }

    mutating func takeSpare(_ table: String) -> Int? { spare[table]?.popFirst() }

    mutating func keepSpare(_ numbers: ArraySlice<Int>, _ table: String) { spare[table] = numbers }

    /// Begins the part of the next caller in a shared transaction. Answers that earlier callers have read are forgotten, because rows may have changed since.
    mutating func beginPart() {
        isPartChanged = false
        trail = []
        answers = []
        drawn = [:]
        draws = 0
        companion = nil
        foreseen = nil
        cursorsOfOthers = cursors
    }

    mutating func noteChange() {
        changes += 1
        isPartChanged = true
        answers = []
        companion = nil
    }
}
