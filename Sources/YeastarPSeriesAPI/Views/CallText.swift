import Voicemail

/// Both ends of a call as lists show them (P§8.1, P§9.6).
enum CallText {
    /// A caller's name, as far as it is one: empty for the word that stands for none (P§8.1).
    static func name(_ text: String) -> String { text == Message.anonymous ? "" : text }

    /// `Name<number>`; a bare number where there is no name.
    static func combined(_ text: String, _ number: String) -> JSON {
        let name = name(text)
        return .string(name.isEmpty ? number : "\(name)<\(number)>")
    }

    /// The four fields of the parts.
    static func parts(fromNumber: String, fromName: String, toNumber: String, toName: String) -> JSONObject {
        [
            "call_from_number": .string(fromNumber), "call_from_name": .string(name(fromName)), "call_to_number": .string(toNumber),
            "call_to_name": .string(name(toName)),
        ]
    }
}
