/// Keys as packets (RFC 4733): one press is several packets with one timestamp, of which any may be lost.
struct KeyEvents {
    /// Timestamps of presses that were told, newest last: an end that is sent again after the next press is none.
    private var told: [UInt32] = []

    private static let remembered = 8
    private static let keys = Array("0123456789*#ABCD")

    /// - Returns: the key, at the first packet of its press that comes.
    mutating func key(_ payload: some Collection<UInt8>, timestamp: UInt32) -> Character? {
        guard payload.count >= 4, let code = payload.first, Int(code) < Self.keys.count else { return nil }
        guard !told.contains(timestamp) else { return nil }
        told.append(timestamp)
        if told.count > Self.remembered { told.removeFirst() }
        return Self.keys[Int(code)]
    }

    /// A key as the body of an INFO request has it: `application/dtmf-relay` with a line `Signal=`, `application/dtmf` with the key alone.
    static func key(infoBody text: String, type: String) -> Character? {
        let signal: Substring
        switch type.lowercased() {
        case "dtmf-relay":
            guard let line = text.split(whereSeparator: \.isNewline).first(where: { $0.lowercased().hasPrefix("signal") }),
                let equals = line.firstIndex(of: "=")
            else { return nil }
            signal = line[line.index(after: equals)...]
        case "dtmf": signal = text[...]
        default: return nil
        }
        let word = String(signal.filter { !$0.isWhitespace })
        if let key = word.first, word.count == 1, let known = key.uppercased().first, keys.contains(known) { return known }
        // Some write the event's number.
        if let code = Int(word), code >= 10, code < keys.count { return keys[code] }
        return nil
    }
}
