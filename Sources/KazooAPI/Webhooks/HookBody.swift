import Foundation
import Voicemail

/// What a webhook is sent, as it is written (K§11.4).
enum HookBody {
    /// A form: nested members as `a[b]=c`, items of a list by their number.
    static func form(_ object: JSONObject) -> String {
        var pairs: [String] = []
        func add(_ name: String, _ value: JSON) {
            switch value {
            case .object(let members): for (key, member) in members { add("\(name)[\(encoded(key))]", member) }
            case .array(let items): for (index, item) in items.enumerated() { add("\(name)[\(index)]", item) }
            case .null: break
            default: pairs.append("\(name)=\(encoded(value.text ?? ""))")
            }
        }
        for (key, value) in object { add(encoded(key), value) }
        return pairs.joined(separator: "&")
    }

    private static func encoded(_ text: String) -> String { text.addingPercentEncoding(withAllowedCharacters: unreserved) ?? "" }

    private static let unreserved = CharacterSet(charactersIn: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~")

    /// JSON, a member a line.
    static func json(_ object: JSONObject) -> String { written(.object(object), indent: "") }

    private static func written(_ value: JSON, indent: String) -> String {
        let inner = indent + "  "
        switch value {
        case .object(let members) where !members.isEmpty:
            let lines = members.map { inner + JSON.string($0.key).encoded + ": " + written($0.value, indent: inner) }
            return "{\n" + lines.joined(separator: ",\n") + "\n" + indent + "}"
        case .array(let items) where !items.isEmpty:
            return "[\n" + items.map { inner + written($0, indent: inner) }.joined(separator: ",\n") + "\n" + indent + "]"
        default: return value.encoded
        }
    }
}
