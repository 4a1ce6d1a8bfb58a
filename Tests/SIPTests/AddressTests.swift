import TestKit
import Testing

@testable import SIP

@Suite("Calls are taken at every address, and each is told a way back that leads here")
struct AddressTests {
    private static let tone: @Sendable (Call) async -> Void = { call in
        guard await call.answer() else { return }
        _ = await call.play(.tone(hertz: 700, milliseconds: 20_000))
    }

    @Test(
        "Over either kind of address, alone and for all",
        arguments: [
            ("::1", DatagramSocket.Family.six), ("127.0.0.1", .four), ("0.0.0.0", .four), ("::", .four), ("::", .six),
        ])
    func families(host: String, family: DatagramSocket.Family) async throws {
        try await withEndpoint({ $0.address = PeerAddress(host: host, port: 0) }, script: Self.tone) { endpoint, port in
            #expect(await endpoint.address.host == host)
            let phone = try TestPhone(server: port, family)
            defer { phone.close() }
            let answer = try await phone.call("1000")
            #expect(answer.status == 200)
            #expect(answer.headers["contact"]?.hasPrefix("<sip:aftertone@\(family.host):\(port)>") == true)
            #expect(answer.body.contains("c=IN \(family.address)\r\n"))
            try await phone.sound.hears(hertz: 700)
            try await phone.hangUp()
        }
    }

    @Test("Strangers are not heard at any of them")
    func strangers() async throws {
        try await withEndpoint(
            {
                $0.address = PeerAddress(host: "::", port: 0)
                $0.trusts = { !$0.host.contains(":") }
            }, script: Self.tone
        ) { _, port in
            let stranger = try TestPhone(server: port, .six), friend = try TestPhone(server: port)
            defer { for phone in [stranger, friend] { phone.close() } }
            stranger.send(stranger.request("OPTIONS", user: "1000"))
            try await expect(200, friend.ask("OPTIONS", user: "1000"))
            await #expect(throws: TestPhone.TimedOut.self) { _ = try await stranger.next("anything", within: 0) { _ in true } }
        }
    }

    @Test("The address that is told by setting is told everywhere")
    func advertised() async throws {
        try await withEndpoint({ $0.advertised = "192.0.2.7" }, script: Self.tone) { _, port in
            let phone = try TestPhone(server: port)
            defer { phone.close() }
            let answer = try await phone.call("1000")
            #expect(answer.headers["contact"]?.contains("sip:aftertone@192.0.2.7:\(port)") == true)
            #expect(answer.body.contains("c=IN IP4 192.0.2.7\r\n"))
            #expect(try await phone.ask("UPDATE").headers["contact"]?.contains("@192.0.2.7:\(port)") == true)
            try await phone.hangUp()
        }
    }

    @Test("An address of another machine is none, and is told")
    func other() async throws {
        await #expect(throws: SIPError.self) {
            _ = try await SIPEndpoint.open(SIPSettings(address: PeerAddress(host: "192.0.2.7", port: 0)) { _ in true })
        }
    }
}
