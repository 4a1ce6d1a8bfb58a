/// A header field: its name, and its value with folded lines joined.
public struct SIPHeader: Sendable, Hashable {
    /// As it came.
    public let name: String
    /// In lower case and spelt out: what it is looked up by.
    public let key: String
    public let value: [UInt8]

    init(name: String, value: [UInt8]) {
        self.name = name
        self.key = Self.key(name)
        self.value = value
    }

    public var text: String { SIPText.text(value) }

    static func key(_ name: String) -> String {
        let lower = name.lowercased()
        return lower.utf8.count == 1 ? compact[lower] ?? lower : lower
    }

    /// The forms of one letter, of RFC 3261 and of those that came after it.
    private static let compact = [
        "a": "accept-contact", "b": "referred-by", "c": "content-type", "d": "request-disposition", "e": "content-encoding", "f": "from", "i": "call-id",
        "j": "reject-contact", "k": "supported", "l": "content-length", "m": "contact", "n": "identity-info", "o": "event", "r": "refer-to", "s": "subject",
        "t": "to", "u": "allow-events", "v": "via", "x": "session-expires", "y": "identity",
    ]
}
