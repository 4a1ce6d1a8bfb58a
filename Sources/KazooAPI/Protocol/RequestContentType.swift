import HTTPFront
import HTTPTypes

/// What a request's `Content-Type` makes of its body (K§2.3).
enum RequestContentType: Sendable, Hashable {
    case absent
    case json
    case form
    /// With the parameters, the boundary among them.
    case multipart(String)
    case base64(String)
    /// Anything else is one uploaded file of that type.
    case file(String)

    init(_ header: String?) {
        guard let header, let essence = header.split(separator: ";", maxSplits: 1).first else {
            self = .absent
            return
        }
        let type = HTTPToken.trim(essence).lowercased()
        switch type {
        case "": self = .absent
        case "application/json", "application/x-json": self = .json
        case "application/x-www-form-urlencoded": self = .form
        case "application/base64", "application/x-base64": self = .base64(type)
        case _ where type.hasPrefix("multipart/"): self = .multipart(header)
        default: self = .file(type)
        }
    }

    /// Whether the body is an envelope, which is read before anything else is judged.
    var isEnvelope: Bool {
        switch self {
        case .absent, .json, .form: true
        case .multipart, .base64, .file: false
        }
    }
}
