import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// An address that cannot be listened on.
public struct ListeningError: Error, CustomStringConvertible {
    public let host: String
    public let port: Int
    public let reason: String

    init(_ listener: Listener, _ error: any Error) {
        host = listener.host
        port = listener.port
        reason = (error as? IOError).map { String(cString: strerror($0.errnoCode)) } ?? "\(error)"
    }

    public var description: String {
        "cannot listen on \(host.contains(":") ? "[\(host)]" : host):\(port): \(reason)"
    }
}

/// A file of a certificate that cannot be used.
public struct CertificateError: Error, CustomStringConvertible {
    public let file: String
    public let reason: String

    /// - Parameter otherwise: what is wrong if the file can be read.
    init(_ file: String, otherwise: String) {
        self.file = file
        reason = access(file, R_OK) == 0 ? otherwise : String(cString: strerror(errno))
    }

    public var description: String { "cannot use \(file): \(reason)" }
}
