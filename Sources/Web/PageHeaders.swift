import HTTPFront
import HTTPTypes

/// What every answer tells browsers, errors too.
enum PageHeaders {
    /// Nothing but the page's own style sheet, pictures sounds and modules; nothing that stands in
    /// the page itself, and no frame around it.
    private static func policy(media: String) -> String {
        "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self'; media-src \(media); form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    }

    /// - Parameter recording: whether the page records: it gets the microphone, if its reader lets it, and plays what it has made itself.
    static func add(to response: inout FrontResponse, recording: Bool = false) {
        response.headers[.contentSecurityPolicy] = policy(media: recording ? "'self' blob:" : "'self'")
        response.headers[.xContentTypeOptions] = "nosniff"
        response.headers[frameOptions] = "DENY"
        response.headers[referrerPolicy] = "same-origin"
        response.headers[openerPolicy] = "same-origin"
        response.headers[resourcePolicy] = "same-origin"
        response.headers[permissionsPolicy] = "camera=(), geolocation=(), microphone=(\(recording ? "self" : "")), payment=(), usb=()"
        // What is private is kept nowhere; the style sheet has said otherwise.
        if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
    }

    private static let frameOptions = HTTPField.Name("X-Frame-Options")!
    private static let referrerPolicy = HTTPField.Name("Referrer-Policy")!
    private static let openerPolicy = HTTPField.Name("Cross-Origin-Opener-Policy")!
    private static let resourcePolicy = HTTPField.Name("Cross-Origin-Resource-Policy")!
    private static let permissionsPolicy = HTTPField.Name("Permissions-Policy")!
}
