import Foundation

/// A UDP socket on the loopback interface, with a thread that reads it.
public final class DatagramSocket: Sendable {
    public struct Received: Sendable {
        public let bytes: [UInt8]
        public let port: Int
    }

    public let port: Int
    private let descriptor: Int32
    private let isOpen = Locked(true)

    /// - Parameter received: called on the socket's thread.
    public init(received: @escaping @Sendable (Received) -> Void) throws {
        let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        var address = Self.address(port: 0)
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        var length = size
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, size) == 0 && getsockname(descriptor, $0, &length) == 0 }
        }
        self.descriptor = descriptor
        port = Int(UInt16(bigEndian: address.sin_port))
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
            var source = sockaddr_in()
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let count = withUnsafeMutablePointer(to: &source) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { recvfrom(descriptor, &buffer, buffer.count, 0, $0, &length) }
            }
            if count >= 0 { received(Received(bytes: Array(buffer.prefix(count)), port: Int(UInt16(bigEndian: source.sin_port)))) }
        }
    }

    public func send(_ bytes: [UInt8], to port: Int) {
        var target = Self.address(port: port)
        _ = withUnsafePointer(to: &target) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(descriptor, bytes, bytes.count, 0, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    public func close() { isOpen.withLockedValue { $0 = false } }

    private static func address(port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(truncatingIfNeeded: port)).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }
}
