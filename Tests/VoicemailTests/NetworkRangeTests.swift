import Testing
import Voicemail

@Suite struct NetworkRangeTests {
    private func contains(_ range: String, _ address: String) throws -> Bool {
        try #require(NetworkRange(range)).contains(try #require(NetworkAddress(address)))
    }

    @Test(arguments: [
        ("10.0.0.0/8", "10.255.255.255", true), ("10.0.0.0/8", "11.0.0.0", false), ("192.0.2.128/25", "192.0.2.128", true),
        ("192.0.2.128/25", "192.0.2.127", false), ("192.0.2.7", "192.0.2.7", true), ("192.0.2.7", "192.0.2.6", false),
        ("192.0.2.7/32", "192.0.2.7", true), ("0.0.0.0/0", "203.0.113.9", true), ("0.0.0.0/0", "2001:db8::1", false),
        ("2001:db8::/33", "2001:db8:7fff::1", true), ("2001:db8::/33", "2001:db8:8000::1", false), ("::1", "::1", true),
        ("127.0.0.0/8", "::ffff:127.0.0.1", true),
    ])
    func bitsDecide(range: String, address: String, isIn: Bool) throws {
        #expect(try contains(range, address) == isIn)
    }

    @Test(arguments: ["", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8/8", "::/129", "localhost", "10.0.0.0/a", "10.0.0/8"])
    func whatIsNoneIsRefused(text: String) {
        #expect(NetworkRange(text) == nil)
    }
}
