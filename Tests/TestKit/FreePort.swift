import Foundation
import Synchronization

/// Ports for what others bind, later or never.
///
/// The system gives none of them to who asks for any port, or connects: one that it had given out itself, and that was closed again, it may give to the
/// next test's server meanwhile.
public enum FreePort {
    public struct NoneFound: Error {}

    private static let drawn = Mutex<Set<Int>>([])

    /// A port of the loopback interface that nobody has, over TCP and UDP, and that no other test of this process is told.
    public static func draw() throws -> Int {
        let text = try String(contentsOfFile: "/proc/sys/net/ipv4/ip_local_port_range", encoding: .utf8)
        let first = text.split(whereSeparator: \.isWhitespace).first.flatMap { Int($0) } ?? 0
        for _ in 0..<10_000 {
            let port = Int.random(in: 10_000..<max(first, 20_000))
            guard drawn.withLock({ $0.insert(port).inserted }) else { continue }
            if isFree(port, Int32(SOCK_STREAM.rawValue)), isFree(port, Int32(SOCK_DGRAM.rawValue)) { return port }
        }
        throw NoneFound()
    }

    private static func isFree(_ port: Int, _ kind: Int32) -> Bool {
        let descriptor = socket(AF_INET, kind, 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port)).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0 }
        }
    }
}
