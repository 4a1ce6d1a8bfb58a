import Foundation

/// A UDP socket on the loopback interface, with a thread that reads it.
public final class DatagramSocket: Sendable {
    public struct Received: Sendable {
        public let bytes: [UInt8]
        public let port: Int
    }

    /// Of addresses: the loopback interface has one of each.
    public enum Family: Sendable {
        case four, six

        /// As URIs and headers have it.
        public var host: String { self == .four ? "127.0.0.1" : "[::1]" }
        /// As descriptions have it.
        public var address: String { self == .four ? "IP4 127.0.0.1" : "IP6 ::1" }
    }

    public let port: Int
    private let family: Family
    private let descriptor: Int32
    private let isOpen = Locked(true)

    /// - Parameter received: called on the socket's thread.
    public init(_ family: Family = .four, received: @escaping @Sendable (Received) -> Void) throws {
        let descriptor = socket(family == .four ? AF_INET : AF_INET6, Int32(SOCK_DGRAM.rawValue), 0)
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let isBound =
            Self.withAddress(family, port: 0) { bind(descriptor, $0, $1) == 0 }
            && withUnsafeMutablePointer(to: &storage) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) == 0 }
            }
        self.family = family
        self.descriptor = descriptor
        port = Self.port(of: storage)
        guard descriptor >= 0, isBound else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
        var wait = timeval(tv_sec: 0, tv_usec: 100_000)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &wait, socklen_t(MemoryLayout<timeval>.size))
        var room: Int32 = 1 << 20
        setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &room, socklen_t(MemoryLayout<Int32>.size))
        let thread = Thread { [isOpen] in
            Self.read(descriptor, isOpen, received)
            Glibc.close(descriptor)
        }
        thread.name = "test-phone"
        thread.start()
    }

    private static func read(_ descriptor: Int32, _ isOpen: Locked<Bool>, _ received: (Received) -> Void) {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while isOpen.withLockedValue({ $0 }) {
            var source = sockaddr_storage()
            var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
            let count = withUnsafeMutablePointer(to: &source) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { recvfrom(descriptor, &buffer, buffer.count, 0, $0, &length) }
            }
            if count >= 0 { received(Received(bytes: Array(buffer.prefix(count)), port: port(of: source))) }
        }
    }

    public func send(_ bytes: [UInt8], to port: Int) {
        _ = Self.withAddress(family, port: port) { sendto(descriptor, bytes, bytes.count, 0, $0, $1) }
    }

    public func close() { isOpen.withLockedValue { $0 = false } }

    /// Both kinds of address have their port in the same place.
    private static func port(of storage: sockaddr_storage) -> Int {
        withUnsafeBytes(of: storage) { Int($0[2]) << 8 | Int($0[3]) }
    }

    private static func withAddress<Value>(_ family: Family, port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Value) -> Value {
        func using<Address>(_ address: Address) -> Value {
            withUnsafePointer(to: address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<Address>.size)) }
            }
        }
        let port = in_port_t(UInt16(truncatingIfNeeded: port)).bigEndian
        switch family {
        case .four:
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            return using(address)
        case .six:
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = port
            address.sin6_addr = in6addr_loopback
            return using(address)
        }
    }
}
