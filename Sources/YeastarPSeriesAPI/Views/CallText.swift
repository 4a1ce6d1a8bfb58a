import Voicemail

/// Both ends of a call as lists show them (contract §8.1, §9.6).
enum CallText {
    /// `Name<number>`; a bare number where there is no name.
    static func combined(_ name: String, _ number: String) -> JSON { .string(name.isEmpty ? number : "\(name)<\(number)>") }

    /// The four fields of the parts.
    static func parts(fromNumber: String, fromName: String, toNumber: String, toName: String) -> JSONObject {
        [
            "call_from_number": .string(fromNumber), "call_from_name": .string(fromName), "call_to_number": .string(toNumber),
            "call_to_name": .string(toName),
        ]
    }
}
