/// What is counted.
public struct CallInstruments: Sendable {
    /// A call has ended: what became of it, how long it was, the packets that were lost and late, the prompts that were begun.
    public var ended: @Sendable (CallOutcome, Double, Int, Int, Int) -> Void
    /// From the request to the answer, in seconds.
    public var answered: @Sendable (Double) -> Void
    /// All open recordings were synced, in so many seconds.
    public var synced: @Sendable (Double) -> Void
    /// The clock of calls has made a step, so many seconds late.
    public var stepped: @Sendable (Double) -> Void
    /// Whether a registration, named by its address, holds now.
    public var registered: @Sendable (String, Bool) -> Void
    /// A peer has shown a wrong password; true when nothing from its address is answered for a while now.
    public var loginFailed: @Sendable (Bool) -> Void

    public init(
        ended: @escaping @Sendable (CallOutcome, Double, Int, Int, Int) -> Void = { _, _, _, _, _ in },
        answered: @escaping @Sendable (Double) -> Void = { _ in },
        synced: @escaping @Sendable (Double) -> Void = { _ in }, stepped: @escaping @Sendable (Double) -> Void = { _ in },
        registered: @escaping @Sendable (String, Bool) -> Void = { _, _ in },
        loginFailed: @escaping @Sendable (Bool) -> Void = { _ in }
    ) {
        self.ended = ended
        self.answered = answered
        self.synced = synced
        self.stepped = stepped
        self.registered = registered
        self.loginFailed = loginFailed
    }
}
