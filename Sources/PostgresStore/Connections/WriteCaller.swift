/// Somebody who wants a transaction that writes, and is told what became of it.
struct WriteCaller: Sendable {
    /// Makes his changes, and returns how to tell him, for when they are durable. It may be run several times.
    let perform: @Sendable (Session) throws -> @Sendable () -> Void
    let fail: @Sendable (any Error) -> Void
    /// Whether all others who would change something are to be kept out from the first attempt on.
    let isAlone: Bool
    /// When he came. His transaction must see every change that he may have been told of before.
    let start: ContinuousClock.Instant
    /// When he has waited long enough.
    let end: ContinuousClock.Instant
    /// Whether his changes may go with others' in one transaction. They do not again after one that came to nothing, perhaps for his sake.
    var mayShare: Bool

    var isTooLate: Bool { .now > end }
}
