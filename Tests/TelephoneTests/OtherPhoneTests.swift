import Foundation
import NIOCore
import SIP
import Server
import TestKit
import Testing
import Voicemail

/// What crosses the wire is not only understood by a phone of our own.
@Suite("Telephones that others have written leave messages")
struct OtherPhoneTests {
    @Test("sipp over UDP and TCP, several calls at once, each whole", .enabled(if: OtherPhones.isInstalled("sipp")), arguments: ["u1", "t1"])
    func sipp(transport: String) async throws {
        try await CallWorld.run(["skip_greeting": true, "skip_instructions": true]) { world in
            let outcome = try await OtherPhones.sipp("leave", transport: transport, to: world.server.sipPort)
            #expect(outcome.isWell, "\(outcome.output)")
            let messages = try await world.messages(5)
            #expect(messages.count == 5)
            for message in messages {
                #expect(message.callerNumber == "5551234" && message.callerName == "Sipp")
                #expect(message.reception?.lost == 0)
                #expect(TestTone.milliseconds(of: 500, in: try await world.sound(of: message)) >= 2500)
            }
        }
    }

    @Test("sipp shows its password, and is refused with a wrong one", .enabled(if: OtherPhones.isInstalled("sipp")))
    func sippWithPassword() async throws {
        try await TemporaryDirectory.run { directory in
            let file = directory.path + "/pbx.password"
            try Data("secret\n".utf8).write(to: URL(filePath: file))
            try await CallWorld.run(["skip_greeting": true, "skip_instructions": true]) {
                $0.telephone.trusted = []
                $0.telephone.strangers = .challenge
                $0.telephone.passwordFiles = ["pbx": file]
                // sipp looks at the first question alone, and knows no other hash.
                $0.telephone.logins.algorithms = [.md5]
            } _: { world in
                let wrong = try await OtherPhones.sipp("password", calls: 1, options: "-au pbx -ap guess", to: world.server.sipPort)
                #expect(!wrong.isWell)
                let outcome = try await OtherPhones.sipp("password", calls: 2, options: "-au pbx -ap secret", to: world.server.sipPort)
                #expect(outcome.isWell, "\(outcome.output)")
                #expect(try await world.messages(2).count == 2)
            }
        }
    }

    @Test("baresip speaks in G.722, and the message has twice the samples", .enabled(if: OtherPhones.isInstalled("baresip")))
    func wide() async throws {
        try await CallWorld.run { world in
            _ = try await OtherPhones.baresip(account: ";audio_codecs=G722/16000/1", modules: ["g722"], rate: 16_000, to: world.server.sipPort)
            let message = try #require(try await world.messages(1).first)
            #expect(message.reception?.lost == 0)
            #expect(TestTone.milliseconds(of: 500, in: try await world.sound(of: message)) >= 3000)
            let master = try await world.master(of: message)
            #expect(Array(master[20..<28]) == [1, 0, 1, 0, 0x80, 0x3E, 0, 0])
        }
    }

    @Test("baresip speaks in Opus, and the message is what it sent, in Ogg", .enabled(if: OtherPhones.isInstalled("baresip")))
    func opus() async throws {
        try await CallWorld.run { world in
            let output = try await OtherPhones.baresip(
                account: ";audio_codecs=opus/48000/2", modules: ["opus"], rate: 48_000, channels: 2, to: world.server.sipPort)
            let message = try #require(try await world.messages(1).first, "\(output)")
            #expect(message.reception?.lost == 0)
            #expect(message.audio?.contentType == "audio/ogg")
            #expect(TestTone.milliseconds(of: 500, in: try await world.sound(of: message)) >= 3000)
            let master = try await world.master(of: message)
            #expect(master.starts(with: Array("OggS".utf8)) && master.count < message.lengthMilliseconds * 30)
            let facts = try await world.server.service.codec.measure(.bytes(.init(bytes: master)))
            #expect(abs(facts.durationMilliseconds - message.lengthMilliseconds) <= 20)
        }
    }

    @Test("baresip speaks and hears the tone", .enabled(if: OtherPhones.isInstalled("baresip")))
    func baresip() async throws {
        try await CallWorld.run { world in
            _ = try await OtherPhones.baresip(to: world.server.sipPort)
            let message = try #require(try await world.messages(1).first)
            #expect(message.callerNumber == "2001")
            #expect(message.reception?.lost == 0)
            let heard = try await world.sound(of: message)
            #expect(TestTone.milliseconds(of: 500, in: heard) >= 3000)
        }
    }
}
