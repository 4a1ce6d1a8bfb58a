import AsyncHTTPClient
import Foundation
import NIOCore
import NIOPosix
import NIOSSL
import Voicemail

/// Why a service did not do what it was asked, in the words of an administrator.
enum S3Trouble: Error, Sendable, Equatable, CustomStringConvertible {
    /// The service says no.
    case refused(status: Int, code: String, message: String)
    /// Nobody said anything, or not all of it: whether it was done is not known.
    case unreachable(String)
    /// An answer that is none of S3's.
    case strange(String)
    case credentials(String)

    /// Whether the same request may do better in a moment.
    var isTransient: Bool {
        switch self {
        case .refused(let status, let code, _): [500, 502, 503, 504, 429].contains(status) || ["RequestTimeout", "SlowDown", "InternalError"].contains(code)
        case .unreachable: true
        case .strange, .credentials: false
        }
    }

    /// Whether what was asked may have been done all the same.
    var isUnknown: Bool {
        switch self {
        case .refused(let status, _, _): status >= 500
        case .unreachable, .strange: true
        case .credentials: false
        }
    }

    var isMissing: Bool { if case .refused(404, let code, _) = self { ["", "NoSuchKey", "NotFound"].contains(code) } else { false } }
    var isMissingUpload: Bool { if case .refused(404, let code, _) = self { ["", "NoSuchUpload"].contains(code) } else { false } }
    /// Of credentials that were renewed.
    var doubtsCredentials: Bool {
        guard case .refused(_, let code, _) = self else { return false }
        return ["ExpiredToken", "InvalidToken", "InvalidAccessKeyId", "SignatureDoesNotMatch", "TokenRefreshRequired"].contains(code)
    }

    var description: String {
        switch self {
        case .refused(let status, let code, let message): Self.words(status, code, message)
        case .unreachable(let reason): "the service cannot be reached: \(reason)"
        case .strange(let reason): "the service answers as no S3 service does: \(reason)"
        case .credentials(let reason): reason
        }
    }

    private static func words(_ status: Int, _ code: String, _ message: String) -> String {
        let known =
            switch (status, code) {
            case (_, "NoSuchBucket"): "the bucket does not exist"
            case (_, "InvalidAccessKeyId"): "the service does not know the access key"
            case (_, "SignatureDoesNotMatch"): "the secret key does not fit the access key, or something on the way changes requests"
            case (_, "ExpiredToken"), (_, "InvalidToken"), (_, "TokenRefreshRequired"): "the session token is no longer good"
            case (_, "RequestTimeTooSkewed"): "the clocks of this machine and of the service differ"
            case (_, "AuthorizationHeaderMalformed"), (_, "PermanentRedirect"), (_, "IllegalLocationConstraintException"):
                "the bucket is in another region or at another endpoint"
            case (_, "SlowDown"), (_, "ServiceUnavailable"): "the service is overloaded"
            case (_, "AccessDenied"), (_, "AllAccessDisabled"), (403, ""): "these credentials are not allowed to do that"
            case (300..<400, ""): "the bucket is in another region or at another endpoint"
            case (404, ""): "it is not there"
            default: "the service refuses"
            }
        let details = [code.isEmpty ? "status \(status)" : code, known == "the service refuses" ? message : ""].filter { !$0.isEmpty }
        return "\(known) (\(details.joined(separator: ": ").prefix(300)))"
    }

    /// What the archive's users are told.
    var archiveError: ArchiveError {
        switch self {
        case .refused(507, _, _), .refused(_, "QuotaExceeded", _), .refused(_, "InsufficientStorage", _), .refused(_, "XMinioStorageFull", _): .full
        default: .failed(description)
        }
    }
}

extension S3Trouble {
    private static let longest = 200

    /// What kept an answer from coming.
    init(_ error: any Error) {
        switch error {
        case let error as S3Trouble: self = error
        default: self = .unreachable(Self.words(for: error))
        }
    }

    /// BoringSSL's reason without the places of its sources.
    private static func tlsWords(_ text: String) -> String {
        guard let reason = text.firstMatch(of: /OPENSSL_internal:([A-Z0-9_]+)/)?.1 else { return String(text.prefix(longest)) }
        return switch reason {
        case "WRONG_VERSION_NUMBER", "HTTP_REQUEST": "there is no TLS behind this address (\(reason))"
        case "CERTIFICATE_VERIFY_FAILED": "nobody who is trusted here vouches for the certificate (\(reason))"
        default: String(reason)
        }
    }

    private static func words(for error: any Error) -> String {
        switch error {
        case let error as IOError: String(cString: strerror(error.errnoCode)).lowercased()
        case let error as NIOConnectionError:
            // All were tried; the last is as good as any.
            error.connectionErrors.last.map { words(for: $0.error) } ?? (error.dnsAError ?? error.dnsAAAAError).map { _ in "\(error.host) is not known" }
                ?? String("\(error)".prefix(longest))
        case ChannelError.connectTimeout: "nobody accepted the connection in time"
        case is NIOSSLError, is BoringSSLError: "its certificate or its TLS will not do: " + tlsWords("\(error)")
        case let error as HTTPClientError where error == .connectTimeout: "nobody accepted the connection in time"
        case let error as HTTPClientError where error == .deadlineExceeded || error == .readTimeout: "no answer in time"
        case let error as HTTPClientError where error == .remoteConnectionClosed: "the connection was closed before the end of an answer"
        case let error as HTTPClientError: error.shortDescription
        case is NIOTooManyBytesError: "an answer was longer than it may be"
        default: String(String(describing: error).prefix(longest))
        }
    }
}
