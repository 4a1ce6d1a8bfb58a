import Waiting

/// Keeps those out who guess (N§2.3-22): failed logins are counted in the store by where they come from and by what they
/// try to get into, across calls, interfaces, processes and restarts; too many lock for a while.
///
/// Each interface has one of these over the ledger that all share. One that asks for a PIN over the telephone names the mailbox, in a
/// `LoginName` of its own, and the caller's address as the source.
public struct LoginGuard: Sendable {
    /// It is locked out.
    public struct Locked: Error, Hashable, Sendable {
        public let kind: LoginCount.Kind
    }

    private let ledger: LoginLedger
    private let interface: String
    private let rule: LoginRule

    /// - Parameters:
    ///   - interface: names it in the log and in metrics.
    ///   - rule: when it refuses a source; one of the ledger's rules of sources.
    public init(_ ledger: LoginLedger, interface: String, rule: LoginRule) {
        self.ledger = ledger
        self.interface = interface
        self.rule = rule
    }

    /// Runs a login attempt and keeps count of its outcome. Success resets the counts of the source and of the login, but not the
    /// account's.
    /// - Parameters:
    ///   - source: the client's address.
    ///   - names: what it tries to get into.
    ///   - proven: what only its success tells that it got into.
    /// - Throws: `Locked`, without trying, or after trying when others that came before or at the same time have locked it, so that
    ///   many guesses at once are no more than many in a row; `StoreError` when the outcome could not be counted; what `login` throws
    ///   otherwise.
    public func attempt<Value>(
        from source: String, as names: [LoginName] = [], proven: (Value) -> LoginName? = { _ in nil }, _ login: () async throws -> Value
    ) async throws -> Value {
        let subjects = ledger.subjects(source, names), keys = subjects.map(\.id)
        let ticket = ledger.order.enter(keys)
        defer { ledger.order.leave(ticket, keys) }
        try await refuseLocked(subjects)
        do {
            let value = try await login()
            await ledger.order.waitForEarlier(ticket, keys)
            let got = proven(value).map { ledger.subjects(nil, [$0]) } ?? []
            try await counting { try await ledger.succeed(subjects + got, rule) }
            return value
        } catch let error as VoicemailError where error == .badCredentials {
            ledger.report(failureFrom: source, at: interface)
            try await counting { try await ledger.fail(subjects, rule, interface) }
            throw error
        }
    }

    /// Runs what anybody may ask for and what proves nothing. It counts as a failed login of its source: nobody asks without end, and nobody tells by
    /// the count what there is.
    /// - Throws: as `attempt`.
    public func ask(from source: String, _ body: () async throws -> Void) async throws {
        do {
            try await attempt(from: source) { () async throws -> Void in
                try await body()
                throw VoicemailError.badCredentials
            }
        } catch VoicemailError.badCredentials {
            // The request itself proves no secret, so the attempt always ends here.
        }
    }

    /// For a refusal before anything else is looked at.
    /// - Throws: `Locked`, `StoreError`.
    public func refuseLocked(_ source: String) async throws { try await refuseLocked(ledger.subjects(source, [])) }

    private func refuseLocked(_ subjects: [LoginLedger.Subject]) async throws {
        try await counting { try await ledger.refuseLocked(subjects, rule) }
    }

    private func counting(_ body: () async throws -> Void) async throws {
        do { try await body() } catch let locked as Locked {
            ledger.observer.refused(interface)
            throw locked
        }
    }
}
