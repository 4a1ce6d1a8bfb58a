import Audio
import Delivery
import NIOCore
import Server
import TestKit
import Testing
import Voicemail

@Suite("What a caller hears follows from the mailbox")
struct MailboxStateTests {
    @Test("A full mailbox says so, takes nothing, and those who are to know are told")
    func full() async throws {
        let receiver = MailReceiver()
        try await receiver.run { port in
            let sender = try #require(MailAddress("voicemail@example.com"))
            try await CallWorld.run(
                ["max_message_count": 1, "notify_email_addresses": ["anna@example.org"]],
                { $0.mail = MailServer(host: "127.0.0.1", port: port, security: .none, sender: sender, attemptSeconds: 600) }
            ) { world in
                _ = try await world.server.leave(from: .administrator(tells: false), in: world.mailbox, of: world.account)
                try await world.withPhone { phone in
                    try await phone.call("1000")
                    try await phone.sound.hears(hertz: 1400)
                    try await phone.hungUp()
                    #expect(TestTone.milliseconds(of: 440, in: phone.sound.heard) == 0)
                }
                await receiver.wait(for: 1)
                #expect(receiver.mails.map { $0.mime.subject } == ["Voicemail box 'Box 1000' is full"])
            }
        }
    }

    @Test("A message that is left is in its owner's mail, with what was said")
    func mailed() async throws {
        let receiver = MailReceiver()
        try await receiver.run { port in
            let sender = try #require(MailAddress("voicemail@example.com"))
            try await CallWorld.run(
                ["notify_email_addresses": ["anna@example.org"]],
                { $0.mail = MailServer(host: "127.0.0.1", port: port, security: .none, sender: sender, attemptSeconds: 600) }
            ) { world in
                try await world.withPhone { phone in
                    try await phone.call("1000")
                    try await phone.waitForTone(in: world.server.directory)
                    try await phone.sound.say(hertz: 500, milliseconds: 1500)
                    try await phone.sayGoodbye()
                }
                let message = try #require(try await world.messages(1).first)
                await receiver.wait(for: 1)
                let mail = try #require(receiver.mails.first?.mime)
                let master = try await world.master(of: message)
                #expect(mail.parts.last?.content == master)
            }
        }
    }

    @Test("One that is switched off is not there")
    func off() async throws {
        try await CallWorld.run(["enabled": false]) { world in
            try await world.withPhone { phone in
                try await phone.call("1000")
                try await phone.sound.hears(hertz: 1400)
                try await phone.hungUp()
            }
        }
    }

    @Test("An announcement is heard to its end, and there is no tone after it")
    func announcement() async throws {
        try await CallWorld.run(["announcement_only": true]) { world in
            try await world.withPhone { phone in
                try await phone.call("1000")
                try await phone.hungUp()
                #expect(TestTone.milliseconds(of: 620, in: phone.sound.heard) >= 160)
                #expect(TestTone.milliseconds(of: 440, in: phone.sound.heard) == 0)
            }
        }
    }

    @Test("Nobody has that number")
    func nobody() async throws {
        try await CallWorld.run { world in
            try await world.withPhone { phone in
                let answer = try await phone.call("1999")
                #expect(answer.status == 404)
            }
        }
    }

    @Test("The mailbox's own greeting is heard, and the temporary one in place of it")
    func greetings() async throws {
        try await CallWorld.run { world in
            let service = world.server.service
            func greeting(_ hertz: Double) async throws -> Greeting {
                let greeting = try await service.greetings.create(["name": "hello"], id: nil, in: world.account)
                let intake = service.messages.receiveAudio(for: world.account.id)
                try await intake.write(.init(bytes: try AudioSamples.tones([hertz], seconds: 1).encoded(as: .wavPCM16)))
                let audio = try await intake.finish(fileName: "hello.wav", policy: .playableOnly)
                return try await service.greetings.upload(greeting.id, audio: audio, in: world.account)
            }
            let own = try await greeting(1000), temporary = try await greeting(1200)
            _ = try await service.mailboxes.change(
                world.mailbox.id, .patch(["media": ["unavailable": .string(own.id)], "skip_instructions": true]), in: world.account)
            try await world.withPhone { phone in
                try await phone.call("1000")
                try await phone.waitForTone(in: world.server.directory)
                #expect(TestTone.milliseconds(of: 1000, in: phone.sound.heard) >= 960)
                #expect(TestTone.milliseconds(of: 620, in: phone.sound.heard) == 0)
                try await phone.hangUp()
            }
            let both: JSONObject = ["media": ["unavailable": .string(own.id), "temporary_unavailable": .string(temporary.id)]]
            _ = try await service.mailboxes.change(world.mailbox.id, .patch(both), in: world.account)
            try await world.withPhone { phone in
                try await phone.call("1000")
                try await phone.waitForTone(in: world.server.directory)
                #expect(TestTone.milliseconds(of: 1200, in: phone.sound.heard) >= 960)
                #expect(TestTone.milliseconds(of: 1000, in: phone.sound.heard) == 0)
                try await phone.hangUp()
            }
        }
    }

    @Test("Neither a greeting nor instructions: the tone comes at once")
    func nothing() async throws {
        try await CallWorld.run(["skip_greeting": true, "skip_instructions": true]) { world in
            try await world.withPhone { phone in
                try await phone.call("1000")
                try await phone.waitForTone(in: world.server.directory)
                #expect(TestTone.milliseconds(of: 620, in: phone.sound.heard) == 0)
                try await phone.hangUp()
            }
        }
    }
}
