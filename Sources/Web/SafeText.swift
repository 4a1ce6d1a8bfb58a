import Mustache

/// Escapes for HTML scalar by scalar. The library's own way goes by characters, for which a quote with an accent upon it is none: a hostile
/// name would end the attribute that it stands in.
struct SafeText: MustacheContentType {
    /// Makes every value of a template that begins with it safe.
    static let pragma = "{{% CONTENT_TYPE:\(name) }}"
    private static let name = "SAFE-HTML"

    /// Called before the first template is read.
    static func register() { MustacheContentTypes.register(SafeText(), named: name) }

    func escapeText(_ text: String) -> String {
        var escaped = ""
        escaped.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            // What HTML allows in no text, and a browser shows in none.
            case "\0": escaped += "\u{FFFD}"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
