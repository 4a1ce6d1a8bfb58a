import CRe

/// A message that has come or is sent, as a log may show it: in one line, and without what lets a stranger in or listen.
public struct TracedMessage: Sendable, Hashable {
    public let isSent: Bool
    /// `UDP`, `TCP` or `TLS`.
    public let transport: String
    public let peer: PeerAddress
    /// Lines with bars between them.
    public let text: String

    /// Bytes that are shown.
    private static let longest = 16_384
    /// What stands where something was left out.
    private static let blank = "(left out)"
    private static let secretHeaders: Set<String> = ["authorization", "proxy-authorization"]
    /// Keys of encrypted sound, in every form that descriptions have had (RFC 4568, RFC 4567, RFC 4566 §5.12).
    private static let secretLines = ["a=crypto:", "a=key-mgmt:", "k="]

    init(isSent: Bool, transport: String, peer: PeerAddress, bytes: UnsafeRawBufferPointer) {
        self.isSent = isSent
        self.transport = transport
        self.peer = peer
        text = Self.shown(String(decoding: bytes.prefix(Self.longest), as: UTF8.self))
    }

    /// What of a message may be shown.
    static func shown(_ message: String) -> String {
        var isBody = false, hasKeys = false, isSecret = false, isType = false
        var shown: [String] = []
        // Empty lines before a message are passed over, as by who reads it (RFC 3261 §7.5): they would make its header a body. What only text calls the end
        // of a line is none here: what follows it belongs to the secret before it.
        for line in message.split(omittingEmptySubsequences: false, whereSeparator: isLineEnd).drop(while: \.isEmpty) {
            if line.isEmpty {
                isBody = true
            } else if isBody {
                // Pressed keys can be a PIN.
                shown.append(hasKeys ? blank : body(line))
            } else if line.first == " " || line.first == "\t" {
                // Goes on with the header before (RFC 3261 §7.3.1).
                if isType, isOfKeys(line) { hasKeys = true }
                if !isSecret { shown.append(withoutPasswords(line)) }
            } else {
                let name = line.prefix { $0 != ":" }.lowercased().filter { !$0.isWhitespace }
                isSecret = secretHeaders.contains(name)
                isType = ["content-type", "c"].contains(name)
                if isType, isOfKeys(line) { hasKeys = true }
                shown.append(isSecret ? line.prefix { $0 != ":" } + ": " + blank : withoutPasswords(line))
            }
        }
        return String(
            shown.joined(separator: " | ").map { $0.isNewline || !$0.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control } ? "?" : $0 })
    }

    private static func isLineEnd(_ character: Character) -> Bool { character == "\r\n" || character == "\n" || character == "\r" }
    private static func isOfKeys(_ type: Substring) -> Bool { type.lowercased().contains("dtmf") }

    private static func body(_ line: Substring) -> String {
        guard let secret = secretLines.first(where: { line.lowercased().hasPrefix($0) }) else { return String(line) }
        return secret + blank
    }

    /// A URI may have a password in it (RFC 3261 §19.1.1), between its user and the sign before its host.
    private static func withoutPasswords(_ line: Substring) -> String {
        var parts = line.split(separator: "@", omittingEmptySubsequences: false).map(String.init)
        for index in parts.indices.dropLast() {
            let words = parts[index].split(separator: ":", omittingEmptySubsequences: false)
            guard let scheme = words.lastIndex(where: { ["sip", "sips"].contains($0.suffix(4).filter(\.isLetter).lowercased()) }), scheme + 2 < words.count
            else { continue }
            parts[index] = words[...(scheme + 1)].joined(separator: ":") + ":" + blank
        }
        return parts.joined(separator: "@")
    }
}

/// Shows each message that the endpoint sends or gets, while it is on.
public struct MessageTrace: Sendable {
    /// Asked for each of them.
    let isOn: @Sendable () -> Bool
    /// Called on the loop's thread: it must not wait for anything.
    let tell: @Sendable (TracedMessage) -> Void

    public init(isOn: @escaping @Sendable () -> Bool, _ tell: @escaping @Sendable (TracedMessage) -> Void) {
        self.isOn = isOn
        self.tell = tell
    }
}

extension SIPEndpoint {
    /// A message has come, or is sent. For TLS it is what is encrypted.
    func trace(isSent: Bool, _ transport: sip_transp, _ peer: sa, _ bytes: UnsafeRawBufferPointer) {
        guard let trace = settings.trace, trace.isOn() else { return }
        trace.tell(TracedMessage(isSent: isSent, transport: transport.name, peer: PeerAddress(peer), bytes: bytes))
    }
}

extension sip_transp {
    /// As the log calls it.
    var name: String {
        switch self {
        case SIP_TRANSP_UDP: "UDP"
        case SIP_TRANSP_TLS: "TLS"
        default: "TCP"
        }
    }
}
