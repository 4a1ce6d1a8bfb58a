import TestKit
import Testing
import Voicemail

@Suite("Keys in the menu after a recording")
struct ReviewTests {
    @Test("One that is pressed while the caller hears that another means nothing counts")
    func early() async throws {
        try await CallWorld.run(["skip_greeting": true, "skip_instructions": true]) { world in
            try await world.withPhone { phone in
                try await phone.call("1000")
                try await phone.waitForTone(in: world.server.directory)
                try await phone.sound.say(hertz: 500, milliseconds: 1000)
                await phone.sound.press("#")
                try await phone.sound.hears(hertz: 620)
                phone.sound.forget()
                await phone.sound.press("9")
                try await phone.sound.hears(hertz: 950)
                phone.sound.forget()
                await phone.sound.press("1")
                try await phone.sound.hears(hertz: 880)
                // The menu was not needed once more.
                #expect(TestTone.milliseconds(of: 620, in: phone.sound.heard) == 0)
                #expect(try await world.all(in: world.mailbox).count == 1)
                try await phone.hungUp()
            }
        }
    }
}
