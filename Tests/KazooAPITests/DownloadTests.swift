import Foundation
import Server
import TestKit
import Testing
import Voicemail

/// Audio and archives as they are fetched (K§7.9, K§7.10).
@Suite struct DownloadTests {
    private func leave(_ server: TestServer, _ world: TestWorld, _ sound: [UInt8], _ draft: MessageDraft = MessageDraft(callerNumber: "1001")) async throws
        -> String
    {
        let message = try await server.leave(draft, audio: sound, contentType: "audio/mp3", fileName: "voice.mp3", in: world.mailbox, of: world.account)
        return "\(world.boxPath)/messages/\(message.monthID)/raw"
    }

    /// The vendor's vectors over `abcdefg`, and what browsers send.
    @Test(arguments: [
        ("bytes=0-0", "a"), ("bytes=1-3", "bcd"), ("bytes=6-6", "g"), ("bytes=0-6", nil), ("bytes=0-9", nil), ("bytes=", nil), ("", nil),
        ("bytes", nil), ("bytes=3-", "defg"), ("bytes=-2", nil), ("bytes=7-", nil), ("bytes=9-12", nil), ("bytes=3-1", nil), ("bytes=0-1,3-4", nil),
        ("bytes=a-b", nil), ("lines=0-1", nil), ("bytes=0-99999999999999999999", nil), ("bytes=5-6", "fg"),
    ]) func rangesOfTheVendor(_ range: String, _ part: String?) async throws {
        try await TestServer.run { server in
            let world = try await server.makeWorld()
            let path = try await leave(server, world, Array("abcdefg".utf8))
            let answer = try await server.send("GET", path, headers: ["Range": range], token: world.token)
            #expect(answer.status == (part == nil ? 200 : 206))
            #expect(answer.text == part ?? "abcdefg")
            #expect(answer["Accept-Ranges"] == "bytes")
            #expect(answer["Content-Length"] == String((part ?? "abcdefg").utf8.count))
            if let part, let first = "abcdefg".firstRange(of: part) {
                let start = "abcdefg".distance(from: "abcdefg".startIndex, to: first.lowerBound)
                #expect(answer["Content-Range"] == "bytes \(start)-\(start + part.count - 1)/7")
            } else {
                #expect(answer["Content-Range"] == nil)
            }
        }
    }

    /// `bytes=0-` may be 200 or 206 (K§12-42); the whole comes either way.
    @Test func theRangeOfAnAudioElement() async throws {
        try await TestServer.run { server in
            let world = try await server.makeWorld()
            let sound = Sounds.wav(bytes: 300_000)
            let path = try await leave(server, world, sound)
            let answer = try await server.send("GET", path + "?auth_token=" + world.token, headers: ["Range": "bytes=0-", "Accept": "*/*"])
            #expect([200, 206].contains(answer.status))
            #expect(answer.bytes == sound)
            let part = try await server.send("GET", path, headers: ["Range": "bytes=262143-262145"], token: world.token)
            #expect(part.status == 206)
            #expect(part.bytes == Array(sound[262_143...262_145]))
        }
    }

    @Test(
        arguments: [
            ("Europe/Dublin", nil, "1001", "1001_2016-05-10_01:18:42.mp3"), (nil, nil, "1001", "1001_2016-05-10_00:18:42.mp3"),
            ("inherit", "America/Los_Angeles", "1001", "1001_2016-05-09_17:18:42.mp3"), ("No/Where", "Asia/Kolkata", "", "unknown_2016-05-10_05:48:42.mp3"),
            (nil, nil, "+1 \"x\";\r\n/..", "+1__x_____.._2016-05-10_00:18:42.mp3"),
        ] as [(String?, String?, String, String)])
    func fileNamesAreInTheMailboxsZone(_ zone: String?, _ accountZone: String?, _ caller: String, _ name: String) async throws {
        try await TestServer.run { server in
            var account: JSONObject = ["name": "Zoned"]
            account["timezone"] = accountZone.map { .string($0) }
            let owner = try await server.service.accounts.create(account, below: nil)
            let token = try await server.makeToken(for: owner)
            var attributes: JSONObject = [:]
            attributes["timezone"] = zone.map { .string($0) }
            let box = try await server.makeMailbox("1", in: owner, attributes)
            let message = try await server.leave(
                MessageDraft(callerNumber: caller, timestamp: Timestamp(gregorian: 63_630_058_722)), audio: Sounds.wav(milliseconds: 10),
                contentType: "audio/mp3", fileName: "x.mp3", in: box, of: owner)
            let answer = try await server.send("GET", "/v2/accounts/\(owner.id)/vmboxes/\(box.id)/messages/\(message.monthID)/raw", token: token)
            #expect(answer["Content-Disposition"] == "attachment; filename=\"\(name)\"", "\(answer["Content-Disposition"] ?? "")")
        }
    }

    @Test func acceptOnlyDecidesWhetherThereIsAnAnswer() async throws {
        try await TestServer.run { server in
            let world = try await server.makeWorld()
            let sound = Sounds.wav(milliseconds: 10)
            let path = try await leave(server, world, sound)
            for accept in ["audio/wav", "audio/mp3", "audio/*", "*/*", "application/octet-stream", "text/html, audio/x-wav;q=0.5"] {
                let answer = try await server.send("GET", path, headers: ["Accept": accept], token: world.token)
                #expect(answer.status == 200)
                #expect(answer.bytes == sound)
                #expect(answer["Content-Type"] == "audio/mp3")
            }
            for accept in ["application/json", "text/html", "audio/mp3;q=0"] {
                let answer = try await server.send("GET", path, headers: ["Accept": accept], token: world.token)
                #expect(answer.status == 406)
                #expect(answer.bytes.isEmpty)
            }
            #expect(try await server.send("GET", path + "?accept=audio/mp3", headers: ["Accept": "text/html"], token: world.token).status == 200)
            #expect(try await server.send("GET", path, headers: [:], token: world.token)["X-Content-Type-Options"] == "nosniff")
        }
    }

    @Test func anArchiveHoldsWhatThereIs() async throws {
        try await TestServer.run { server in
            let world = try await server.makeWorld()
            let when = try #require(Timestamp(gregorian: 63_630_058_722))
            let sounds = [Sounds.wav(bytes: 700_044), Sounds.wav(milliseconds: 10), Sounds.wav(milliseconds: 30)]
            var ids: [String] = []
            for (index, sound) in sounds.enumerated() {
                let caller = index == 2 ? "../\u{202E}=x" : "1001"
                ids.append(
                    try await server.leave(
                        MessageDraft(callerNumber: caller, timestamp: when), audio: sound, contentType: "audio/wav", fileName: "a.wav", in: world.mailbox,
                        of: world.account
                    ).monthID)
            }
            let silent = try await server.leave(in: world.mailbox, of: world.account).monthID
            let other = try await server.makeMailbox("4", in: world.account)
            let foreign = try await server.leave(audio: sounds[1], in: other, of: world.account).monthID
            let archive = world.boxPath + "/messages/raw"
            let answer = try await server.send("POST", archive, token: world.token, data: ["messages": JSON([silent, ids[0], "x", ids[1], foreign, ids[2]])])
            #expect(answer.status == 200)
            #expect(answer["Content-Type"] == "application/zip")
            let entries = try ZipReader.entries(answer.bytes)
            #expect(entries.map(\.bytes) == sounds)
            #expect(Array(entries.map(\.name).prefix(2)) == ["1001_2016-05-10_00:18:42.wav", "1001_2016-05-10_00:18:42_2.wav"])
            let hostile = try #require(entries.last?.name)
            #expect(!hostile.contains("/") && !hostile.hasPrefix(".") && !hostile.contains("\u{202E}"))
            for type in ["application/json", "application/x-www-form-urlencoded", nil] {
                let body = JSON.object(["data": ["messages": JSON([ids[1]])]]).encoded
                let typed = try await server.send(
                    "POST", archive, headers: type.map { ["Content-Type": $0] } ?? [:], token: world.token, body: Array(body.utf8))
                #expect(try ZipReader.entries(typed.bytes).count == 1)
            }
            let none = try await server.send("POST", archive, token: world.token, data: ["messages": JSON([silent, foreign])])
            expect(none.envelope, is: ["status": "error", "error": "404", "message": "not_found", "data": ["message": "not found"]])
            let refused = try await server.send("POST", archive, headers: ["Accept": "application/json"], token: world.token, data: ["messages": JSON(ids)])
            #expect(refused.status == 406)
        }
    }

    @Test(.oneServer("it looks at the disk of a data directory")) func anArchiveLeavesOutWhatTheDiskHasLost() async throws {
        try await TestServer.run { (server: TestServer) async throws in
            let world = try await server.makeWorld()
            var messages: [Message] = []
            for length in [10, 20, 30] {
                messages.append(
                    try await server.leave(
                        MessageDraft(callerNumber: "\(length)"), audio: Sounds.wav(milliseconds: length), contentType: "audio/wav", fileName: "a.wav",
                        in: world.mailbox, of: world.account))
            }
            let whole = Sounds.wav(milliseconds: 20)
            let short = try #require(messages[0].audio?.blobID.hex), gone = try #require(messages[2].audio?.blobID.hex)
            func path(_ hex: String) -> String { "\(server.directory)/blobs/\(hex.prefix(2))/\(hex)" }
            #expect(truncate(path(short), 40) == 0)
            #expect(unlink(path(gone)) == 0)
            let answer = try await server.send(
                "POST", world.boxPath + "/messages/raw", token: world.token, data: ["messages": JSON(messages.map(\.monthID))])
            #expect(answer.status == 200)
            #expect(try ZipReader.entries(answer.bytes).map(\.bytes) == [whole])
            #expect(try await server.send("GET", "\(world.boxPath)/messages/\(messages[0].monthID)/raw", token: world.token).status == 503)
            // Nothing is left: an archive without an entry would pass for success (K§12-40).
            for lost in [[messages[0]], [messages[2]], [messages[2], messages[0]]] {
                let none = try await server.send(
                    "POST", world.boxPath + "/messages/raw", token: world.token, data: ["messages": JSON(lost.map(\.monthID))])
                #expect(none.status == 404)
                expect(none.envelope, is: ["status": "error", "error": "404", "message": "not_found", "data": ["message": "not found"]])
            }
        }
    }

    @Test func namesInAnArchiveCanBeMadeForWindows() async throws {
        try await TestServer.run {
            $0.kazoo.zipColons = false
        } _: { (server: TestServer) async throws in
            let world = try await server.makeWorld()
            let when = try #require(Timestamp(gregorian: 63_630_058_722))
            let id = try await server.leave(
                MessageDraft(callerNumber: "1001", timestamp: when), audio: Sounds.wav(milliseconds: 10), contentType: "audio/wav", fileName: "a.wav",
                in: world.mailbox, of: world.account
            ).monthID
            let answer = try await server.send("POST", world.boxPath + "/messages/raw", token: world.token, data: ["messages": JSON([id])])
            #expect(try ZipReader.entries(answer.bytes).map(\.name) == ["1001_2016-05-10_00-18-42.wav"])
        }
    }
}
