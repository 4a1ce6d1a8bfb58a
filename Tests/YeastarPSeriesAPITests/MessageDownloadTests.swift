import Foundation
import Server
import TestKit
import Testing
import Voicemail
import YeastarPSeriesAPI

/// `vm/download` and what its links lead to (P§4, P§7.3).
@Suite struct MessageDownloadTests {
    private let notFound: JSON = ["errcode": 60001, "errmsg": "DATA NOT FOUND"]

    @Test("Who fetches a message is noted where the account wants it")
    func noted() async throws {
        try await PSeriesWorld.run { (world: PSeriesWorld) async throws in
            _ = try await world.service.accounts.change(world.account.id, .patch(["audit_listening": true]))
            let message = try await world.leave(WAV.tones([440], milliseconds: 500)), id = try #require(PSeriesWorld.id(message).string)
            let answer = try await world.get("vm/download", ["msg_id": id])
            let before = try await world.service.audit.list(of: world.account.id, limit: 100)
            #expect(before.allSatisfy { $0.action != .heard })
            #expect(try await world.fetch(answer).status == 200)
            let heard = try await world.service.audit.list(of: world.account.id, limit: 100).filter { $0.action == .heard }
            #expect(heard.map { $0.subjects.first } == [message.id] && heard.first?.actor.hasPrefix("p-series ") == true)
        }
    }

    @Test("Who fetches with another application's token is noted as that one")
    func notedWithAnotherToken() async throws {
        try await PSeriesWorld.run { (world: PSeriesWorld) async throws in
            _ = try await world.service.accounts.change(world.account.id, .patch(["audit_listening": true]))
            let message = try await world.leave(WAV.tones([440], milliseconds: 500)), id = try #require(PSeriesWorld.id(message).string)
            let answer = try await world.get("vm/download", ["msg_id": id]), link = try #require(answer["download_resource_url"]?.string)
            let applications = Applications(world.service)
            let other = try await applications.create(name: "other", permissions: nil, addresses: [], in: world.account)
            let token = try await applications.openPair(
                for: applications.logIn(other.credential.handle, secret: other.secret), TokenRules(maximumLive: 9)
            ).access
            #expect(try await world.server.send("GET", link + "?access_token=" + token).status == 200)
            let heard = try await world.service.audit.list(of: world.account.id, limit: 100).filter { $0.action == .heard }
            #expect(heard.map(\.actor) == ["p-series " + other.credential.id])
        }
    }

    @Test("The contract's example: `file` is the generated name, the last component of the URL; the file is a telephone WAV; nothing is marked read")
    func example() async throws {
        try await PSeriesWorld.run {
            $0.pSeries.firmware = "83.23.0.123"
        } _: { world in
            let message = try await world.leave(WAV.tones([440], milliseconds: 1500))
            let id = try #require(PSeriesWorld.id(message).string)
            let answer = try await world.get("vm/download", ["msg_id": id])
            let file = try #require(answer["file"]?.string)
            #expect(file.wholeMatch(of: /PBX-Voicemail-83\.23\.0\.123-download-20160511205320-[A-Za-z0-9]{16}\.wav/) != nil)
            expect(
                answer,
                is: [
                    "errcode": 0, "errmsg": "SUCCESS", "file": .string(file), "download_resource_url": .string("/api/download/" + file),
                ])
            let sound = try await world.fetch(answer)
            #expect(sound.status == 200)
            #expect(sound["Content-Type"] == "audio/wav")
            #expect(sound["Content-Disposition"] == "attachment; filename=\"\(file)\"")
            #expect(sound.bytes.count == 24_044)
            #expect(try await world.messages()[0]["size"] == 24_044)
            #expect(try await world.messages()[0]["is_read"] == 0)
            // Every way to name it, and a link of its own each time.
            let uid = message.callRecordID(in: TimeZone(identifier: "UTC") ?? .gmt)
            var names: Set<String> = [file]
            for query: KeyValuePairs<String, String> in [["msg_id": id], ["id": id], ["uid": uid]] {
                names.insert(try #require(try await world.get("vm/download", query)["file"]?.string))
            }
            #expect(names.count == 4)
        }
    }

    @Test("Stored as anything, a message is delivered as 8 kHz 16-bit mono WAV, of the size that the list tells")
    func converted() async throws {
        try await PSeriesWorld.run { world in
            let message = try await world.leave(WAV.tones([440, 880], milliseconds: 1000, rate: 16_000))
            let sound = try await world.fetch(world.get("vm/download", ["msg_id": PSeriesWorld.id(message).string ?? ""])).bytes
            #expect(Array(sound[22..<24]) == [1, 0] && Array(sound[24..<28]) == [0x40, 0x1f, 0, 0] && Array(sound[34..<36]) == [16, 0])
            #expect(try await world.messages()[0]["size"] == .int(sound.count))
        }
    }

    @Test("HEAD has the head only; ranges come as asked; an empty range is told")
    func ranges() async throws {
        try await PSeriesWorld.run { world in
            let message = try await world.leave(WAV.tones([440], milliseconds: 500))
            let link = try await world.get("vm/download", ["msg_id": PSeriesWorld.id(message).string ?? ""])
            let whole = try await world.fetch(link).bytes
            let head = try await world.fetch(link, method: "HEAD")
            #expect(head.status == 200 && head.bytes.isEmpty && head["Content-Length"] == String(whole.count))
            let part = try await world.fetch(link, headers: ["Range": "bytes=44-99"])
            #expect(part.status == 206 && part.bytes == Array(whole[44..<100]))
            #expect(part["Content-Range"] == "bytes 44-99/\(whole.count)")
            #expect(try await world.fetch(link, headers: ["Range": "bytes=\(whole.count)-"]).status == 416)
        }
    }

    @Test("A link needs a token, any valid one of the account's; it lives thirty minutes and dies with its message, not with the token")
    func life() async throws {
        try await PSeriesWorld.run { world in
            let message = try await world.leave()
            let id = PSeriesWorld.id(message).string ?? ""
            let url = try #require(try await world.get("vm/download", ["msg_id": id])["download_resource_url"]?.string)
            for token in ["", "?access_token=", "?access_token=nonsense"] {
                expect(try await world.raw("GET", url + token), is: ["errcode": 10004, "errmsg": "TOKEN EXPIRED"])
            }
            let other = try await world.server.makeAccount("Other")
            let stranger = try await Applications(world.service).create(name: "x", in: other)
            let strange = try await Applications(world.service).openPair(
                for: Applications(world.service).logIn(stranger.credential.handle, secret: stranger.secret), TokenRules())
            expect(try await world.raw("GET", url + "?access_token=" + strange.access), is: notFound)
            // Revoked, the token that asked for the link takes nothing from it: another one fetches it (P§12.5).
            let another = try await Applications(world.service).openPair(
                for: Applications(world.service).logIn(world.application.credential.handle, secret: world.application.secret), TokenRules())
            expect(try await world.get("del_token"), is: ["errcode": 0, "errmsg": "SUCCESS"])
            let path = url + "?access_token=" + another.access
            #expect(try await world.server.send("GET", path).status == 200)
            #expect(try await world.server.send("GET", "/" + path)["Content-Type"] == "audio/wav")
            world.server.clock.advance(by: 1799)
            #expect(try await world.server.send("GET", path)["Content-Type"] == "audio/wav")
            world.server.clock.advance(by: 1)
            let fresh = try await Applications(world.service).openPair(
                for: Applications(world.service).logIn(world.application.credential.handle, secret: world.application.secret), TokenRules())
            expect(try await world.raw("GET", url + "?access_token=" + fresh.access), is: notFound)
        }
        try await PSeriesWorld.run { world in
            let id = PSeriesWorld.id(try await world.leave()).string ?? ""
            let link = try await world.get("vm/download", ["msg_id": id])
            #expect(try await world.fetch(link)["Content-Type"] == "audio/wav")
            _ = try await world.get("vm/delete", ["id": id])
            expect(try await world.fetch(link).json, is: notFound)
        }
    }

    @Test("Nothing to download: no id, an unknown one, a message whose audio no decoder accepts")
    func refusals() async throws {
        try await PSeriesWorld.run { world in
            expect(try await world.get("vm/download"), is: parameterError("msg_id", required: true))
            expect(try await world.get("vm/download", ["msg_id": "1713033769-00000619"]), is: notFound)
            expect(try await world.get("vm/download", ["uid": "2024111913594421D77"]), is: notFound)
            let noise = try await world.leave(Array("no audio at all".utf8))
            expect(try await world.get("vm/download", ["msg_id": PSeriesWorld.id(noise).string ?? ""]), is: notFound)
            #expect(try await world.messages()[0]["size"] == 15)
        }
    }

    @Test("A call record's id is found in the zone of the account, in the hour that a clock shows twice too")
    func doubleHour() async throws {
        try await PSeriesWorld.run { world in
            let account = try await world.service.accounts.change(world.account.id, .patch(["timezone": "Europe/Dublin"]))
            let zone = world.service.mailboxes.timeZone(of: account)
            // 2024-10-27 01:30:00 in Dublin, in summer and an hour later in winter.
            for unix in [1_729_989_000, 1_729_992_600] {
                let message = try await world.leave(at: unix)
                let uid = message.callRecordID(in: zone)
                #expect(uid.hasPrefix("20241027013000"))
                _ = try await world.post("vm/update", ["uid": .string(uid), "vm_status": 1])
                #expect(try await world.service.messages.find(id: message.id, of: account).folder == .saved)
            }
        }
    }
}
