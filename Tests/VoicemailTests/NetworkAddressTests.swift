import Testing
import Voicemail

@Suite("IP addresses")
struct NetworkAddressTests {
    @Test(
        "Compared by bits, not by spelling",
        arguments: [
            ("192.0.2.1", "::ffff:192.0.2.1"), ("::1", "0:0:0:0:0:0:0:1"), ("2001:db8::a", "2001:DB8:0:0:0:0:0:A"),
            ("127.0.0.1", "::ffff:7f00:1"),
        ])
    func equal(left: String, right: String) {
        #expect(NetworkAddress(left) != nil)
        #expect(NetworkAddress(left) == NetworkAddress(right))
    }

    @Test(
        "What the world outside does not reach",
        arguments: [
            "10.0.0.0", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.0.1", "192.168.255.255", "100.64.0.1", "100.127.255.255", "198.18.0.1",
            "192.0.0.1", "fc00::1", "fdff::1", "fec0::1", "::ffff:10.1.2.3", "64:ff9b::10.1.2.3", "2002:c0a8:101::1", "64:ff9b:1::1", "64:ff9b:1:ffff::a00:1",
            "::192.0.2.1", "::a00:1", "2001::1", "2001:0:ffff::1", "240.0.0.1", "255.255.255.255", "224.0.0.1", "239.255.255.255", "ff02::1", "ff0e::1",
        ])
    func privately(text: String) throws {
        let address = try #require(NetworkAddress(text))
        #expect(address.isPrivate && !address.isLocal)
    }

    @Test(
        "What it does",
        arguments: [
            "9.255.255.255", "11.0.0.0", "172.15.255.255", "172.32.0.0", "192.167.255.255", "192.169.0.0", "100.63.255.255", "100.128.0.0", "198.17.0.1",
            "198.20.0.1", "192.0.2.1", "2001:db8::1", "fe00::1", "64:ff9b::192.0.2.1", "2002:c000:201::1", "64:ff9b:2::1", "2001:1::1", "223.255.255.255",
            "0:0:0:0:0:1::1",
        ])
    func publicly(text: String) throws {
        let address = try #require(NetworkAddress(text))
        #expect(!address.isPrivate && !address.isLocal)
    }

    @Test("This machine is no private network: each is allowed by itself", arguments: ["127.0.0.1", "::1", "::", "0.0.0.0", "169.254.1.1", "fe80::1"])
    func locally(text: String) throws {
        let address = try #require(NetworkAddress(text))
        #expect(address.isLocal && !address.isPrivate)
    }

    @Test("What leads to this machine by way of a translator", arguments: ["64:ff9b::127.0.0.1", "64:ff9b::169.254.169.254", "2002:7f00:1::"])
    func translated(text: String) throws { #expect(try #require(NetworkAddress(text)).isLocal) }

    @Test("Different addresses differ, of either family")
    func different() {
        #expect(NetworkAddress("192.0.2.1") != NetworkAddress("192.0.2.2"))
        #expect(NetworkAddress("::1") != NetworkAddress("127.0.0.1"))
    }

    @Test(
        "Anything but one address is none",
        arguments: [
            "", " ", "localhost", "192.0.2", "192.0.2.256", "192.0.2.1,192.0.2.2", "192.0.2.0/24", "192.0.2.1 ", "192.0.2.1:80", "[::1]", "::1%eth0",
            "192.0.2.1\u{0}", "010.1.1.1", ":::",
        ])
    func refused(text: String) {
        #expect(NetworkAddress(text) == nil)
    }

    @Test(arguments: [("127.0.0.1", true), ("127.9.9.9", true), ("::1", true), ("::ffff:127.0.0.1", true), ("128.0.0.1", false), ("::2", false)])
    func loopback(text: String, expected: Bool) {
        #expect(NetworkAddress(text)?.isLoopback == expected)
    }

    @Test(
        "One address of IPv4 stands for itself, one of IPv6 for the network it is in",
        arguments: [
            ("192.0.2.1", "192.0.2.1"), ("::ffff:192.0.2.1", "192.0.2.1"), ("2001:db8:0:a1:ffff::1", "2001:db8:0:a1::/64"),
            ("2001:db8:0:a1::", "2001:db8:0:a1::/64"), ("2001:db8:0:a2::", "2001:db8:0:a2::/64"), ("::1", "0:0:0:0::/64"),
        ])
    func site(text: String, expected: String) {
        #expect(NetworkAddress(text)?.site == expected)
    }
}
