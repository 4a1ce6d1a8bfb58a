/// The lease by which one of several processes that share a store does the housekeeping.
///
/// It is kept as a ticket that opens nothing: a word that all processes know, good for a while, with the name of who holds it. A process that
/// has died loses it when its time is over. Nothing that it had committed is undone by that, and whoever follows judges each removal again.
public struct HousekeepingLease: Sendable {
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

    /// Lets another one have it at once.
    public func letGo() async throws {
        let hash = hash, holder = holder
        try await service.store.write { writer in
            guard try writer.ticket(hash: hash)?.details[Self.member]?.string == holder else { return }
            try writer.remove(ticketHash: hash)
        }
    }
}
