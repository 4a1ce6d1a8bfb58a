import NIOCore
import Server
import Telephone
import TestKit
import Testing
import Voicemail

@Suite("A caller leaves a message")
struct LeavingTests {
    @Test("What is said after the tone is there for everybody once the caller has hung up: whole, as it came, with who and when")
    func hangsUp() async throws {
        try await CallWorld.run { world in
            try await world.withPhone { phone in
                #expect(try await phone.call("1000").status == 200)
                try await phone.waitForTone(in: world.server.directory)
                try await phone.sound.say(hertz: 500, milliseconds: 2000)
                try await phone.sayGoodbye()
                let message = try #require(try await world.messages(1).first)
                #expect(message.callerNumber == "2001" && message.callerName == "Ada")
                #expect(message.from == "2001@127.0.0.1" && message.to == "1000@\(world.account.realm)")
                #expect(message.callID == phone.callID)
                #expect(message.folder == .new)
                #expect(message.reception == Reception())
                let heard = try await world.sound(of: message)
                #expect(TestTone.milliseconds(of: 500, in: heard) >= 1960)
                #expect(TestTone.milliseconds(of: 440, in: heard) == 0)
                #expect(message.lengthMilliseconds == heard.count / 8)
                let master = try await world.master(of: message)
                // µ-law, as it came over the wire.
                #expect(Array(master[20..<22]) == [7, 0])
                #expect(message.audio?.contentType == "audio/wav")
                #expect(try FileList.names(in: world.server.directory + "/captures").isEmpty)
            }
        }
    }

    @Test("A key ends the recording, and another saves it: it is said to be saved when it is there")
    func saves() async throws {
        try await CallWorld.run { world in
            try await world.withPhone { phone in
                try await phone.call("1000", offer: phone.offer(formats: "8 101"))
                try await phone.waitForTone(in: world.server.directory)
                try await phone.sound.say(hertz: 500, milliseconds: 1000, type: 8)
                phone.sound.forget()
                await phone.sound.press("#")
                // The menu.
                try await phone.sound.hears(hertz: 620)
                #expect(try await world.all(in: world.mailbox).isEmpty)
                await phone.sound.press("1")
                try await phone.sound.hears(hertz: 880)
                let message = try #require(try await world.all(in: world.mailbox).first)
                try await phone.hungUp()
                // A-law stays A-law.
                #expect(Array(try await world.master(of: message)[20..<22]) == [6, 0])
                #expect(TestTone.milliseconds(of: 500, in: try await world.sound(of: message)) >= 960)
            }
        }
    }

    @Test("The caller hears what he said, and says it again")
    func reviews() async throws {
        try await CallWorld.run { world in
            try await world.withPhone { phone in
                try await phone.call("1000")
                try await phone.waitForTone(in: world.server.directory)
                try await phone.sound.say(hertz: 500, milliseconds: 1000)
                await phone.sound.press("5")
                try await phone.sound.hears(hertz: 620)
                phone.sound.forget()
                await phone.sound.press("2")
                try await phone.sound.hears(hertz: 500, milliseconds: 900)
                phone.sound.forget()
                await phone.sound.press("3")
                try await phone.waitForTone(in: world.server.directory)
                try await phone.sound.say(hertz: 800, milliseconds: 1000)
                try await phone.sayGoodbye()
                let message = try #require(try await world.messages(1).first)
                let heard = try await world.sound(of: message)
                #expect(TestTone.milliseconds(of: 500, in: heard) == 0)
                #expect(TestTone.milliseconds(of: 800, in: heard) >= 960)
            }
        }
    }

    @Test("Any key skips what is said before the tone")
    func skips() async throws {
        try await CallWorld.run { world in
            try await world.withPhone { phone in
                try await phone.call("1000")
                try await phone.sound.hears(hertz: 620, milliseconds: 40)
                await phone.sound.press("#")
                phone.sound.forget()
                try await phone.waitForTone(in: world.server.directory)
                try await phone.hangUp()
            }
        }
    }

    @Test("What is shorter than a message is none")
    func tooShort() async throws {
        try await CallWorld.run { world in
            try await world.withPhone { phone in
                try await phone.call("1000")
                try await phone.sound.hears(hertz: 440, milliseconds: 400)
                try await phone.hangUp()
                // The file is gone when all of it is over.
                try await FileList.becomesEmpty(world.server.directory + "/captures")
                #expect(try await world.all(in: world.mailbox).isEmpty)
            }
        }
    }

    @Test("Nobody speaks any more: the message ends with the speech")
    func silence() async throws {
        try await CallWorld.run { world in
            try await world.withPhone { phone in
                try await phone.call("1000")
                try await phone.waitForTone(in: world.server.directory)
                try await phone.sound.say(hertz: 500, milliseconds: 1000)
                phone.sound.forget()
                try await phone.sound.say(hertz: nil, milliseconds: 5200)
                try await phone.sound.hears(hertz: 620)
                try await phone.hangUp()
                let message = try #require(try await world.messages(1).first)
                #expect(message.lengthMilliseconds >= 1000 && message.lengthMilliseconds <= 3000)
            }
        }
    }

    @Test("A mailbox may say how long a message is")
    func longest() async throws {
        try await CallWorld.run(["max_message_length": 1]) { world in
            try await world.withPhone { phone in
                try await phone.call("1000")
                try await phone.waitForTone(in: world.server.directory)
                phone.sound.forget()
                try await phone.sound.say(hertz: 500, milliseconds: 1500)
                try await phone.sound.hears(hertz: 620)
                try await phone.hangUp()
                let message = try #require(try await world.messages(1).first)
                #expect(message.lengthMilliseconds == 1000)
            }
        }
    }

    @Test(
        "What is stored is what the mailbox wants, where the server is set so; what is not made here stays as it came",
        arguments: [("mp3", "audio/mpeg"), ("wav", "audio/wav"), ("mp4", "audio/wav")])
    func mediaExtension(wanted: String, stored: String) async throws {
        try await CallWorld.run(["media_extension": .string(wanted), "skip_greeting": true, "skip_instructions": true]) {
            $0.telephone.master = .mediaExtension
        } _: { world in
            try await world.withPhone { phone in
                try await phone.call("1000")
                try await phone.waitForTone(in: world.server.directory)
                try await phone.sound.say(hertz: 500, milliseconds: 1500)
                try await phone.sayGoodbye()
            }
            let message = try #require(try await world.messages(1).first)
            #expect(message.audio?.contentType == stored)
            #expect(TestTone.milliseconds(of: 500, in: try await world.sound(of: message)) >= 1400)
            let facts = try await world.server.service.codec.measure(.bytes(.init(bytes: try await world.master(of: message))))
            #expect(facts.container == (wanted == "mp3" ? "mp3" : "wav"))
            #expect(abs(facts.durationMilliseconds - message.lengthMilliseconds) < 100)
        }
    }

    @Test("A broadcasting group's members each have it")
    func broadcast() async throws {
        try await CallWorld.run { world in
            let members = [try await world.server.makeMailbox("1001", in: world.account), try await world.server.makeMailbox("1002", in: world.account)]
            try await world.server.service.groups.set(MailboxGroup(mode: .broadcast, members: members.map(\.id)), of: world.mailbox.id, in: world.account)
            try await world.withPhone { phone in
                try await phone.call("1000")
                try await phone.waitForTone(in: world.server.directory)
                try await phone.sound.say(hertz: 500, milliseconds: 1000)
                try await phone.sayGoodbye()
                for member in members { #expect(try await world.messages(1, in: member).count == 1) }
                #expect(try await world.all(in: world.mailbox).isEmpty)
            }
        }
    }
}
