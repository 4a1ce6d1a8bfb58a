import TestKit
import Testing
import Voicemail

@Suite struct NetworkRangeTextTests {
    @Test(arguments: [
        ("192.168.5.150", "192.168.5.150", true), ("192.168.5.150", "192.168.5.151", false), ("192.168.5.0/24", "192.168.5.255", true),
        ("192.168.5.0/24", "192.168.6.0", false), ("192.168.4.0/22", "192.168.7.255", true), ("192.168.4.0/22", "192.168.8.0", false),
        ("0.0.0.0/0", "255.255.255.255", true), ("0.0.0.0/0", "::1", false), ("10.1.2.3/32", "10.1.2.3", true), ("2001:db8::/32", "2001:db8:ffff::1", true),
        ("2001:db8::/32", "2001:db9::1", false), ("10.0.0.0/8", "::ffff:10.9.8.7", true), ("::ffff:10.0.0.1", "10.0.0.1", true), ("::/0", "10.0.0.1", false),
        ("10.0.0.0/8", "nonsense", false), ("10.0.0.0/8", "", false),
    ])
    func contains(_ range: String, _ address: String, _ expected: Bool) throws {
        #expect(try #require(NetworkRange(range)).contains(address) == expected)
    }

    @Test(arguments: [
        "", "/", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/08x", "10.0.0/8", "::/129", "a/8", "10.0.0.0/8/8", "10.0.0.0 /8", "10.0.0.0/0008",
    ])
    func isNone(_ text: String) { #expect(NetworkRange(text) == nil) }

    @Test func everyLengthOfAPrefixCutsWhereItSays() throws {
        var random = SeededRandom(seed: 5)
        for _ in 0..<2000 {
            let bits = Int.random(in: 0...32, using: &random), one = UInt32.random(in: 0...(.max), using: &random)
            let other = Bool.random(using: &random) ? one ^ (1 << UInt32.random(in: 0...31, using: &random)) : UInt32.random(in: 0...(.max), using: &random)
            func text(_ value: UInt32) -> String { [24, 16, 8, 0].map { String(value >> $0 & 255) }.joined(separator: ".") }
            let mask: UInt32 = bits == 0 ? 0 : .max << UInt32(32 - bits)
            #expect(try #require(NetworkRange("\(text(one))/\(bits)")).contains(text(other)) == (one & mask == other & mask))
        }
    }
}
