import Synchronization

/// What was heard a while ago, by whom: a player asks for the same sound many times, and part by part. It is kept by the process.
final class HeardLately: Sendable {
    /// Seconds.
    static let period = 600
    private static let capacity = 10_000

    private let times = Mutex<[String: Timestamp]>([:])

    /// Whether it is heard anew; then it counts as heard from now on.
    func isNew(_ id: String, by actor: String, at now: Timestamp) -> Bool {
        times.withLock { times in
            let key = "\(actor) \(id)"
            if let last = times[key], (last...last.advanced(by: Self.period - 1)).contains(now) { return false }
            if times.count >= Self.capacity { times = times.filter { $0.value.advanced(by: Self.period) > now } }
            // Twice in the log is better than not at all.
            if times.count >= Self.capacity { times.removeAll() }
            times[key] = now
            return true
        }
    }

    /// It was not written down after all.
    func forget(_ id: String, by actor: String) { times.withLock { _ = $0.removeValue(forKey: "\(actor) \(id)") } }
}

extension Audit {
    /// Notes that somebody gets the sound of a message, where its account wants that noted. What he asks for in parts, or again within ten minutes, is
    /// noted once.
    public func noteHeard(_ message: Message, in account: Account) async throws {
        try await noteHeard(message.id, [message.id, message.mailboxID], ["number": message.callerNumber], in: account)
    }

    /// The same of a recording.
    public func noteHeard(_ recording: Recording, in account: Account) async throws {
        try await noteHeard(recording.id, [recording.id], ["number": recording.callerNumber], in: account)
    }

    private func noteHeard(_ id: String, _ subjects: [String], _ texts: [String: String], in account: Account) async throws {
        guard account.auditsListening else { return }
        let actor = AuditActor.current, who = "\(actor.interface) \(actor.id ?? actor.address)", now = clock.now, accountID = account.id
        guard service.heardLately.isNew(id, by: who, at: now) else { return }
        do {
            try await store.write { try $0.audit(.heard, of: accountID, subjects, texts: texts, at: now) }
        } catch {
            service.heardLately.forget(id, by: who)
            throw error
        }
    }
}
