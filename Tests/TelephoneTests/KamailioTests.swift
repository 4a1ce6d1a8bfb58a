import Server
import TestKit
import Testing
import Voicemail

@Suite("Kamailio in front", .enabled(if: OtherPhones.isInstalled("kamailio") && OtherPhones.isInstalled("sipp")))
struct KamailioTests {
    private func run(_ way: String, _ call: @Sendable (Kamailio) async throws -> (output: String, isWell: Bool)) async throws {
        // Another account has such a mailbox, too: only what the proxy says tells them apart.
        try await CallWorld.run { world in
            let service = world.server.service
            let account = try await service.accounts.create(["name": "Kam", "realm": "kam.example"], below: nil)
            let mailbox = try await world.server.makeMailbox("1000", in: account, ["skip_greeting": true, "skip_instructions": true])
            let outcome = try await Kamailio.run(way, voicemail: world.server.sipPort, call)
            #expect(outcome.isWell, "\(outcome.output)")
            let messages = try await world.messages(2, in: mailbox)
            #expect(messages.count == 2, "\(outcome.output)")
            #expect(try await world.all(in: world.mailbox).isEmpty)
            for message in messages {
                #expect(message.reception?.lost == 0)
                #expect(TestTone.milliseconds(of: 500, in: try await world.sound(of: message)) >= 2500)
            }
        }
    }

    @Test("Calls to a subscriber who is busy leave messages in his mailbox, and are ended through the proxy", arguments: ["TARGET", "DIVERSION"])
    func busy(way: String) async throws {
        try await run(way) { proxy in try await OtherPhones.sipp("proxied", calls: 2, to: proxy.port) }
    }
}
