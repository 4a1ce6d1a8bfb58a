import Audio
import Foundation
import HTTPFront
import KazooAPI
import Server
import TestKit
import Testing
import Voicemail

@Suite("Recordings put over HTTP")
struct HTTPIntakeTests {
    private static let name = "20220412173331-1649756009.12-2002-2005-Inbound.wav"

    @Test("A vendor's file name tells who called whom, and when; sent again it is the same recording")
    func vendorName() async throws {
        try await TestServer.run { (server: TestServer) async throws in
            let world = try await IntakeWorld(server)
            let audio = try Sounds.wav()
            let answer = try await world.put(Self.name, audio)
            #expect(answer.status == 201)
            let recording = try #require(try await world.recordings().first)
            #expect(answer.json["id"] == .string(recording.id))
            #expect(answer.json["name"] == .string(Self.name))
            #expect(recording.name == Self.name)
            #expect(recording.callerNumber == "2002" && recording.calleeNumber == "2005" && recording.direction == .inbound)
            #expect(recording.callID == "1649756009.12")
            // The call id begins with the second of the call, whatever zone the recorder's clock is in.
            #expect(recording.started == Timestamp(unix: 1_649_756_009))
            #expect(recording.audio.contentType == "audio/wav")
            #expect(recording.durationMilliseconds == 1000)
            let again = try await world.put(Self.name, audio)
            #expect(again.status == 200)
            #expect(again.json == answer.json)
            #expect(try await world.put(Self.name, try Sounds.wav(2)).status == 409)
            #expect(try await world.recordings().count == 1)
            #expect(try await server.service.store.read { try $0.events(after: 0, limit: 99) }.filter { $0.kind == .recordingStored }.count == 1)
        }
    }

    @Test("What the request says goes before the name")
    func parameters() async throws {
        try await TestServer.run { (server: TestServer) async throws in
            let world = try await IntakeWorld(server)
            let query = "?caller=+35315550101&caller_name=Ann+Lee&to=3000&callee_name=Desk&type=out&at=2024-05-06T07:08:09Z&call_id=abc-1&duration=12.5"
            let answer = try await world.put("call.wav" + query, try Sounds.wav())
            #expect(answer.status == 201, "\(answer.text)")
            let recording = try #require(try await world.recordings().first)
            #expect(recording.callerNumber == "+35315550101" && recording.callerName == "Ann Lee")
            #expect(recording.calleeNumber == "3000" && recording.calleeName == "Desk")
            #expect(recording.direction == .outbound && recording.callID == "abc-1")
            #expect(recording.started == Timestamp(rfc3339: "2024-05-06T07:08:09Z"))
            #expect(recording.durationMilliseconds == 12_500)
            #expect(recording.source == "call.wav")
            #expect(recording.name == "20240506070809-abc_1-+35315550101-3000-Outbound.wav")
        }
    }

    @Test("A name and a query that are no UTF-8 are read as Latin-1, as in a watched directory; broken percent-encoding is refused")
    func namesInLatin1() async throws {
        try await TestServer.run { (server: TestServer) async throws in
            let world = try await IntakeWorld(server)
            // As bytes: clients' libraries write UTF-8 only.
            func put(_ target: String, _ audio: [UInt8]) async throws -> String {
                let head = "PUT /intake/recordings/\(target) HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer \(world.key)\r\nConnection: close\r\n"
                let answer = try await server.exchange(Array("\(head)Content-Length: \(audio.count)\r\n\r\n".utf8) + audio, finishing: false)
                return String(decoding: answer.prefix(12), as: UTF8.self)
            }
            let query = "?caller_name=Zo%EB+M%FCller&caller=1&callee=2&at=1649756009"
            #expect(try await put("J%FCrgen.wav" + query, try Sounds.wav()) == "HTTP/1.1 201")
            let recording = try #require(try await world.recordings().first)
            #expect(recording.source == "J\u{FC}rgen.wav" && recording.callerName == "Zo\u{EB} M\u{FC}ller")
            #expect(try await put("Zo%C3%AB.wav?caller=1&callee=2&at=1649756010", try Sounds.wav(2)) == "HTTP/1.1 201")
            #expect(try await world.recordings().contains { $0.source == "Zo\u{EB}.wav" })
            for broken in ["a%F.wav", "a%zz.wav", "a.wav?caller=%"] { #expect(try await put(broken, try Sounds.wav()) == "HTTP/1.1 400") }
        }
    }

    @Test("KAZOO's recorder tells no more than the call's id")
    func kazooName() async throws {
        try await TestServer.run { (server: TestServer) async throws in
            let world = try await IntakeWorld(server)
            #expect(try await world.put("call_recording_79959ZDNm%40192.0.2.1.wav", try Sounds.wav()).status == 201)
            let recording = try #require(try await world.recordings().first)
            #expect(recording.callID == "79959ZDNm@192.0.2.1")
            #expect(recording.callerNumber == "" && recording.calleeNumber == "")
            #expect(recording.started == server.clock.now.advanced(by: -1))
        }
    }

    @Test("The key may be a bearer's or the password of basic authentication; any other opens nothing")
    func keys() async throws {
        try await TestServer.run { (server: TestServer) async throws in
            let world = try await IntakeWorld(server)
            let audio = try Sounds.wav()
            let path = "/intake/recordings/" + Self.name
            let basic = Data("recorder:\(world.key)".utf8).base64EncodedString()
            let other = try await server.service.access.issueKey(CredentialDraft(.kazoo, name: "kazoo"), in: world.account).secret
            for header in ["", "Bearer", "Bearer x", "Bearer \(other)", "Basic !", "Basic \(Data("a".utf8).base64EncodedString())", "Digest x"] {
                let refused = try await server.send("PUT", path, headers: ["Authorization": header], body: audio)
                #expect(refused.status == 401, "\(header)")
                #expect(refused["WWW-Authenticate"] != nil)
            }
            #expect(try await server.send("PUT", path, body: audio).status == 401)
            #expect(try await world.recordings().isEmpty)
            #expect(try await server.send("PUT", path, headers: ["Authorization": "Basic \(basic)"], body: audio).status == 201)
            let credential = try #require(try await server.service.access.credentials(of: world.account).first { $0.kind == .intake })
            try await server.service.access.removeCredential(credential.id, in: world.account)
            #expect(try await world.put(Self.name, audio).status == 401)
        }
    }

    @Test("A recording has a limit of its own, whatever other bodies may have: four hours of two sides of a telephone by default")
    func limit() async throws {
        #expect(Limits().maximumRecordingBytes >= 4 * 3600 * 8000 * 2 * 2 + 44)
        try await TestServer.run {
            $0.limits.maximumRecordingBytes = 20_000
            $0.http.limits.body = 5000
        } _: { (server: TestServer) async throws in
            let world = try await IntakeWorld(server)
            let audio = try Sounds.wav()
            #expect(try await world.put("long.wav?caller=1&callee=2", audio + [UInt8](repeating: 0, count: 20_000 - audio.count)).status == 201)
            #expect(try await world.put("longer.wav?caller=1&callee=2", audio + [UInt8](repeating: 0, count: 20_001 - audio.count)).status == 413)
        }
    }

    @Test("A recording that takes too long to measure is stored, and gets its length later")
    func measuredLater() async throws {
        try await TestServer.run(measuring: .later) { (server: TestServer) async throws in
            let world = try await IntakeWorld(server)
            let sound = try AudioSamples.tones([400], seconds: 2).encoded(as: .oggOpus)
            #expect(try await world.put("long.ogg?caller=1&callee=2", sound).status == 201)
            #expect(try await world.put("given.ogg?caller=1&callee=2&duration=7", sound + [0]).status == 201)
            try await until { try await world.recordings().allSatisfy { $0.durationMilliseconds > 0 } }
            let recordings = try await world.recordings()
            #expect(recordings.map { $0.durationMilliseconds / 100 }.sorted() == [20, 70])
            #expect(recordings.allSatisfy { $0.name.hasSuffix(".ogg") })
            let stored = try await server.service.renditions.sound(of: recordings[0])
            #expect(try await server.service.renditions.download(of: stored).contentType == "audio/ogg")
        }
    }

    @Test("What cannot be measured in time and does not begin with sound is to come again")
    func notNow() async throws {
        try await TestServer.run(measuring: .later) { (server: TestServer) async throws in
            let world = try await IntakeWorld(server)
            let sound = try AudioSamples.tones([400], seconds: 2).encoded(as: .flac)
            // One block of headers, the last, and no frame.
            let spoilt = Array(sound[..<4]) + [0x80] + Array(sound[5..<42]) + [UInt8](repeating: 0, count: 1000)
            let answer = try await world.put("spoilt.flac?caller=1&callee=2", spoilt)
            #expect(answer.status == 503 && answer["Retry-After"] == "30" && answer["Content-Type"] == "application/json")
            #expect(answer.json == ["error": "too many recordings of this account wait to be measured"])
            #expect(try await world.recordings().isEmpty)
            try await server.service.archive.list { id, _ in Issue.record("\(id) stays") }
        }
    }

    @Test("Of joined FLAC files all are heard, with a tag between as well")
    func joinedFLAC() async throws {
        try await TestServer.run { (server: TestServer) async throws in
            let world = try await IntakeWorld(server)
            let first = try AudioSamples.tones([400], seconds: 2).encoded(as: .flac), second = try AudioSamples.tones([900], seconds: 1).encoded(as: .flac)
            let tag = Array("ID3".utf8) + [4, 0, 0, 0, 0, 0, 10] + [UInt8](repeating: 0, count: 10)
            for (name, bytes) in [("joined", first + second), ("tagged", first + tag + second)] {
                #expect(try await world.put("\(name).flac?caller=1&callee=2", bytes).status == 201)
                let recording = try #require(try await world.recordings().first { $0.source == "\(name).flac" })
                #expect(recording.durationMilliseconds == 3000)
                let stored = try await server.service.renditions.sound(of: recording)
                let heard = try await server.service.renditions.download(of: stored, as: .wav)
                #expect(heard.reader.size == 44 + 2 * 3 * 8000)
            }
        }
    }

    @Test("WAV of a kind that no decoder knows is refused: ADPCM of NMS, G.722.1, what has no name")
    func unknownWave() async throws {
        try await TestServer.run { (server: TestServer) async throws in
            let world = try await IntakeWorld(server)
            for tag in [0x38, 0x28E, 0x7777] as [UInt16] {
                var bytes = try Sounds.wav()
                bytes.replaceSubrange(20..<22, with: [UInt8(truncatingIfNeeded: tag), UInt8(tag >> 8)])
                let answer = try await world.put("nms.wav?caller=1&callee=2", bytes)
                #expect(answer.status == 415 && answer.json["error"]?.string?.isEmpty == false, "\(tag)")
            }
            #expect(try await world.recordings().isEmpty)
        }
    }

    @Test("A form that holds a recording is no recording")
    func form() async throws {
        try await TestServer.run { (server: TestServer) async throws in
            let world = try await IntakeWorld(server)
            for type in ["multipart/form-data; boundary=XX", "Multipart/mixed"] {
                let answer = try await server.send(
                    "PUT", "/intake/recordings/form.mp3", headers: ["Authorization": "Bearer \(world.key)", "Content-Type": type],
                    body: try Sounds.wav())
                #expect(answer.status == 415 && answer.json["error"]?.string?.isEmpty == false)
            }
            #expect(try await world.recordings().isEmpty)
        }
    }

    @Test("Recordings of one call have names of their own, however long the call's id", arguments: ["a@b", String(repeating: "x", count: 255)])
    func partsOfACall(id: String) async throws {
        try await TestServer.run { (server: TestServer) async throws in
            let world = try await IntakeWorld(server)
            for part in 1...3 {
                let answer = try await world.put("\(part).wav?caller=1&callee=2&at=1700000000&call_id=\(id)", try Sounds.wav(part))
                #expect(answer.status == 201, "\(answer.text)")
            }
            let recordings = try await world.recordings()
            let cut = id.count > 40 ? String(id.prefix(40)) : "a@b"
            #expect(recordings.map(\.callID) == [id, id, id])
            #expect(recordings.map { $0.name.dropFirst(15) } == ["", "_2", "_3"].map { "\(cut)\($0)-1-2-Internal.wav"[...] })
        }
    }

    @Test("Refusals leave nothing behind")
    func refusals() async throws {
        try await TestServer.run {
            $0.limits.maximumRecordingBytes = 20_000
        } _: { (server: TestServer) async throws in
            let world = try await IntakeWorld(server)
            let audio = try Sounds.wav()
            for (path, body, status) in [
                (Self.name + "?type=sideways", audio, 400),
                (Self.name + "?at=yesterday", audio, 400), (Self.name + "?duration=long", audio, 400),
                (Self.name + "?call_id=" + String(repeating: "x", count: 256), audio, 400), ("a/b.wav", audio, 404), ("", audio, 404),
                (Self.name, Array("no sound".utf8), 415), (Self.name, [], 415), (Self.name, audio + [UInt8](repeating: 0, count: 20_001 - audio.count), 413),
            ] {
                let answer = try await world.put(path, body)
                #expect(answer.status == status, "\(path)")
                #expect(answer.json["error"]?.string?.isEmpty == false)
            }
            let get = try await server.send("GET", "/intake/recordings/x", headers: ["Authorization": "Bearer \(world.key)"])
            #expect(get.status == 405 && get["Allow"] == "PUT, POST")
            #expect(try await world.recordings().isEmpty)
            // Padding behind the sound makes it as large as it may be.
            #expect(try await world.put(Self.name, audio + [UInt8](repeating: 0, count: 20_000 - audio.count)).status == 201)
            try await server.service.housekeeping.verifyArchive { damage in Issue.record("\(damage.description)") }
        }
    }

    @Test("A name from outside is a label", arguments: ["..%2F..%2Fetc%2Fpasswd", "%00.wav", "a%22b%0A.wav", "%E2%80%AE.wav"])
    func hostileNames(name: String) async throws {
        try await TestServer.run { (server: TestServer) async throws in
            let world = try await IntakeWorld(server)
            #expect(try await world.put(name + "?caller=1&callee=2", try Sounds.wav()).status == 201)
            let recording = try #require(try await world.recordings().first)
            #expect(recording.source == name.removingPercentEncoding)
            #expect(recording.name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) })
        }
    }
}
