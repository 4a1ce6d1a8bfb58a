import TestKit
import Testing
import Voicemail

/// What one interface does, the other sees at once (DESIGN, promise 4).
@Suite struct CrossDialectTests {
    private let sound = WAV.tones([440], milliseconds: 300)

    @Test("A greeting uploaded here is a media document there, byte for byte, and the one in force is in force in both")
    func greetingFromHere() async throws {
        try await PSeriesWorld.run { world in
            _ = try await world.upload("vm_away.wav", sound)
            let kazoo = try await world.server.makeToken(for: world.account)
            let path = "/v2/accounts/\(world.account.id)"
            let media = try #require(try await world.server.send("GET", path + "/media", token: kazoo).data.array?.first)
            #expect(media["name"] == "vm_away.wav")
            let id = try #require(media["id"]?.string)
            let document = try await world.server.send("GET", path + "/media/" + id, token: kazoo).data
            #expect(document["content_type"] == "audio/wav" && document["content_length"] == .int(sound.count) && document["media_source"] == "upload")
            #expect(try await world.server.send("GET", path + "/media/\(id)/raw", token: kazoo).bytes == sound)
            let box = path + "/vmboxes/" + world.extensions[0].id
            _ = try await world.server.send("PATCH", box, token: kazoo, data: ["media": ["unavailable": .string(id)]])
            let current = try await world.service.document(world.extensions[0].id, kind: .mailbox, of: world.account)
            #expect(try await world.service.greetingInForce(of: current)?.fileName == "vm_away.wav")
            // Renamed there, its file name here stays; removed there, it is gone here and no longer in force.
            _ = try await world.server.send("POST", path + "/media/" + id, token: kazoo, data: ["name": "Away"])
            #expect(try await world.greetingNames() == ["vm_away.wav"])
            _ = try await world.server.send("DELETE", path + "/media/" + id, token: kazoo)
            #expect(try await world.greetingNames() == [])
            #expect(try await world.service.greetingInForce(of: current) == nil)
            #expect(try await world.upload("vm_away.wav", sound).code == 0)
        }
    }

    @Test("A greeting made there and put in force for a box is one of the box's here")
    func greetingFromThere() async throws {
        try await PSeriesWorld.run { world in
            let kazoo = try await world.server.makeToken(for: world.account)
            let path = "/v2/accounts/\(world.account.id)"
            let media = try await world.server.send("PUT", path + "/media", token: kazoo, data: ["name": "main greeting"]).data
            let id = try #require(media["id"]?.string)
            let raw = try await world.server.send("POST", path + "/media/\(id)/raw", headers: ["Content-Type": "audio/x-wav"], token: kazoo, body: sound)
            #expect(raw.status == 200)
            #expect(try await world.greetingNames() == [])
            _ = try await world.server.send("PATCH", path + "/vmboxes/" + world.extensions[0].id, token: kazoo, data: ["media": ["unavailable": .string(id)]])
            let names = try await world.greetingNames()
            #expect(names.count == 1)
            let link = try await world.get("extension_vm_greeting/download", ["extension": "3200", "file": try #require(names.first)])
            #expect(try await world.fetch(link).bytes == sound)
            // An upload of that name is another greeting and leaves KAZOO's alone.
            _ = try await world.upload(try #require(names.first), WAV.silence(milliseconds: 100))
            #expect(try await world.server.send("GET", path + "/media/\(id)/raw", token: kazoo).bytes == sound)
            #expect(Set(try await world.greetingNames()).count == 2)
        }
    }

    @Test("A mailbox takes its greetings with it, and its number is free for a mailbox without them")
    func mailboxGoes() async throws {
        try await PSeriesWorld.run { world in
            _ = try await world.upload("vm_away.wav", sound)
            let kazoo = try await world.server.makeToken(for: world.account)
            let path = "/v2/accounts/\(world.account.id)"
            #expect(try await world.server.send("DELETE", path + "/vmboxes/" + world.extensions[0].id, token: kazoo).status == 200)
            #expect(try await world.get("extension_vm_greeting/list", ["extension": "3200"]).code == 60001)
            #expect(try await world.server.send("GET", path + "/media", token: kazoo).data == [])
            _ = try await world.server.makeMailbox("3200", in: world.account)
            #expect(try await world.greetingNames() == [])
        }
    }
}
