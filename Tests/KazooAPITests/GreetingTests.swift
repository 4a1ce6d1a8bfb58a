import TestKit
import Testing
import Voicemail

/// Greetings, which KAZOO calls media (K§8).
@Suite struct GreetingTests {
    @Test func aGreetingIsMadeHeardAndRemoved() async throws {
        try await TestServer.run { server in
            let world = try await server.makeWorld()
            let media = world.accountPath + "/media"
            let made = try await server.send("PUT", media, token: world.token, data: ["name": "away", "language": "EN-gb"])
            #expect(made.status == 201)
            let id = try #require(made.data["id"]?.string)
            let one = media + "/" + id
            #expect(made["Location"] == one)
            expect(
                made.data,
                is: [
                    "id": .string(id), "name": "away", "language": "en-gb", "media_source": "upload", "streamable": true, "tts": [:],
                ])
            expect(
                try await server.send("GET", one + "/raw", token: world.token).envelope,
                is: [
                    "status": "error", "error": "404", "message": "bad identifier", "data": JSON([id]),
                ])
            let sound = Sounds.wav(milliseconds: 30)
            let uploaded = try await server.send("POST", one + "/raw", headers: ["Content-Type": "audio/mp3"], token: world.token, body: sound)
            #expect(uploaded.status == 200)
            expect(uploaded.data, contains: ["content_type": "audio/mp3", "content_length": .int(sound.count), "media_source": "upload"])
            let heard = try await server.send("GET", one + "/raw", token: world.token)
            #expect(heard.bytes == sound)
            #expect(heard["Content-Type"] == "audio/mp3")
            #expect(heard["Content-Disposition"] == "attachment; filename=uploaded_file_\(server.clock.now.gregorian).mp3")
            let byAccept = try await server.send("GET", one, headers: ["Accept": "audio/mp3"], token: world.token)
            #expect(byAccept.bytes == sound)
            let part = try await server.send("GET", one + "/raw", headers: ["Range": "bytes=1-3"], token: world.token)
            #expect(part.status == 206)
            #expect(part.bytes == Array(sound[1...3]))
            expect(
                try await server.send("GET", media, token: world.token).data,
                is: [
                    ["id": .string(id), "name": "away", "language": "en-gb", "media_source": "upload", "is_prompt": false]
                ])
            // Replacing the document leaves what the upload said.
            let replaced = try await server.send("POST", one, token: world.token, data: ["name": "gone", "content_length": 5])
            expect(replaced.data, contains: ["name": "gone", "content_type": "audio/mp3", "content_length": .int(sound.count)])
            #expect(try await server.send("PATCH", one, token: world.token, data: ["name": "x"]).status == 405)

            let patched = try await server.send("PATCH", world.boxPath, token: world.token, data: ["media": ["unavailable": .string(id)]])
            #expect(patched.data["media"]?["unavailable"]?.string == id)
            let removed = try await server.send("DELETE", one, token: world.token)
            #expect(removed.status == 200)
            for path in [one, one + "/raw"] { #expect(try await server.send("GET", path, token: world.token).status == 404) }
            #expect(try await server.send("GET", world.boxPath, token: world.token).data["media"]?["unavailable"]?.string == id)
            let cleared = try await server.send("PATCH", world.boxPath, token: world.token, data: ["media": ["unavailable": .null]])
            #expect(cleared.data["media"] == [:])
        }
    }

    @Test func aFrontEndsUploadIsADataURI() async throws {
        try await TestServer.run { server in
            let world = try await server.makeWorld()
            let sound = Sounds.wav(milliseconds: 20)
            let greeting = try await server.service.greetings.create(["name": "g"], id: nil, in: world.account)
            let one = "\(world.accountPath)/media/\(greeting.id)"
            for (path, prefix, stored) in [
                ("/raw", "data:audio/wav;base64,", "audio/wav"), ("/raw", "", "application/octet-stream"), ("", "data:audio/mp3;base64,", "audio/mp3"),
            ] {
                let answer = try await server.send(
                    "POST", one + path, headers: ["Content-Type": "application/x-base64"], token: world.token, body: Array((prefix + encode64(sound)).utf8))
                #expect(answer.status == 200, "\(answer.text)")
                let heard = try await server.send("GET", one + "/raw", token: world.token)
                #expect(heard.bytes == sound)
                #expect(heard["Content-Type"] == stored)
            }
            let bad = try await server.send(
                "POST", one + "/raw", headers: ["Content-Type": "application/base64"], token: world.token, body: Array("data:audio/mp3;base64,!".utf8))
            expect(bad.envelope, is: validation("file", "encoding", ["message": "failed to decode base64 data"]))
            let named = try await server.send(
                "POST", one + "/raw?filename=..%2F..%2Fhello%20%22x%22", headers: ["Content-Type": "audio/wav"], token: world.token, body: sound)
            #expect(named.status == 200)
            #expect(try await server.send("GET", one + "/raw", token: world.token)["Content-Disposition"] == "attachment; filename=hello__x_.wav")
            let none = try await server.send("POST", one + "/raw", token: world.token, data: [:])
            expect(none.envelope, is: validation("file", "required", ["message": "Please provide an media file"]))
            #expect(try await server.send("POST", one + "/raw", headers: ["Content-Type": "text/html"], token: world.token, body: sound).status == 415)
            #expect(
                try await server.send(
                    "POST", "\(world.accountPath)/media/\(HexID.random())/raw", headers: ["Content-Type": "audio/wav"], token: world.token, body: sound
                ).status == 404)
            #expect(
                try await server.send(
                    "POST", "\(world.accountPath)/media/\(world.mailbox.id)/raw", headers: ["Content-Type": "audio/wav"], token: world.token, body: sound
                ).status == 404)
        }
    }

    @Test func fieldsHaveTheirBounds() async throws {
        try await TestServer.run { server in
            let world = try await server.makeWorld()
            let text128 = JSON.string(String(repeating: "x", count: 128)), text129 = JSON.string(String(repeating: "x", count: 129))
            for (data, field, code) in [
                (["name": text128, "description": text128], nil, nil), (["name": text129], "name", "maxLength"), ([:], "name", "required"),
                (["name": "n", "description": ""], "description", "minLength"), (["name": "n", "description": text129], "description", "maxLength"),
                (["name": "n", "media_source": "tape"], "media_source", "enum"), (["name": "n", "content_type": "text/html"], "content_type", "enum"),
                (["name": "n", "content_length": 0], "content_length", "minimum"), (["name": "n", "content_length": 11_534_336], nil, nil),
                (["name": "n", "content_length": 11_534_337], "content_length", "maximum"), (["name": "n", "tts": ["text": ""]], "tts.text", "minLength"),
                (["name": "n", "source_id": "x"], "source_id", "minLength"),
            ] as [(JSON, String?, String?)] {
                let answer = try await server.send("PUT", world.accountPath + "/media", token: world.token, data: data)
                #expect(answer.status == (field == nil ? 201 : 400), "\(answer.text)")
                if let field, let code { #expect(answer.data[field]?[code] != nil, "\(answer.text)") }
            }
        }
    }

    @Test func promptsAreIndexed() async throws {
        try await TestServer.run { server in
            let world = try await server.makeWorld()
            var ids: [String] = []
            for (name, language, prompt) in [("a", "en-us", "vm-person"), ("b", "de-de", "vm-person"), ("c", "de-de", nil)] as [(String, String, String?)] {
                var data: JSONObject = ["name": .string(name), "language": .string(language)]
                data["prompt_id"] = prompt.map { .string($0) }
                ids.append(try await server.service.greetings.create(data, id: nil, in: world.account).id)
            }
            func get(_ path: String) async throws -> JSON { try await server.send("GET", world.accountPath + "/media/" + path, token: world.token).data }
            expect(try await get("languages"), is: [["en-us": 1, "de-de": 2]])
            expect(try await get("prompts"), is: [["vm-person": 2]])
            expect(try await get("languages/de-de"), is: JSON([ids[1], ids[2]]))
            expect(try await get("prompts/vm-person"), is: JSON([ids[0], ids[1]]))
        }
    }
}
