import ArgumentParser
import Dispatch
import Foundation
import Glibc
import Synchronization

/// R10's yardstick: how many packets of a call's size a program takes from as many sockets as there are calls, when it does nothing with them.
struct Receive: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Takes packets from many UDP sockets while a thread sends to them; the seconds are those that receiving kept a processor busy.")

    /// An RTP packet of 20 ms of G.711 (RFC 3551 §4.5.14) with its header.
    private static let size = 172

    @Option var sockets = 100
    @Option(help: "For how long.") var seconds = 1.0

    func run() throws {
        let receivers = try (0..<sockets).map { _ in try bound() }
        defer { for socket in receivers { close(socket) } }
        let addresses = try receivers.map(address), sender = try bound()
        defer { close(sender) }
        let thread = DispatchGroup(), over = Flag()
        thread.enter()
        Thread.detachNewThread {
            Self.flood(addresses, from: sender, until: over)
            thread.leave()
        }
        let (count, busy) = take(from: receivers)
        over.raise()
        thread.wait()
        report(count, in: busy)
    }

    /// Goes round the sockets until the time is over, and takes what each has.
    private func take(from sockets: [Int32]) -> (count: Int, busy: Duration) {
        let clock = ContinuousClock(), end = clock.now + .seconds(seconds)
        var buffer = [UInt8](repeating: 0, count: 2048), count = 0
        let before = Self.busy
        while clock.now < end {
            for socket in sockets {
                while recv(socket, &buffer, buffer.count, Int32(MSG_DONTWAIT)) > 0 { count += 1 }
            }
        }
        return (count, Self.busy - before)
    }

    /// How long this thread has been running on a processor.
    private static var busy: Duration {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }

    private static func flood(_ addresses: [sockaddr_in], from socket: Int32, until over: Flag) {
        let packet = [UInt8](repeating: 0x55, count: size)
        while !over.isRaised {
            for address in addresses {
                _ = withUnsafePointer(to: address) { pointer in
                    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                        sendto(socket, packet, packet.count, 0, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                    }
                }
            }
        }
    }

    private func bound() throws -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        guard descriptor >= 0 else { throw failure("make a socket") }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let outcome = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
        guard outcome == 0 else { throw failure("bind a socket") }
        return descriptor
    }

    private func address(of socket: Int32) throws -> sockaddr_in {
        var address = sockaddr_in(), length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let outcome = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(socket, $0, &length) }
        }
        guard outcome == 0 else { throw failure("ask for an address") }
        return address
    }

    private func failure(_ operation: String) -> ValidationError { ValidationError("cannot \(operation): \(String(cString: strerror(errno)))") }
}

/// Raised once, by one thread for another.
private final class Flag: Sendable {
    private let value = Atomic(false)

    var isRaised: Bool { value.load(ordering: .relaxed) }

    func raise() { value.store(true, ordering: .relaxed) }
}
