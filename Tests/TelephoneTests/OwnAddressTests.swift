import NIOCore
import SIP
import Telephone
import Testing
import Voicemail

@testable import Server

/// A telephone on this machine may call from any of its addresses.
@Suite struct OwnAddressTests {
    private func trusts(_ host: String, where trusted: [String]) throws -> Bool {
        var telephone = Configuration.Telephone()
        telephone.listen = CallAddress("127.0.0.1:5060")
        telephone.trusted = trusted.compactMap { NetworkRange($0) }
        let settings = try #require(telephone.settings(captures: "/nowhere"))
        return settings.sip.trusts(PeerAddress(host: host, port: 5060))
    }

    @Test func trustedWhereLoopbackIs() throws {
        let own = try System.enumerateDevices().compactMap { $0.address?.ipAddress }.filter { NetworkAddress($0) != nil }
        #expect(own.contains("127.0.0.1"))
        for address in own {
            #expect(try trusts(address, where: ["127.0.0.0/8", "::1"]), "\(address)")
            #expect(try !trusts(address, where: ["203.0.113.7"]), "\(address)")
        }
        for stranger in ["203.0.113.7", "2001:db8::7", "nobody"] { #expect(try !trusts(stranger, where: ["127.0.0.0/8", "::1"])) }
    }
}
