import Synchronization

/// How many processes serve from one store, as far as this one knows.
///
/// Each says of itself that it lives, in a ticket that opens nothing; one that has died is counted until its ticket's time is over.
public final class LiveProcesses: Sendable {
    private let service: VoicemailService
    /// Made up for each process.
    private let name = HexID.random()
    private let known = Atomic(1)

    fileprivate static let kind = Ticket.Kind(rawValue: "process")
    /// What all these tickets are listed under.
    fileprivate static let group = "processes"
    /// More are counted as so many.
    fileprivate static let most = 10_000

    public init(_ service: VoicemailService) { self.service = service }

    /// This one included; 1 before anything was announced.
    public var count: Int { known.load(ordering: .relaxed) }

    private var hash: String { service.secrets.fingerprint(Self.kind.rawValue + " " + name) }

    /// Says that this process lives for so many seconds more, and counts those that do.
    public func announce(for seconds: Int) async throws {
        let now = service.clock.now, until = now.advanced(by: seconds), hash = hash
        let living = try await service.store.write { writer in
            if var ticket = try writer.ticket(hash: hash) {
                ticket.expires = until
                try writer.update(ticket)
            } else {
                try writer.insert(
                    Ticket(hash: hash, kind: Self.kind, accountID: "", credentialID: Self.group, created: now, expires: until))
            }
            return try writer.livingProcesses(at: now)
        }
        known.store(max(1, living), ordering: .relaxed)
    }

    /// Says that this process is gone.
    public func leave() async throws {
        let hash = hash
        try await service.store.write { writer in
            if try writer.ticket(hash: hash) != nil { try writer.remove(ticketHash: hash) }
        }
    }
}

extension StoreReader {
    /// How many processes say of themselves that they serve from this store.
    public func livingProcesses(at now: Timestamp) throws -> Int {
        try countTickets(credentialID: LiveProcesses.group, kind: LiveProcesses.kind, aliveAt: now, limit: LiveProcesses.most)
    }
}
