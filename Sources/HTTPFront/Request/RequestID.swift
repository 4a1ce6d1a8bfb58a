import Voicemail

/// The name of one request in answers and logs.
enum RequestID {
    /// The client's `X-Request-ID` when it is 1…128 visible ASCII characters, so that it can neither forge a log line nor a
    /// header; otherwise a fresh one.
    static func choose(_ offered: String?) -> String {
        guard let offered, isSane(offered) else { return HexID.random() }
        return offered
    }

    static func isSane(_ text: String) -> Bool {
        let bytes = text.utf8
        return (1...128).contains(bytes.count) && bytes.allSatisfy { (0x21...0x7E).contains($0) }
    }
}
