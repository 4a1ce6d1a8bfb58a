import Crypto
import Foundation
import TestKit
import Testing
import Voicemail
import YeastarSSeriesAPI

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
            let current = try await world.service.mailboxes.find(world.extensions[0].id, of: world.account)
            #expect(try await world.service.greetings.inForce(of: current)?.fileName == "vm_away.wav")
            // Renamed there, its file name here stays; removed there, it is gone here and no longer in force.
            _ = try await world.server.send("POST", path + "/media/" + id, token: kazoo, data: ["name": "Away"])
            #expect(try await world.greetingNames() == ["vm_away.wav"])
            _ = try await world.server.send("DELETE", path + "/media/" + id, token: kazoo)
            #expect(try await world.greetingNames() == [])
            #expect(try await world.service.greetings.inForce(of: current) == nil)
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
            // An upload of that name takes its place here, and leaves KAZOO's alone.
            _ = try await world.upload(try #require(names.first), WAV.silence(milliseconds: 100))
            #expect(try await world.server.send("GET", path + "/media/\(id)/raw", token: kazoo).bytes == sound)
            #expect(try await world.greetingNames() == names)
            let box = try await world.server.send("GET", path + "/vmboxes/" + world.extensions[0].id, token: kazoo).data
            #expect(box["media"]?["unavailable"]?.string != id && box["media"]?["unavailable"]?.string != nil)
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

    @Test("A message left there appears here with the right place, length and state; read here it is saved there; deleted there it is gone here")
    func messages() async throws {
        try await PSeriesWorld.run { world in
            let kazoo = try await world.server.makeToken(for: world.account)
            let box = "/v2/accounts/\(world.account.id)/vmboxes/\(world.extensions[0].id)/messages"
            var ids: [String] = []
            for milliseconds in [1200, 2500] {
                let sent = try await world.server.send(
                    "PUT", box, headers: ["Content-Type": "audio/wav"], token: kazoo, body: WAV.tones([440], milliseconds: milliseconds))
                ids.append(try #require(sent.data["media_id"]?.string))
                world.server.clock.advance(by: 10)
            }
            let listed = try await world.messages()
            #expect(listed.map { $0["file_name"] } == ["msg0000.wav", "msg0001.wav"])
            #expect(listed.map { $0["duration"] } == [1, 2])
            #expect(listed.map { $0["is_read"] } == [0, 0])
            #expect(listed.map { $0["time"] } == ["05/11/2016 20:53:20", "05/11/2016 20:53:30"])
            let first = try #require(listed[0]["msg_id"])
            #expect(try await world.fetch(world.get("vm/download", ["msg_id": first.string ?? ""])).bytes.count == listed[0]["size"]?.int)
            #expect(try await world.post("vm/update", ["id": first, "vm_status": 1]).code == 0)
            #expect(try await world.server.send("GET", box + "/" + ids[0], token: kazoo).data["folder"] == "saved")
            // Unread again there, unread here.
            _ = try await world.server.send("POST", box + "/" + ids[0], token: kazoo, data: ["folder": "new"])
            #expect(try await world.messages()[0]["is_read"] == 0)
            _ = try await world.server.send("DELETE", box + "/" + ids[0], token: kazoo)
            #expect(try await world.messages().map { $0["msg_id"] } == [listed[1]["msg_id"]])
            #expect(try await world.messages()[0]["file_name"] == "msg0000.wav")
            // And the other way round.
            #expect(try await world.get("vm/delete", ["id": listed[1]["msg_id"]?.string ?? ""]).code == 0)
            let trash = try await world.server.send("GET", box + "/" + ids[1], token: kazoo)
            #expect(trash.status == 404 || trash.data["folder"] == "deleted")
        }
    }

    @Test("A message's size is the size of its download, whatever it was sent as: eight bits, µ-law, odd headers, other rates, cut off")
    func sizes() async throws {
        try await PSeriesWorld.run { world in
            let kazoo = try await world.server.makeToken(for: world.account)
            let box = "/v2/accounts/\(world.account.id)/vmboxes/\(world.extensions[0].id)/messages"
            func wave(_ samples: Int, tag: UInt16 = 1, bytes: Int = 2, rate: UInt32 = 8000, extra: Int = 0, declared: Int? = nil) -> [UInt8] {
                func little<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] { withUnsafeBytes(of: number.littleEndian) { Array($0) } }
                let format =
                    little(tag) + little(UInt16(1)) + little(rate) + little(rate * UInt32(bytes)) + little(UInt16(bytes)) + little(UInt16(8 * bytes))
                    + [UInt8](repeating: 0, count: extra)
                let body =
                    Array("WAVEfmt ".utf8) + little(UInt32(format.count)) + format + Array("data".utf8)
                    + little(UInt32(declared ?? samples * bytes)) + [UInt8](repeating: 0x7F, count: samples * bytes)
                return Array("RIFF".utf8) + little(UInt32(body.count)) + body
            }
            let sent = [
                wave(80_003, bytes: 1), wave(80_005, tag: 7, bytes: 1), wave(80_000, extra: 2), wave(80_000), wave(8_001, declared: 80_000),
                wave(44_107, rate: 44_100), wave(22_049, rate: 22_050), wave(16_001, rate: 16_000), wave(1),
            ]
            for bytes in sent {
                let answer = try await world.server.send("PUT", box, headers: ["Content-Type": "audio/wav"], token: kazoo, body: bytes)
                #expect(answer.status == 201)
                world.server.clock.advance(by: 10)
            }
            let listed = try await world.messages()
            #expect(listed.count == sent.count)
            for message in listed {
                let id = try #require(message["msg_id"]?.string)
                #expect(try await world.fetch(world.get("vm/download", ["msg_id": id])).bytes.count == message["size"]?.int)
            }
        }
    }

    @Test("The greeting in force is one in all: chosen here as `vm_greeting` it is `media.unavailable` there, and the other way round")
    func greetingInForce() async throws {
        try await PSeriesWorld.run { world in
            _ = try await world.upload("vm_away.wav", sound)
            _ = try await world.upload("vm_busy.wav", sound)
            let kazoo = try await world.server.makeToken(for: world.account)
            let box = "/v2/accounts/\(world.account.id)/vmboxes/\(world.extensions[0].id)"
            let id = "\(world.extensions[0].serial)"
            func inForce() async throws -> JSON? { try await world.get("extension/get", ["id": id])["data"]?["vm_greeting"] }
            _ = try await world.post("extension/update", ["id": .string(id), "vm_greeting": "vm_away.wav"])
            let away = try await world.service.greetings.find("vm_away.wav", on: .mailbox(world.extensions[0])).greeting.id
            #expect(try await world.server.send("GET", box, token: kazoo).data["media"]?["unavailable"] == .string(away))
            let busy = try await world.service.greetings.find("vm_busy.wav", on: .mailbox(world.extensions[0])).greeting.id
            _ = try await world.server.send("PATCH", box, token: kazoo, data: ["media": ["unavailable": .string(busy)]])
            #expect(try await inForce() == "vm_busy.wav")
            // Deleted, it is in force no more.
            _ = try await world.get("extension_vm_greeting/delete", ["extension": "3200", "file": "vm_busy.wav"])
            #expect(try await inForce() == "follow_system")
            #expect(try await world.server.send("GET", box, token: kazoo).data["media"]?["unavailable"] == nil)
        }
    }

    @Test("Mailboxes removed several at a time take their greetings along, too")
    func severalGo() async throws {
        try await PSeriesWorld.run { world in
            _ = try await world.upload("vm_away.wav", sound)
            _ = try await world.upload("vm_away.wav", sound, owner: "3201")
            try await world.service.mailboxes.removeAll(world.extensions.map(\.id), in: world.account)
            _ = try await world.server.makeMailbox("3200", in: world.account)
            #expect(try await world.greetingNames() == [])
            let kazoo = try await world.server.makeToken(for: world.account)
            #expect(try await world.server.send("GET", "/v2/accounts/\(world.account.id)/media", token: kazoo).data == [])
        }
    }

    @Test("A recording has one name, here and in the S-Series interface, and a mailbox made here is a mailbox there")
    func sSeries() async throws {
        try await PSeriesWorld.run { world in
            let name = "20220412173331-1649756009.12-2002-2005-Internal.wav"
            try await world.record(RecordingDraft(callerNumber: "2002", calleeNumber: "2005", source: name))
            try await world.leave()
            #expect(try await world.post("extension/create", ["number": "4100", "first_name": "Ann"]).code == 0)
            let user = try await APIUsers(world.service).create(name: "x", in: world.account)
            let digest = LoginDigestOfPassword.md5(user.secret)
            let login = try await world.server.send(
                "POST", "/api/v1.1.0/login", json: ["username": .string(user.credential.handle), "password": .string(digest), "port": "8260"])
            let token = try #require(login.json["token"]?.string)
            func ask(_ endpoint: String, _ body: JSON) async throws -> JSON {
                try await world.server.send("POST", "/api/v1.1.0/\(endpoint)?token=\(token)", json: body).json
            }
            #expect(try await ask("recording/get_random", ["recording": .string(name)])["status"] == "Success")
            #expect(try await ask("extension/query", ["number": "4100"])["extinfos"]?.array?[0]["username"] == "Ann")
            #expect(try await ask("voicemail/query", ["number": "3200"]).encoded.contains("msg0000.wav"))
            #expect(try await ask("voicemail/delete", ["number": "3200", "voicemailfile": "msg0000.wav"])["status"] == "Success")
            #expect(try await world.messages().isEmpty)
        }
    }

    @Test(
        "A mobile number is one fact: who sets it at one interface reads it at the other, and here it can be emptied",
        arguments: [
            ("v0.0.1", "extid", "moblie"), ("v1.1.0", "extid", "moblie"), ("v2.0.0", "number", "mobile"),
        ])
    func mobileNumber(version: String, key: String, field: String) async throws {
        try await PSeriesWorld.run { world in
            let user = try await APIUsers(world.service).create(name: "pbx", in: world.account)
            let login: JSON = [
                "username": .string(user.credential.handle), "password": .string(LoginDigestOfPassword.md5(user.secret)), "port": "8260", "version": "0.0.1",
                "url": "report", "urltag": "0",
            ]
            let base = "/api/\(version)/"
            func ask(_ path: String, _ body: JSON) async throws -> JSON {
                try await world.server.send("POST", base + path, headers: ["Content-Type": "application/json"], body: Array(body.encoded.utf8)).json
            }
            let token = try #require(try await ask("login", login)["token"]?.string)
            func there() async throws -> JSON? { try await ask("extension/query?token=" + token, [key: "3200"])["extinfos"]?.array?[0][field] }
            let id = world.extensions[0].serial
            func here() async throws -> JSON? { try await world.get("extension/get", ["id": "\(id)"])["data"]?["mobile_number"] }
            #expect(try await ask("extension/update?token=" + token, [key: "3200", field: "15555550101"])["status"] == "Success")
            #expect(try await here() == "15555550101")
            #expect(try await there() == "15555550101")
            let listed = try await world.get("extension/search", ["search_value": "5550101"])["data"]?.array
            #expect(listed?.map { $0["mobile_number"] } == ["15555550101"])
            expect(try await world.post("extension/update", ["id": .int(id), "mobile_number": "+15555550102"]), is: ["errcode": 0, "errmsg": "SUCCESS"])
            #expect(try await there() == "+15555550102")
            // Empty is nothing there, and nothing here.
            #expect(try await ask("extension/update?token=" + token, [key: "3200", field: ""])["status"] == "Success")
            #expect(try await here() == "+15555550102")
            expect(try await world.post("extension/update", ["id": .int(id), "mobile_number": ""]), is: ["errcode": 0, "errmsg": "SUCCESS"])
            #expect(try await there() == "")
            #expect(try await ask("extension/update?token=" + token, [key: "3200", field: .string(String(repeating: "1", count: 129))])["errno"] == "10017")
            #expect(try await here() == "")
        }
    }

    @Test("What only this interface has words for is nothing that KAZOO's clients see, and a replacement there leaves it")
    func keptFieldsAreNotPublished() async throws {
        try await PSeriesWorld.run { world in
            let mailbox = world.extensions[0]
            let change: JSONObject = ["id": .int(mailbox.serial), "mobile_number": "15555550123", "presence_status": "away"]
            #expect(try await world.post("extension/update", .object(change)).code == 0)
            let kazoo = try await world.server.makeToken(for: world.account)
            let path = "/v2/accounts/\(world.account.id)/vmboxes/" + mailbox.id
            let shown = try await world.server.send("GET", path, token: kazoo).data
            #expect(!(shown.object ?? [:]).keys.contains { $0.hasPrefix("p_series") || $0.hasPrefix("s_series") })
            let replacement: JSONObject = ["name": "Renamed", "mailbox": .string(mailbox.number)]
            #expect(try await world.server.send("POST", path, token: kazoo, data: .object(replacement)).status == 200)
            let after = try await world.get("extension/get", ["id": String(mailbox.serial)])["data"]
            #expect(after?["mobile_number"] == "15555550123" && after?["presence_status"] == "away" && after?["first_name"] == "Renamed")
        }
    }
}

/// The digest that the other interface wants of a password.
private enum LoginDigestOfPassword {
    static func md5(_ text: String) -> String { HexID.encode(Insecure.MD5.hash(data: Array(text.utf8))) }
}
