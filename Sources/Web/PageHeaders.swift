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
        var headers = recording ? ofRecording : ofOthers
        headers.append(contentsOf: response.headers)
        response.headers = headers
        // What is private is kept nowhere; the style sheet has said otherwise.
        if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
    }

    private static let ofRecording = fields(recording: true), ofOthers = fields(recording: false)

    private static func fields(recording: Bool) -> HTTPFields {
        let microphone = recording ? "self" : ""
        return HTTPFields([
            HTTPField(name: .contentSecurityPolicy, value: policy(media: recording ? "'self' blob:" : "'self'")),
            HTTPField(name: .xContentTypeOptions, value: "nosniff"), HTTPField(name: frameOptions, value: "DENY"),
            HTTPField(name: referrerPolicy, value: "same-origin"), HTTPField(name: openerPolicy, value: "same-origin"),
            HTTPField(name: resourcePolicy, value: "same-origin"),
            HTTPField(name: permissionsPolicy, value: "camera=(), geolocation=(), microphone=(\(microphone)), payment=(), usb=()"),
        ])
    }

    /// Has a browser forget pages, those among them that it would go back to without asking for them (Clear-Site-Data).
    static let clearing = HTTPField.Name("Clear-Site-Data")!

    private static let frameOptions = HTTPField.Name("X-Frame-Options")!
    private static let referrerPolicy = HTTPField.Name("Referrer-Policy")!
    private static let openerPolicy = HTTPField.Name("Cross-Origin-Opener-Policy")!
    private static let resourcePolicy = HTTPField.Name("Cross-Origin-Resource-Policy")!
    private static let permissionsPolicy = HTTPField.Name("Permissions-Policy")!
}
