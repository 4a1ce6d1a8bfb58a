import SIP

/// A step of the script: what happens in it, and which comes next.
protocol CallState: Sendable {
    /// - Returns: the next; nil when the script is over.
    func run(_ visit: MailboxVisit) async -> (any CallState)?
}

extension MailboxVisit {
    /// Plays the script from its beginning to its end (K§10.2), and hangs up.
    func run() async {
        var state: (any CallState)? = Arriving()
        while let current = state { state = await current.run(self) }
        captures.leave(id)
        await call.hangUp()
    }
}
