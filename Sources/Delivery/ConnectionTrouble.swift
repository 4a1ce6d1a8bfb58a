import AsyncHTTPClient
import NIOCore
import NIOPosix

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Why a receiver gave no answer, in the words of an administrator.
enum ConnectionTrouble {
    private static let longest = 200

    static func words(for error: any Error) -> String {
        switch error {
        case let error as IOError: words(forCode: error.errnoCode)
        case let error as NIOConnectionError:
            // All were tried; the last is as good as any.
            error.connectionErrors.last.map { words(for: $0.error) } ?? String("\(error)".prefix(longest))
        case ChannelError.connectTimeout: tooLate
        case let error as HTTPClientError: words(for: error)
        default: String(String(describing: error).prefix(longest))
        }
    }

    private static let tooLate = "nobody accepted the connection in time"

    private static func words(for error: HTTPClientError) -> String {
        switch error {
        case .connectTimeout: tooLate
        case .deadlineExceeded, .readTimeout: "no answer in time"
        case .remoteConnectionClosed: "the connection was closed before an answer"
        default: error.shortDescription
        }
    }

    /// The system's words; in lower case, as they stand behind others.
    private static func words(forCode code: Int32) -> String { String(cString: strerror(code)).lowercased() }
}
