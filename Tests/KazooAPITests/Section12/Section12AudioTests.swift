import TestKit
import Testing
import Voicemail

/// K§12, row by row: what concerns audio.
@Suite struct Section12AudioTests {
    @Test(
        "K§12-04: a ZIP is asked for with JSON, a form's type or none", arguments: ["application/json", "application/x-www-form-urlencoded", nil] as [String?])
    func zipRequest(_ type: String?) async throws {
        try await Section12Stage.run { (stage: Section12Stage) async throws in
            let sound = Sounds.wav(milliseconds: 10)
            let id = try await stage.leave(sound: sound)
            let answer = try await stage.send("POST", stage.messages + "/raw", type: type, JSON.object(["data": ["messages": JSON([id])]]).encoded)
            #expect(answer.status == 200)
            #expect(answer["Content-Type"] == "application/zip")
            #expect(try ZipReader.entries(answer.bytes).map(\.bytes) == [sound])
        }
    }

    @Test("K§12-16: audio is put at the message's raw, or at the message", arguments: ["/raw", "/raw/", "", "/"])
    func attaching(_ end: String) async throws {
        try await Section12Stage.run { (stage: Section12Stage) async throws in
            let id = try await stage.leave()
            for sound in [Sounds.wav(milliseconds: 20), Sounds.wav(milliseconds: 30)] {
                let upload = Multipart(parts: [.init("audio/mp3", sound, disposition: #"attachment; name="content"; filename="voice.mp3""#)])
                let attached = try await stage.put(stage.messages + "/" + id + end, type: upload.contentType, upload.bytes)
                #expect(attached.status == 201)
                expect(attached.data, is: try await stage.call("GET", stage.messages + "/" + id).data)
                let raw = try await stage.call("GET", stage.messages + "/" + id + "/raw")
                #expect(raw.bytes == sound && raw["Content-Type"] == "audio/mp3")
            }
        }
    }

    @Test("K§12-40: a ZIP leaves out what is not there; with nothing left there is none")
    func zipWithMissing() async throws {
        try await Section12Stage.run { (stage: Section12Stage) async throws in
            let sound = Sounds.wav(milliseconds: 10)
            let id = try await stage.leave(sound: sound), silent = try await stage.leave()
            let missing = "201605-" + HexID.random()
            let answer = try await stage.call("POST", stage.messages + "/raw", ["messages": JSON([missing, silent, id])])
            #expect(try ZipReader.entries(answer.bytes).map(\.bytes) == [sound])
            let none = try await stage.call("POST", stage.messages + "/raw", ["messages": JSON([missing, silent])])
            expect(none.envelope, is: ["status": "error", "error": "404", "message": "not_found", "data": ["message": "not found"]])
        }
    }

    @Test("K§12-42: a range that is open at its end is served")
    func openRange() async throws {
        try await Section12Stage.run { (stage: Section12Stage) async throws in
            let sound = Array("abcdefg".utf8)
            let id = try await stage.leave(sound: sound)
            for (range, status, body, shown) in [
                ("bytes=0-", 206, "abcdefg", "bytes 0-6/7"), ("bytes=3-", 206, "defg", "bytes 3-6/7"), ("bytes=7-", 200, "abcdefg", nil),
            ]
                as [(String, Int, String, String?)]
            {
                let answer = try await stage.server.send("GET", stage.messages + "/" + id + "/raw", headers: ["Range": range], token: stage.world.token)
                #expect(answer.status == status && answer.text == body, "\(range)")
                #expect(answer["Content-Range"] == shown && answer["Accept-Ranges"] == "bytes")
            }
        }
    }
}
