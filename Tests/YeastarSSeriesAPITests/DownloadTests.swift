import Audio
import Foundation
import Server
import TestKit
import Testing
import Voicemail

@testable import YeastarSSeriesAPI

@Suite("voicemail/get_random and voicemail/download (S§3.2, S§3.3)")
struct DownloadTests {
    /// Asks for a random and tells the link it opens.
    private func link(_ client: SSeriesClient, _ number: String = "1000", file: String = "msg0000.wav", _ more: JSONObject = [:]) async throws -> String {
        var body: JSONObject = ["extid": .string(number), "voicemailfile": .string(file)]
        body.merge(more) { $1 }
        let random = try #require(try await client.post("voicemail/get_random", .object(body))["random"]?.string)
        return "voicemail/download?extid=\(number)&voicemailfile=\(file)&random=\(random)"
    }

    /// Samples per second, channels and bits of a WAV file (RIFF WAVE format chunk).
    private func format(_ wav: [UInt8]) -> [Int] {
        guard wav.count > 44, Array(wav[0..<4]) == Array("RIFF".utf8), Array(wav[8..<16]) == Array("WAVEfmt ".utf8) else { return [] }
        func number(_ at: Int, _ bytes: Int) -> Int { (0..<bytes).reduce(0) { $0 | Int(wav[at + $1]) << (8 * $1) } }
        return [number(24, 4), number(22, 2), number(34, 2)]
    }

    @Test("Who fetches a message is noted where the account wants it")
    func noted() async throws {
        try await SSeriesWorld.run(extensions: ["1000"]) { (world: SSeriesWorld) async throws in
            let service = world.server.service, account = try #require(try await service.accounts.only())
            _ = try await service.accounts.change(account.id, .patch(["audit_listening": true]))
            try await world.leave(in: "1000", seconds: 1)
            #expect(try await world.client.get(try await link(world.client)).status == 200)
            let heard = try await service.audit.list(of: account.id, limit: 100).filter { $0.action == .heard }
            #expect(heard.count == 1 && heard.first?.actor.hasPrefix("s-series ") == true)
        }
    }

    @Test("Of more randoms than one user has, the oldest opens nothing any more, and the others what they did")
    func oldestRandomEnds() async throws {
        try await SSeriesWorld.run(extensions: ["1000"]) { (world: SSeriesWorld) async throws in
            try await world.leave(in: "1000", seconds: 1)
            let other = try await world.server.logIn(try await world.server.makeSSeriesUser(in: world.account))
            let first = try await link(world.client), theirs = try await link(other)
            world.server.clock.advance(by: 1)
            var links: [String] = []
            for _ in 0..<DownloadGrant.most { links.append(try await link(world.client)) }
            #expect(try await world.client.get(first).json == failed("20017"))
            for one in [links[0], links[links.count - 1]] { #expect(try await world.client.get(one).status == 200) }
            #expect(try await world.client.get(links[1])["Content-Type"] == "audio/wav")
            #expect(try await other.get(theirs)["Content-Type"] == "audio/wav")
        }
    }

    @Test("8 kHz 16-bit mono WAV, whatever is stored", arguments: FileFormat.allCases)
    func formats(stored: FileFormat) async throws {
        try await SSeriesWorld.run(extensions: ["1000"]) { (world: SSeriesWorld) async throws in
            try await world.leave(in: "1000", seconds: 2, format: stored)
            let answer = try await world.client.get(try await link(world.client))
            #expect(answer.status == 200)
            #expect(answer["Content-Type"] == "audio/wav")
            #expect(answer["Content-Disposition"] == "attachment; filename=\"msg0000.wav\"")
            #expect(answer["Content-Length"] == String(answer.bytes.count))
            #expect(answer["Access-Control-Allow-Origin"] == "*")
            #expect(format(answer.bytes) == [8000, 1, 16])
            // Two seconds of sound; lossy formats pad a little.
            #expect((31_000...36_000).contains(answer.bytes.count))
            // Downloading reads nothing.
            let item = try await world.client.post("voicemail/query")["voicemails"]?.array?.first?["voicemail"]?.array?.first
            #expect(item?["voicemailstatus"] == "unread")
        }
    }

    @Test("In any order, by either key, with and without the status, in every version", arguments: ["v0.0.1", "v1.0.1", "v1.1.0", "v2.0.0"])
    func versions(version: String) async throws {
        try await SSeriesWorld.run(version, extensions: ["1000"]) { (world: SSeriesWorld) async throws in
            try await world.leave(in: "1000", folder: .saved)
            for (key, status) in [("extid", ""), ("number", "&voicemailstatus=read")] {
                let random = try #require(
                    try await world.client.post(
                        "voicemail/get_random",
                        [
                            "extid": "1000", "voicemailfile": "msg0000.wav",
                        ])["random"]?.string)
                let answer = try await world.client.get("voicemail/download?random=\(random)\(status)&voicemailfile=msg0000.wav&\(key)=1000")
                #expect(answer.bytes.starts(with: Array("RIFF".utf8)))
            }
        }
    }

    @Test("A random is used once; HEAD does not use it")
    func once() async throws {
        try await SSeriesWorld.run(extensions: ["1000"]) { (world: SSeriesWorld) async throws in
            try await world.leave(in: "1000")
            let link = try await link(world.client)
            let head = try await world.client.get(link, method: "HEAD")
            #expect(head["Content-Type"] == "audio/wav")
            #expect(head.bytes.isEmpty)
            let first = try await world.client.get(link)
            #expect(first.bytes.starts(with: Array("RIFF".utf8)))
            #expect(head["Content-Length"] == String(first.bytes.count))
            for method in ["GET", "HEAD"] {
                #expect(try await world.client.get(link, method: method)["Content-Type"] == "application/json")
            }
            #expect(try await world.client.get(link).json == failed("20017"))
        }
    }

    @Test("Of many downloads with one random at once, one succeeds")
    func race() async throws {
        try await SSeriesWorld.run(extensions: ["1000"]) { (world: SSeriesWorld) async throws in
            try await world.leave(in: "1000")
            let link = try await link(world.client)
            let succeeded = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<8 { group.addTask { try await world.client.get(link).bytes.starts(with: Array("RIFF".utf8)) } }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(succeeded == 1)
        }
    }

    @Test("A random is good for thirty seconds and not one more")
    func expiry() async throws {
        try await SSeriesWorld.run(extensions: ["1000"]) { (world: SSeriesWorld) async throws in
            try await world.leave(in: "1000")
            let first = try await link(world.client), second = try await link(world.client)
            world.server.clock.advance(by: 30)
            #expect(try await world.client.get(first).bytes.starts(with: Array("RIFF".utf8)))
            world.server.clock.advance(by: 1)
            #expect(try await world.client.get(second).json == failed("20017"))
        }
    }

    @Test("A random opens its message, for its token, under its names")
    func bound() async throws {
        try await SSeriesWorld.run(extensions: ["1000", "1001"]) { (world: SSeriesWorld) async throws in
            for number in ["1000", "1001"] {
                try await world.leave(in: number)
                try await world.leave(in: number, at: "2020-04-07 11:00:00")
            }
            let link = try await link(world.client)
            let other = try await world.server.logIn(try await world.server.makeSSeriesUser(in: world.account))
            #expect(try await other.get(link).json == failed("20017"))
            for changed in [
                link.replacing("extid=1000", with: "extid=1001"), link.replacing("msg0000", with: "msg0001"),
                link.replacing("random=", with: "random=0"), link + "&voicemailstatus=read", link.replacing("msg0000", with: "../msg0000"),
            ] {
                #expect(try await world.client.get(changed).json == failed("20017"), "\(changed)")
            }
            #expect(try await world.client.get(link.replacing("extid=1000", with: "extid=9999")).json == failed("10006"))
            #expect(try await world.client.get(link + "&voicemailstatus=old").json == failed("20016"))
            for part in ["extid=1000", "voicemailfile=msg0000.wav"] {
                #expect(try await world.client.get(link.replacing(part, with: "x=y")).json == failed("10004"), "\(part)")
            }
            #expect(try await world.client.get(link.replacing(/random=[0-9a-f]+/, with: "random=")).json == failed("10004"))
            #expect(try await world.server.send("GET", "/api/v1.1.0/\(link)").json == failed("20005"))
            #expect(try await world.server.send("GET", "/api/v1.1.0/\(link)&token=x").json == failed("20004"))
            #expect(try await world.server.send("POST", "/api/v1.1.0/\(link)").json == failed("10003"))
            #expect(try await world.client.get(link).bytes.starts(with: Array("RIFF".utf8)))
        }
    }

    @Test("After a deletion a random still opens the message it was issued for, and nothing once that is gone")
    func identity() async throws {
        try await SSeriesWorld.run(extensions: ["1000"]) { (world: SSeriesWorld) async throws in
            try await world.leave(in: "1000", at: "2020-04-07 10:00:00", seconds: 1)
            try await world.leave(in: "1000", at: "2020-04-07 11:00:00", seconds: 2)
            try await world.leave(in: "1000", at: "2020-04-07 12:00:00", seconds: 3)
            let second = try await link(world.client, file: "msg0001.wav")
            let gone = try await link(world.client, file: "msg0000.wav")
            #expect(try await world.client.post("voicemail/delete", ["extid": "1000", "voicemailfile": "msg0000.wav"]) == succeeded)
            #expect(try await world.client.get(second).bytes.count == 44 + 2 * 16_000)
            #expect(try await world.client.get(gone).json == failed("20018"))
        }
    }

    private static let refusals = [
        (#"{"extid":"1000","voicemailfile":"msg0001.wav"}"#, "20018"), (#"{"extid":"1000","voicemailfile":"x"}"#, "20018"),
        (#"{"extid":"1000","voicemailfile":"all"}"#, "20018"), (#"{"extid":"1000","voicemailfile":"msg0000.wav","voicemailstatus":"read"}"#, "20018"),
        (#"{"extid":"1000","voicemailfile":"msg0000.wav","voicemailstatus":"all"}"#, "20016"),
        (#"{"extid":"1000","voicemailfile":"msg0000.wav","voicemailstatus":"Unread"}"#, "20016"),
        (#"{"extid":"9999","voicemailfile":"msg0000.wav"}"#, "10006"), (#"{"extid":"1000,1001","voicemailfile":"msg0000.wav"}"#, "10006"),
        (#"{"voicemailfile":"msg0000.wav"}"#, "10004"), (#"{"extid":"1000"}"#, "10004"), (#"{"extid":"1000","voicemailfile":""}"#, "10004"),
        ("", "20007"), ("[]", "20000"), (#"{"extid":["1000"],"voicemailfile":"msg0000.wav"}"#, "20000"),
        (#"{"extid":"1000","voicemailfile":"msg0000.wav","allowedip":"10.0.0"}"#, "20015"),
        (#"{"extid":"1000","voicemailfile":"msg0000.wav","allowedip":"10.0.0.1,10.0.0.2"}"#, "20015"),
        (#"{"extid":"1000","voicemailfile":"msg0000.wav","allowedip":"pbx"}"#, "20015"),
        // Parameters are judged before the object.
        (#"{"extid":"9999","voicemailfile":"msg0000.wav","voicemailstatus":"old"}"#, "20016"),
    ]

    @Test("What get_random refuses")
    func refused() async throws {
        try await SSeriesWorld.run(extensions: ["1000", "1001"]) { (world: SSeriesWorld) async throws in
            for (body, errno) in Self.refusals {
                try await world.leave(in: "1000")
                let answer = try await world.client.send("voicemail/get_random", body)
                #expect(answer.json == failed(errno), "\(body)")
            }
        }
    }

    @Test("A message without audio, and one that no decoder accepts, is a file that does not exist")
    func unplayable() async throws {
        try await SSeriesWorld.run(extensions: ["1000"]) { (world: SSeriesWorld) async throws in
            let box = try await world.mailbox("1000")
            _ = try await world.server.leave(MessageDraft(callerNumber: "1"), in: box, of: world.account)
            _ = try await world.server.leave(MessageDraft(callerNumber: "2"), audio: Array("not audio".utf8), in: box, of: world.account)
            #expect(try await world.client.post("voicemail/get_random", ["extid": "1000", "voicemailfile": "msg0000.wav"]) == failed("20018"))
            let link = try await link(world.client, file: "msg0001.wav")
            #expect(try await world.client.get(link).json == failed("20018"))
        }
    }
}

@Suite("Where downloads may come from (S§3.2, S§4.2)")
struct DownloadAddressTests {
    /// A request from some address, without a socket.
    private func download(_ dialect: SSeriesAddressProbe, from address: String, allowed: String? = nil) async throws -> String {
        try await dialect.download(from: address, allowed: allowed)
    }

    @Test("The client's own address, the one it allowed, the one a heartbeat named, and this machine")
    func addresses() async throws {
        try await TestServer.run { server in
            let probe = try await SSeriesAddressProbe(server, enforcing: true)
            for (address, allowed, expected) in [
                ("192.0.2.10", nil, "RIFF"), ("::ffff:192.0.2.10", nil, "RIFF"), ("127.0.0.1", nil, "RIFF"), ("::1", nil, "RIFF"),
                ("192.0.2.11", nil, "20015"), ("192.0.2.11", "192.0.2.11", "RIFF"), ("192.0.2.11", "192.0.2.12", "20015"),
                ("192.0.2.10", "192.0.2.11", "RIFF"), ("", nil, "20015"), ("2001:db8::1", "2001:DB8:0::1", "RIFF"), ("192.0.2.11", " ", "20015"),
            ] as [(String, String?, String)] {
                #expect(try await download(probe, from: address, allowed: allowed) == expected, "\(address) \(allowed ?? "-")")
            }
            try await probe.heartbeat(naming: "198.51.100.7")
            #expect(try await download(probe, from: "198.51.100.7") == "RIFF")
            #expect(try await download(probe, from: "192.0.2.10") == "RIFF")
        }
    }

    @Test("Not enforced, anybody with token and random may")
    func unenforced() async throws {
        try await TestServer.run { server in
            let probe = try await SSeriesAddressProbe(server, enforcing: false)
            #expect(try await download(probe, from: "203.0.113.1") == "RIFF")
        }
    }

    @Test("A refusal does not use the random up")
    func refusalKeeps() async throws {
        try await TestServer.run { server in
            let probe = try await SSeriesAddressProbe(server, enforcing: true)
            let random = try await probe.random(allowed: nil)
            #expect(try await probe.download(random, from: "203.0.113.1") == "20015")
            #expect(try await probe.download(random, from: "192.0.2.10") == "RIFF")
        }
    }
}
