import Synchronization
import Waiting

/// The actor of a change, and the address it came from, for the audit log. The front makes one for each request and the command line one for each command;
/// where nobody made one, it is the server itself. Who it is comes out when he is let in, in the same request.
public final class AuditActor: Sendable {
    /// The name of an interface, `web`, `command`, …; `server` for what is done without anybody asking.
    public let interface: String
    /// Where a request came from. It can be somebody's, so it stands beside the log.
    public let address: String
    private let known = Mutex<String?>(nil)

    public init(interface: String, address: String = "", id: String? = nil) {
        self.interface = interface
        self.address = address
        known.withLock { $0 = id }
    }

    @TaskLocal public static var current = AuditActor(interface: "server")

    /// The user, mailbox or credential that was let in, by id; on the command line, who is logged in to the machine.
    public var id: String? { known.withLock { $0 } }

    /// Notes who was let in, once. What the server does itself is nobody's.
    public func identify(_ id: String?) {
        guard interface != "server", let id else { return }
        known.withLock { if $0 == nil { $0 = id } }
    }
}

/// A store that knows, within a transaction, who asked for it: a transaction runs on the store's own thread, where the task that asked is not known.
struct AttributedStore: VoicemailStore {
    let store: any VoicemailStore

    func read<Value: Sendable>(_ body: @escaping @Sendable (any StoreReader) throws -> Value) async throws -> Value { try await store.read(body) }

    func write<Value: Sendable>(_ body: @escaping @Sendable (any StoreWriter) throws -> Value) async throws -> Value {
        let actor = AuditActor.current
        return try await store.write { writer in try AuditActor.$current.withValue(actor) { try body(writer) } }
    }

    var eventBell: Bell { store.eventBell }

    func unavailability() async -> String? { await store.unavailability() }
}
