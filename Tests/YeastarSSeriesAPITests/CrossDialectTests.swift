import Audio
import NIOCore
import TestKit
import Testing
import Voicemail

@Suite("One message, two interfaces")
struct CrossDialectTests {
    @Test("Left by KAZOO, queried here, downloaded here, read there, deleted here, gone there")
    func life() async throws {
        try await SSeriesWorld.run(extensions: ["1000"]) { (world: SSeriesWorld) async throws in
            let server = world.server, client = world.client
            let token = try await server.makeToken(for: world.account)
            let box = try await world.mailbox("1000")
            let messages = "/v2/accounts/\(world.account.id)/vmboxes/\(box.id)/messages"
            let audio = try AudioSamples.tones([440], seconds: 2.5, sampleRate: 44_100).encoded(as: .mp3)
            let left = try await server.send("PUT", messages, token: token, data: ["caller_id_number": "6000", "caller_id_name": "Ann"])
            let id = try #require(left.data["media_id"]?.string)
            let raw = try await server.send("PUT", "\(messages)/\(id)/raw", headers: ["Content-Type": "audio/mp3"], token: token, body: audio)
            #expect(raw.status == 201 || raw.status == 200)

            func item() async throws -> JSON? {
                try await client.post("voicemail/query", ["extid": "1000"])["voicemails"]?.array?.first?["voicemail"]?.array?.first
            }
            #expect(try await item()?["messagefrom"] == "6000")
            #expect(try await item()?["voicemailstatus"] == "unread")
            #expect(try await item()?["voicemaillength"] == "2")

            let random = try #require(
                try await client.post(
                    "voicemail/get_random",
                    [
                        "extid": "1000", "voicemailfile": "msg0000.wav", "voicemailstatus": "unread",
                    ])["random"]?.string)
            let wav = try await client.get("voicemail/download?extid=1000&voicemailstatus=unread&voicemailfile=msg0000.wav&random=\(random)")
            let facts = try await server.service.codec.measure(.bytes(.init(bytes: wav.bytes)))
            #expect(facts.container == "wav")
            #expect(facts.sampleRate == 8000)
            #expect(facts.channels == 1)
            #expect((2400...2700).contains(facts.durationMilliseconds))
            // The master is what was sent.
            let master = try await server.send("GET", "\(messages)/\(id)/raw", token: token)
            #expect(master.bytes == audio)

            _ = try await server.send("POST", "\(messages)/\(id)", token: token, data: ["folder": "saved"])
            #expect(try await item()?["voicemailstatus"] == "read")

            #expect(try await client.post("voicemail/delete", ["extid": "1000", "voicemailfile": "msg0000.wav", "voicemailstatus": "read"]) == succeeded)
            let gone = try await server.send("GET", "\(messages)/\(id)", token: token)
            #expect(gone.status == 404)
            let list = try await server.send("GET", messages, token: token)
            #expect(list.data == [])
        }
    }

    @Test("In KAZOO's trash a message has no place here; out of it, it has its old one")
    func trash() async throws {
        try await SSeriesWorld.run(extensions: ["1000"]) { (world: SSeriesWorld) async throws in
            let token = try await world.server.makeToken(for: world.account)
            let first = try await world.leave(in: "1000", from: "1", at: "2020-04-07 10:00:00")
            try await world.leave(in: "1000", from: "2", at: "2020-04-07 11:00:00")
            let path = "/v2/accounts/\(world.account.id)/vmboxes/\(first.mailboxID)/messages/\(first.monthID)"
            _ = try await world.server.send("POST", path, token: token, data: ["folder": "deleted"])
            #expect(try await world.listed("1000") == ["msg0000.wav 2"])
            _ = try await world.server.send("POST", path, token: token, data: ["folder": "new"])
            #expect(try await world.listed("1000") == ["msg0000.wav 1", "msg0001.wav 2"])
        }
    }
}
