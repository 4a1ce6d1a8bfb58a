import HTTPFront
import HTTPTypes
import Voicemail

/// The two cookies of the page. Neither has a path: each is set by a page directly below the page's own path, which browsers take for it,
/// whatever a proxy has made of that.
enum Cookie: String {
    /// The token of a session.
    case session = "aftertone_session"
    /// Ties a login form to the browser that asked for it.
    case visit = "aftertone_visit"

    /// What the browser sent; nil for what cannot be ours.
    func value(in request: FrontRequest) -> String? {
        for field in request.headers[values: .cookie] {
            for pair in field.split(separator: ";") {
                let text = HTTPToken.trim(pair)
                guard text.hasPrefix(rawValue + "=") else { continue }
                let value = text.dropFirst(rawValue.utf8.count + 1)
                guard value.utf8.count == 64, value.utf8.allSatisfy(HexID.isLowerHex) else { continue }
                return String(value)
            }
        }
        return nil
    }

    /// A value that nobody guesses.
    static func newValue() -> String { HexID.random() + HexID.random() }

    /// - Parameter value: nil takes the cookie away.
    func set(_ value: String?, isSecure: Bool) -> HTTPField {
        HTTPField(
            name: .setCookie,
            value: "\(rawValue)=\(value ?? "")" + (value == nil ? "; Max-Age=0" : "") + "; HttpOnly; SameSite=Lax" + (isSecure ? "; Secure" : ""))
    }
}
