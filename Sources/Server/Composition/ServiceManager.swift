import AsyncHTTPClient
import Logging
import NIOCore
import ServiceLifecycle
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// systemd, or whoever else starts the server and listens to what it says of itself (sd_notify(3)).
public final class ServiceManager: Sendable {
    private let path: String
    /// Within this time it must hear that all is well; nil where it asks for nothing.
    let watchdog: Duration?
    /// Listeners that are still to come.
    private let missing: Mutex<Int>
    private let addresses = Mutex<[ListenAddress]>([])

    /// - Parameters:
    ///   - environment: the process's; nil comes of one in which nobody listens.
    ///   - listeners: how many must accept before the server is said to be ready.
    public init?(environment: [String: String], listeners: Int) {
        guard let path = environment["NOTIFY_SOCKET"], path.hasPrefix("/") || path.hasPrefix("@") else { return nil }
        self.path = path
        missing = Mutex(listeners)
        let isOurs = environment["WATCHDOG_PID"].map { $0 == String(getpid()) } ?? true
        watchdog = isOurs ? environment["WATCHDOG_USEC"].flatMap { Int64($0) }.map { .microseconds($0) } : nil
    }

    /// Another listener accepts; with the last of them the server is ready.
    /// - Parameter address: nil for that of the telephone.
    public func listening(on address: ListenAddress?) {
        if let address { addresses.withLock { $0.append(address) } }
        let isLast = missing.withLock { missing in
            missing -= 1
            return missing == 0
        }
        if isLast { tell("READY=1") }
    }

    public func stopping() { tell("STOPPING=1") }

    /// Whether `/livez` answers, which it does as long as the process can work; what it works with may be out of order.
    func isAlive(within patience: Duration) async -> Bool {
        guard let address = addresses.withLock({ $0.first { !$0.isSecure } }) else { return true }
        let client = HTTPClient(eventLoopGroupProvider: .singleton)
        let request = HTTPClientRequest(url: "\(address.near)/livez")
        // Any answer will do: a refusal comes from a server that lives, too.
        let answer = try? await client.execute(request, timeout: .nanoseconds(Int64(patience / .nanoseconds(1))))
        try? await client.shutdown()
        return answer != nil
    }

    /// Blocks for a moment at most: the socket is one of datagrams.
    func tell(_ state: String) {
        let descriptor = socket(AF_UNIX, Self.datagrams, 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        // A name that begins with @ is none of a file; it begins with a zero.
        var name = Array(path.utf8)
        if name.first == UInt8(ascii: "@") { name[0] = 0 }
        guard name.count < MemoryLayout.size(ofValue: address.sun_path) else { return }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
        let offset = MemoryLayout.offset(of: \sockaddr_un.sun_path) ?? 2
        _ = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(descriptor, state, state.utf8.count, Int32(MSG_NOSIGNAL), $0, socklen_t(offset + name.count))
            }
        }
    }

    #if canImport(Glibc)
    private static let datagrams = Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    #else
    private static let datagrams = SOCK_DGRAM
    #endif
}

/// Tells the service manager again and again that the process works, and that it stops.
struct Watchdog: Service {
    let manager: ServiceManager
    let logger: Logger

    func run() async throws {
        if let limit = manager.watchdog {
            do {
                try await cancelWhenGracefulShutdown { try await beat(limit) }
            } catch is CancellationError {}
        } else {
            do { try await gracefulShutdown() } catch is CancellationError {}
        }
        manager.stopping()
    }

    private func beat(_ limit: Duration) async throws {
        while true {
            if await manager.isAlive(within: limit / 4) {
                manager.tell("WATCHDOG=1")
            } else if !Task.isCancelled {
                logger.critical("/livez does not answer; the service manager is about to start the server anew")
            }
            try await Task.sleep(for: limit / 3)
        }
    }
}
