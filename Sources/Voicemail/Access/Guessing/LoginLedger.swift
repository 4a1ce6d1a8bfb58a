import Logging
import Waiting

/// The order in which attempts that share something have come, so that those at once can be judged as if one had come after the other.
typealias AttemptOrder = ArrivalOrder<String>

/// Where failed logins are counted, for all interfaces of a server.
public final class LoginLedger: Sendable {
    /// Told what is to be shown in metrics.
    public struct Observer: Sendable {
        /// A login has failed, at an interface.
        public var failed: @Sendable (_ interface: String) -> Void
        /// One was refused because something is locked.
        public var refused: @Sendable (_ interface: String) -> Void
        /// Something has been locked.
        public var locked: @Sendable (LoginCount.Kind) -> Void

        public init(
            failed: @escaping @Sendable (String) -> Void = { _ in }, refused: @escaping @Sendable (String) -> Void = { _ in },
            locked: @escaping @Sendable (LoginCount.Kind) -> Void = { _ in }
        ) {
            self.failed = failed
            self.refused = refused
            self.locked = locked
        }
    }

    /// The counters that one attempt adds to.
    struct Subject: Sendable {
        let id: String
        let kind: LoginCount.Kind
        /// nil for a source.
        let name: LoginName?
    }

    /// Counts of each kind.
    static let maximumCounts = 10_000

    let observer: Observer
    let order = AttemptOrder()
    private let service: VoicemailService
    private let rules: LoginRules

    public init(_ service: VoicemailService, rules: LoginRules, observer: Observer = Observer()) {
        self.service = service
        self.rules = rules
        self.observer = observer
    }

    func subjects(_ source: String?, _ names: [LoginName]) -> [Subject] {
        (source.map { [Subject(id: Access.loginSource($0), kind: .source, name: nil)] } ?? [])
            + names.map { Subject(id: service.access.loginCountID(of: $0), kind: $0.kind, name: $0) }
    }

    /// Tells of a failed login. Programs that keep addresses out of a machine read the line: it has the address that the login came from and
    /// nothing that a client has written, so that nobody can have another kept out.
    func report(failureFrom source: String, at interface: String) {
        observer.failed(interface)
        service.logger.notice("a login failed", metadata: ["interface": "\(interface)", "source": "\(source)"])
    }

    /// - Parameter rule: of sources, as the interface has it.
    func refuseLocked(_ subjects: [Subject], _ rule: LoginRule) async throws {
        _ = try await service.store.read { try self.refuseLocked(subjects, rule, $0) }
    }

    /// Counts a failure, unless something is locked by now: what is locked writes nothing.
    func fail(_ subjects: [Subject], _ rule: LoginRule, _ interface: String) async throws {
        let locked = try await service.store.write { writer in
            let stored = try self.refuseLocked(subjects, rule, writer)
            return try subjects.compactMap { subject -> LoginCount? in
                guard let count = try self.count(subject, stored[subject.id], writer) else { return nil }
                try self.noteLocked(subject, count, interface, from: subjects.first { $0.kind == .source }?.id, writer)
                return count
            }
        }
        for count in locked {
            observer.locked(count.kind)
            // By its id: `aftertone login list` says what it is called.
            service.logger.warning(
                "too many failed logins: locked out",
                metadata: [
                    "kind": "\(count.kind.rawValue)", "subject": "\(count.id)", "failures": "\(count.failures)", "interface": "\(interface)",
                    "until": "\(rules.lockEnd(of: count, at: count.last)?.iso8601 ?? "")",
                ])
        }
    }

    /// Forgets failures of those that have shown who they are.
    func succeed(_ subjects: [Subject], _ rule: LoginRule) async throws {
        let resets = subjects.filter { $0.kind != .account }
        let isCounted = try await service.store.read { reader in
            let stored = try self.refuseLocked(subjects, rule, reader)
            return resets.contains { stored[$0.id] != nil }
        }
        guard isCounted else { return }
        try await service.store.write { writer in
            let stored = try self.refuseLocked(subjects, rule, writer)
            for subject in resets where stored[subject.id] != nil { try writer.remove(loginCountID: subject.id) }
        }
    }

    /// - Returns: the counts that there are, by the ids of the subjects.
    private func refuseLocked(_ subjects: [Subject], _ rule: LoginRule, _ reader: any StoreReader) throws -> [String: LoginCount] {
        let now = service.clock.now
        let stored = Dictionary(try reader.loginCounts(ids: subjects.map(\.id)).map { ($0.id, $0) }) { first, _ in first }
        for subject in subjects {
            let rules = subject.kind == .source ? [rule] : rules.of(subject.kind)
            if let count = stored[subject.id], rules.contains(where: { $0.locks(count, at: now) }) { throw LoginGuard.Locked(kind: subject.kind) }
        }
        return stored
    }

    /// - Returns: the count if this failure has locked it for some interface.
    private func count(_ subject: Subject, _ stored: LoginCount?, _ writer: any StoreWriter) throws -> LoginCount? {
        let now = service.clock.now
        let old = stored.flatMap { rules.isOver($0, at: now) ? nil : $0 }
        var count = old ?? LoginCount(id: subject.id, kind: subject.kind, label: "", failures: 0, first: now, last: now)
        count.failures += 1
        count.last = now
        count.label = try label(of: subject, writer)
        try writer.save(count)
        if stored == nil { try writer.trimLoginCounts(subject.kind, to: Self.maximumCounts) }
        let locks = rules.of(subject.kind).contains { rule in rule.locks(count, at: now) && !(old.map { rule.locks($0, at: now) } ?? false) }
        return locks ? count : nil
    }

    /// Says of a mailbox that it was locked, to whoever is told of such things.
    private func noteLocked(_ subject: Subject, _ count: LoginCount, _ interface: String, from source: String?, _ writer: any StoreWriter) throws {
        guard case .mailbox(let number, let accountID) = subject.name,
            let mailbox = try writer.mailbox(number: number, in: accountID, attributes: MailboxEntry.attributes)
        else { return }
        let facts: JSONObject = [
            "failures": .int(count.failures), "interface": .string(interface), "source": .string(source ?? ""),
            "until": rules.lockEnd(of: count, at: count.last).map { .int($0.unix) } ?? .null,
        ]
        try writer.append(Event(kind: .pinLocked, accountID: accountID, subjectID: mailbox.id, payload: facts, created: count.last))
    }

    private func label(of subject: Subject, _ reader: any StoreReader) throws -> String {
        guard let name = subject.name else { return subject.id }
        return try name.isKnown(reader) ? name.label : ""
    }
}
