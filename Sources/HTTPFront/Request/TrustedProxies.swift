import NIOHTTP1
import Voicemail

/// The proxies whose word about a client's address is taken. Everybody can write `X-Forwarded-For`, and whoever is believed
/// chooses the address that limits, locks and logs go by.
struct TrustedProxies: Sendable {
    static let fieldName = "x-forwarded-for"

    let ranges: [NetworkRange]

    /// The client's address as the nearest proxy that is not trusted has it: each proxy adds, at the end, who spoke to it, so the list is
    /// read from there.
    /// - Parameters:
    ///   - remote: who is connected.
    ///   - fields: the values of `X-Forwarded-For` in their order.
    func client(of remote: String, fields: [String]) -> String {
        guard !ranges.isEmpty, !fields.isEmpty, trust(remote) else { return remote }
        var client = remote
        for entry in fields.flatMap({ $0.split(separator: ",") }).reversed() {
            guard let address = Self.address(entry) else { return client }
            client = address
            guard trust(address) else { return client }
        }
        return client
    }

    /// Whether a request comes from a client on this machine. Strangers come from here as well when a proxy here passes them on, so the
    /// address of the connection alone is proof only where there is none: no trusted one is named, and the request bears no mark of
    /// another. Where one is named, only what a trusted proxy tells counts.
    func isHere(_ remote: String, headers: HTTPHeaders) -> Bool {
        let fields = headers[Self.fieldName]
        guard NetworkAddress(client(of: remote, fields: fields))?.isLoopback == true else { return false }
        return ranges.isEmpty ? !Self.marks.contains { headers.contains(name: $0) } : !fields.isEmpty && trust(remote)
    }

    /// What proxies add (RFC 7239, RFC 9110 §7.6.3, and by custom).
    private static let marks = ["forwarded", fieldName, "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via"]

    private func trust(_ text: String) -> Bool {
        guard let address = NetworkAddress(text) else { return false }
        return ranges.contains { $0.contains(address) }
    }

    /// An address without the port that some proxies add; nil for anything else, such as `unknown`.
    private static func address(_ entry: Substring) -> String? {
        var text = HTTPToken.trim(entry)[...]
        if text.hasPrefix("[") {
            text = text.dropFirst().prefix { $0 != "]" }
        } else if text.filter({ $0 == ":" }).count == 1 {
            text = text.prefix { $0 != ":" }
        }
        let address = String(text)
        return NetworkAddress(address) == nil ? nil : address
    }
}
