/// What an installation sets of the web page.
public struct WebSettings: Sendable, Hashable {
    public var isOn = true
    /// Where it is: begins and ends with a slash.
    public var path = "/"
    /// Seconds that a session lives after it was last used.
    public var idleSeconds = 1800
    /// Whether browsers reach the page over TLS, though it is another program that speaks it.
    public var isBehindTLS = false
    /// Whether a mailbox's number and its PIN log in.
    public var takesPINs = false
    /// Whether it has listeners of its own, where no interface is.
    public var isApart = false
    /// Where links to new passwords lead, as browsers find it; nil where none are sent.
    public private(set) var recoveryPage: String?

    var live = LiveStream.Times(look: .seconds(15), life: .seconds(55))

    public init() {}

    /// Lets no stream of events last longer than an exchange may.
    public mutating func fit(exchange: Duration) { live.life = min(live.life, exchange / 2) }

    /// Lets links to new passwords be mailed.
    /// - Parameter address: where browsers find the server.
    public mutating func sendLinks(below address: String) { recoveryPage = (address.hasSuffix("/") ? String(address.dropLast()) : address) + path + "reset" }

    /// The first pieces of paths that belong to others.
    private static let taken: Set<String> = ["api", "intake", "livez", "metrics", "openapi", "readyz", "v1", "v2"]

    /// A path as a setting has it, such as `/voicemail`.
    /// - Returns: nil for one that is none, or that others have.
    public static func path(_ text: String) -> String? {
        guard text.hasPrefix("/") else { return nil }
        let pieces = text.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        let named = pieces.last?.isEmpty == true ? pieces.dropLast() : pieces[...]
        let isPlain = named.allSatisfy { piece in
            !piece.isEmpty && piece != "." && piece != ".." && piece.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-._~".contains($0)) }
        }
        guard isPlain, !taken.contains(named.first.map(String.init) ?? "") else { return nil }
        return named.isEmpty ? "/" : "/" + named.joined(separator: "/") + "/"
    }
}
