import NIOCore
import NIOPosix
import Synchronization

/// What stands before several servers: each connection goes to the next one.
public final class RoundRobin: Sendable {
    private typealias Connection = NIOAsyncChannel<ByteBuffer, ByteBuffer>

    private let ports: [Int]
    private let turns = Atomic<Int>(0)

    public init(over ports: [Int]) { self.ports = ports }

    /// How many connections there have been.
    public var count: Int { turns.load(ordering: .relaxed) }

    /// Runs `body` with the port of this one.
    public func run<Value: Sendable>(_ body: (Int) async throws -> Value) async throws -> Value {
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton).bind(host: "127.0.0.1", port: 0) { channel in
            channel.eventLoop.makeCompletedFuture { try Connection(wrappingChannelSynchronously: channel) }
        }
        let port = server.channel.localAddress?.port ?? 0
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await server.executeThenClose { inbound in
                    await withTaskGroup(of: Void.self) { connections in
                        do {
                            for try await connection in inbound { connections.addTask { await self.carry(connection) } }
                        } catch {
                            connections.cancelAll()
                        }
                    }
                }
            }
            defer { group.cancelAll() }
            return try await body(port)
        }
    }

    /// What it throws is a connection that has ended.
    private func carry(_ client: Connection) async {
        let port = ports[turns.add(1, ordering: .relaxed).oldValue % ports.count]
        try? await client.executeThenClose { requests, answers in
            let server = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture { try Connection(wrappingChannelSynchronously: channel) }
            }
            try await server.executeThenClose { inbound, outbound in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { for try await bytes in requests { try await outbound.write(bytes) } }
                    group.addTask { for try await bytes in inbound { try await answers.write(bytes) } }
                    // Whoever ends first ends both.
                    try await group.next()
                    group.cancelAll()
                }
            }
        }
    }
}
