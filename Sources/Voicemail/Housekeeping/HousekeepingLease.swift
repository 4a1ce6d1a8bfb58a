/// The lease by which one of several processes that share a store does the housekeeping.
///
/// It is kept as a ticket that opens nothing: a word that all processes know, good for a while, with the name of who holds it. A process that
/// has died loses it when its time is over, and so does one that could not renew it: whoever works under `hold` is stopped then. Nothing that was
/// committed is undone by that, and whoever follows judges each removal again.
public struct HousekeepingLease: Sendable {
    /// Another process has it now.
    public struct Lost: Error, CustomStringConvertible {
        public let description = "another server has taken the housekeeping over"
    }

    private let service: VoicemailService
    /// Made up for each process.
    private let holder = HexID.random()

    private static let kind = Ticket.Kind(rawValue: "housekeeping-lease")
    private static let member = "holder", length = "seconds"

    public init(_ service: VoicemailService) { self.service = service }

    private var hash: String { service.secrets.fingerprint(Self.kind.rawValue) }

    /// Takes it, or holds it longer.
    /// - Parameter seconds: from now on.
    /// - Returns: whether it is held, and nobody else does for so long.
    public func take(for seconds: Int) async throws -> Bool {
        let now = service.clock.now, until = now.advanced(by: seconds), hash = hash, holder = holder
        return try await service.store.write { writer in
            let details: JSONObject = [Self.member: .string(holder), Self.length: .int(seconds)]
            guard var ticket = try writer.ticket(hash: hash) else {
                try writer.insert(Ticket(hash: hash, kind: Self.kind, accountID: "", created: now, expires: until, details: details))
                return true
            }
            // A clock that was put back holds nobody up for longer than the lease is.
            let isOver = ticket.expires <= now || ticket.expires > now.advanced(by: ticket.details[Self.length]?.int ?? seconds)
            guard ticket.details[Self.member]?.string == holder || isOver else { return false }
            ticket.expires = until
            ticket.details = details
            try writer.update(ticket)
            return true
        }
    }

    /// Does something while it is held, and renews it meanwhile. What is done is cancelled when it cannot be renewed.
    /// - Parameters:
    ///   - seconds: that it lasts after each renewal.
    ///   - pause: between two renewals.
    ///   - body: is given what makes sure that it is held still, and throws otherwise: for what is not to be done by two.
    /// - Returns: whether it was held; nothing was done where another process holds it.
    /// - Throws: `Lost`; what renewing throws, and `body`.
    public func hold(
        for seconds: Int, renewingEvery pause: Duration,
        _ body: @escaping @Sendable (_ confirm: @escaping @Sendable () async throws -> Void) async throws -> Void
    ) async throws -> Bool {
        guard try await take(for: seconds) else { return false }
        let confirm: @Sendable () async throws -> Void = {
            guard try await take(for: seconds) else { throw Lost() }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await body(confirm) }
            group.addTask {
                while true {
                    try await Task.sleep(for: pause)
                    try await confirm()
                }
            }
            // Whichever ends first ends the other. What renewing comes to after the work was done concerns nobody.
            defer { group.cancelAll() }
            _ = try await group.next()
        }
        return true
    }

    /// Lets another one have it at once.
    public func letGo() async throws {
        let hash = hash, holder = holder
        try await service.store.write { writer in
            guard try writer.ticket(hash: hash)?.details[Self.member]?.string == holder else { return }
            try writer.remove(ticketHash: hash)
        }
    }
}
