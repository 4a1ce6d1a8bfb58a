import HTTPFront

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A socket that whoever started the server listens on and hands over (sd_listen_fds(3)). It outlives the server, so whoever comes while the
/// server is started anew waits and is not refused.
public struct ReceivedSocket: Sendable, Hashable {
    /// What was handed over cannot be used.
    public struct Unusable: Error, CustomStringConvertible {
        public let description: String
    }

    public let descriptor: Int32
    /// Where it listens. Whether TLS is spoken there is said by the socket's name, or by the entry of `http.listen` or `web.listen` that it stands for.
    public let address: ListenAddress

    /// The first that is handed over; the others follow.
    private static let first: Int32 = 3
    /// More than there are addresses.
    private static let most = 64

    /// Takes what the environment says is there for this process, so that no program which it starts gets any of it.
    /// - Throws: `Unusable`.
    public static func all(environment: [String: String]) throws -> [ReceivedSocket] {
        guard environment["LISTEN_PID"] == String(getpid()), let count = environment["LISTEN_FDS"].flatMap({ Int32($0) }), count > 0 else { return [] }
        guard count <= most else { throw Unusable(description: "LISTEN_FDS is \(count), and at most \(most) sockets are taken") }
        let names = (environment["LISTEN_FDNAMES"] ?? "").split(separator: ":", omittingEmptySubsequences: false)
        return try (0..<count).map { index in
            let name = Int(index) < names.count ? String(names[Int(index)]) : ""
            return try ReceivedSocket(first + index, name: name)
        }
    }

    private init(_ descriptor: Int32, name: String) throws {
        var isListening: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        guard fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0,
            getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &isListening, &length) == 0, isListening != 0,
            let (host, port) = Self.address(of: descriptor)
        else { throw Unusable(description: "the descriptor \(descriptor) that was handed over is no socket of TCP that listens") }
        self.descriptor = descriptor
        address = ListenAddress(host: host, port: port, isSecure: name == "https")
    }

    /// In numbers; nil for a socket that is not of IP.
    private static func address(of descriptor: Int32) -> (String, Int)? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                guard getsockname(descriptor, address, &length) == 0, [AF_INET, AF_INET6].contains(Int32(address.pointee.sa_family)) else { return nil }
                var host = [CChar](repeating: 0, count: Int(NI_MAXHOST)), service = [CChar](repeating: 0, count: Int(NI_MAXSERV))
                let flags = NI_NUMERICHOST | NI_NUMERICSERV
                guard getnameinfo(address, length, &host, socklen_t(host.count), &service, socklen_t(service.count), flags) == 0,
                    let port = Int(text(service))
                else { return nil }
                return (text(host), port)
            }
        }
    }

    private static func text(_ characters: [CChar]) -> String {
        String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

extension Configuration.HTTP {
    /// Where requests are accepted: on each socket that was handed over, and at those addresses that none of them stands for.
    /// - Throws: `ReceivedSocket.Unusable` for one that is to speak TLS without a certificate.
    public func listeners(_ sockets: [ReceivedSocket]) throws -> [Listener] {
        var left = places
        let received = try sockets.map { socket in
            let index = left.firstIndex { $0.address.isAt(socket.address) }
            var place = index.map { left.remove(at: $0) } ?? Place(address: socket.address, dialects: beside)
            guard !place.address.isSecure || tls != nil else {
                throw ReceivedSocket.Unusable(description: "the socket at \(socket.address) needs http.tls in the configuration")
            }
            (place.address.host, place.address.port) = (socket.address.host, socket.address.port)
            return listener(place, socket.descriptor)
        }
        return received + left.map { listener($0, nil) }
    }

    /// The same where no socket was handed over.
    var listeners: [Listener] { places.map { listener($0, nil) } }

    /// An address, and what is to be there.
    private struct Place {
        var address: ListenAddress
        let dialects: DialectChoice
    }

    private var places: [Place] {
        listen.map { Place(address: $0, dialects: beside) } + page.map { Place(address: $0, dialects: .forPeople) }
    }

    /// What is at addresses that are not the page's own.
    private var beside: DialectChoice { page.isEmpty ? .all : .forPrograms }

    private func listener(_ place: Place, _ socket: Int32?) -> Listener {
        let address = place.address
        return Listener(
            host: address.host, port: address.port, tls: address.isSecure ? tls : nil, operations: operations, socket: socket, dialects: place.dialects)
    }
}

extension ListenAddress {
    /// Whether it means the address of a socket.
    fileprivate func isAt(_ socket: ListenAddress) -> Bool {
        port == socket.port && (host == socket.host || (host == "localhost" && socket.isLoopback))
    }
}
