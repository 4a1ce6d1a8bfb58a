import Testing
import Voicemail

@testable import HTTPFront

/// Whose word about a client's address is taken.
@Suite struct TrustedProxiesTests {
    private let proxies = TrustedProxies(ranges: ["127.0.0.1", "10.0.0.0/8", "::1"].compactMap { NetworkRange($0) })

    @Test(arguments: [
        // Nobody's word but a proxy's.
        ("203.0.113.9", ["198.51.100.1"], "203.0.113.9"),
        ("127.0.0.1", [], "127.0.0.1"),
        ("127.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        // What a client has written itself stands before what the proxies have added.
        ("127.0.0.1", ["192.0.2.66, 198.51.100.1"], "198.51.100.1"),
        ("127.0.0.1", ["192.0.2.66, 198.51.100.1, 10.1.2.3"], "198.51.100.1"),
        ("127.0.0.1", ["192.0.2.66", "198.51.100.1", "10.1.2.3"], "198.51.100.1"),
        ("127.0.0.1", ["10.1.2.3"], "10.1.2.3"),
        ("127.0.0.1", ["198.51.100.1:5060"], "198.51.100.1"),
        ("127.0.0.1", ["[2001:db8::1]:443"], "2001:db8::1"),
        ("::1", [" 2001:db8::1 "], "2001:db8::1"),
        // What is no address is nobody's: the last that is known counts.
        ("127.0.0.1", ["unknown"], "127.0.0.1"),
        ("127.0.0.1", ["198.51.100.1, unknown, 10.1.2.3"], "10.1.2.3"),
        ("127.0.0.1", [",,"], "127.0.0.1"),
        ("127.0.0.1", ["<script>"], "127.0.0.1"),
    ])
    func theClient(remote: String, fields: [String], client: String) {
        #expect(proxies.client(of: remote, fields: fields) == client)
        #expect(TrustedProxies(ranges: []).client(of: remote, fields: fields) == remote)
    }
}
