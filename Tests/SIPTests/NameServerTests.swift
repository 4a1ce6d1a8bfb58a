import TestKit
import Testing

@testable import SIP

@Suite("Names of telephone systems")
struct NameServerTests {
    private func withServer(_ records: [String: [TestNameServer.Record]], _ body: (TestNameServer, NameServers) async throws -> Void) async throws {
        let server = try TestNameServer(records)
        defer { server.close() }
        let client = try #require(await NameServers([PeerAddress(host: "127.0.0.1", port: UInt16(server.port))]))
        try await body(server, client)
        await client.close()
    }

    @Test("Services and addresses are told as they are known")
    func known() async throws {
        let loopback: [UInt8] = [UInt8](repeating: 0, count: 15) + [1]
        try await withServer([
            "_sip._udp.pbx.example": [
                .service(priority: 10, weight: 5, port: 5070, host: "a.pbx.example"), .service(priority: 20, weight: 0, port: 5080, host: "b.pbx.example"),
            ],
            "a.pbx.example": [.four("127.0.0.1"), .four("127.0.0.2"), .six(loopback)], "other.example": [.alias("a.pbx.example")],
        ]) { _, client in
            let services = await client.services("_sip._udp.pbx.example")
            #expect(
                Set(services) == [
                    ServiceRecord(priority: 10, weight: 5, host: "a.pbx.example", port: 5070),
                    ServiceRecord(priority: 20, weight: 0, host: "b.pbx.example", port: 5080),
                ])
            #expect(Set(await client.addresses("a.pbx.example")) == ["127.0.0.1", "127.0.0.2", "::1"])
            #expect(Set(await client.addresses("other.example")) == ["127.0.0.1", "127.0.0.2", "::1"])
        }
    }

    @Test(
        "What nobody knows, and what is no name, has no addresses",
        arguments: ["nowhere.example", "", "a..b", String(repeating: "a.", count: 200) + "example", String(repeating: "a", count: 64) + ".example"])
    func unknown(name: String) async throws {
        try await withServer(["known.example": [.four("127.0.0.1")]]) { _, client in
            #expect(await client.addresses(name).isEmpty)
            #expect(await client.services(name).isEmpty)
            #expect(await client.addresses("known.example") == ["127.0.0.1"])
        }
    }

    @Test("A call whose other side names itself is hung up there")
    func contact() async throws {
        let server = try TestNameServer(["phone.example": [.four("127.0.0.1")]])
        defer { server.close() }
        try await withEndpoint(
            { $0.nameServers = [PeerAddress(host: "127.0.0.1", port: UInt16(server.port))] },
            script: { call in
                guard await call.answer() else { return }
                await call.hangUp()
            }
        ) { _, port in
            let phone = try TestPhone(server: port)
            defer { phone.close() }
            let request = phone.request("INVITE", user: "1000", body: phone.offer())
            phone.send(request.replacing("Contact: <sip:2001@127.0.0.1", with: "Contact: <sip:2001@phone.example"))
            #expect(try await phone.finish().status == 200)
            try await phone.hungUp()
            #expect(server.questions.contains("1 phone.example"))
        }
    }

    @Test("The lowest priority comes first, and among equals the heavier comes first more often", arguments: 0..<5)
    func order(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let heavy = ServiceRecord(priority: 1, weight: 90, host: "heavy", port: 1), light = ServiceRecord(priority: 1, weight: 10, host: "light", port: 1)
        let spare = ServiceRecord(priority: 2, weight: 1000, host: "spare", port: 1), none = ServiceRecord(priority: 0, weight: 0, host: ".", port: 0)
        var first = 0
        for _ in 0..<1000 {
            let order = ServiceRecord.order([spare, light, none, heavy], using: &random)
            #expect(order.count == 3 && order.last == spare)
            if order.first == heavy { first += 1 }
        }
        #expect((830...960).contains(first))
    }
}
