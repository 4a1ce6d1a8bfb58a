import TestKit
import Testing
import Voicemail

@Suite("Asterisk forwards calls", .enabled(if: Asterisk.isThere, "there is no Asterisk: scripts/install asterisk lays one, as root"))
struct AsteriskTests {
    @Test("The number that nobody answers is dialled on, and what is said is in its mailbox")
    func forwarded() async throws {
        try await CallWorld.run(["skip_greeting": true, "skip_instructions": true]) { world in
            try await Asterisk.run(voicemail: world.server.sipPort) { asterisk in
                let phone = try TestPhone(server: asterisk.port)
                defer { phone.close() }
                let answer = try await phone.call("1000")
                #expect(answer.status == 200, "\(answer.line)")
                try await phone.waitForTone(in: world.server.directory)
                try await phone.sound.say(hertz: 500, milliseconds: 3000)
                try await phone.sayGoodbye()
                let message = try #require(try await world.messages(1).first)
                #expect(message.callerNumber == "2001")
                #expect(message.reception?.lost == 0)
                #expect(TestTone.milliseconds(of: 500, in: try await world.sound(of: message)) >= 2900)
            }
        }
    }
}
