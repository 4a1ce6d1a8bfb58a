import KazooAPI
import Server
import TestKit
import Testing
import Voicemail

/// Making messages and giving them audio (K§7.3, K§7.11; bounds of K§2.3).
@Suite struct MessageCreationTests {
    private func put(_ server: TestServer, _ world: TestWorld, _ path: String, _ type: String?, _ body: [UInt8]) async throws -> Answer {
        try await server.send("PUT", path, headers: type.map { ["Content-Type": $0] } ?? [:], token: world.token, body: body)
    }

    private func raw(_ server: TestServer, _ world: TestWorld, _ made: Answer) async throws -> Answer {
        try await server.send("GET", "\(world.boxPath)/messages/\(made.data["media_id"]?.string ?? "")/raw", token: world.token)
    }

    @Test(arguments: ["audio/mp3", "audio/mpeg", "audio/wav", "audio/x-wav", "audio/ogg", "application/octet-stream"])
    func aBodyOfSoundIsAMessage(_ type: String) async throws {
        try await TestServer.run { server in
            let world = try await server.makeWorld()
            let sound = Sounds.wav(milliseconds: 1234)
            let made = try await put(server, world, world.boxPath + "/messages", type, sound)
            #expect(made.status == 201)
            expect(
                made.data,
                contains: [
                    "caller_id_name": "anonymous", "caller_id_number": "anonymous", "from": .string("anonymous@\(world.account.realm)"),
                    "to": .string("3000@\(world.account.realm)"), "folder": "new", "length": 1234,
                ])
            let heard = try await raw(server, world, made)
            #expect(heard["Content-Type"] == type)
            #expect(heard.bytes == sound)
        }
    }

    /// What no decoder accepts is kept byte for byte, with the length its sender gave.
    @Test func bytesThatAreNoSoundAreKept() async throws {
        try await TestServer.run { server in
            let world = try await server.makeWorld()
            let bytes: [UInt8] = Array("not audio at all".utf8) + [0, 255, 13, 10]
            let bare = try await put(server, world, world.boxPath + "/messages", "audio/mp3", bytes)
            #expect(bare.data["length"] == 1)
            #expect(try await raw(server, world, bare).bytes == bytes)
            let upload = Multipart(parts: [.init("application/json", #"{"data":{"length":3140}}"#), .init("audio/mp3", bytes)])
            let told = try await put(server, world, world.boxPath + "/messages", upload.contentType, upload.bytes)
            #expect(told.data["length"] == 3140)
            let message = try await server.service.messages.find(
                MessagePlace(mailboxID: world.mailbox.id, monthID: told.data["media_id"]?.string ?? ""), in: world.account)
            let blobID = try #require(message.audio?.blobID)
            let facts = try await server.service.store.read { try $0.blob(id: blobID) }?.facts
            #expect(facts == nil)
        }
    }

    @Test func multipartInItsManyForms() async throws {
        try await TestServer.run { server in
            let world = try await server.makeWorld()
            let sound = Sounds.wav(milliseconds: 100)
            let json = #"{"data":{"caller_id_number":"6001"}}"#
            var odd = Multipart(
                boundary: "a/b+c'()+_,-./:=?0123456789012345678901234567890123456789012345678901",
                parts: [
                    .init("application/json", json), .init("audio/mp3", sound),
                ])
            let both = odd.parts
            var bodies: [(String, String, [UInt8])] = [
                ("an unquoted boundary", odd.contentType, odd.bytes),
                ("an empty line first", odd.contentType, [13, 10] + odd.bytes),
                ("no line end last", odd.contentType, Array(odd.bytes.dropLast(2))),
                ("form-data", odd.contentType.replacing("mixed", with: "form-data"), odd.bytes),
            ]
            odd.parts = both.reversed()
            bodies.append(("the sound first", odd.contentType, odd.bytes))
            odd.parts = [.init("application/json; charset=utf-8", #"{"caller_id_number":"6001"}"#), both[1]]
            bodies.append(("a bare object", odd.contentType, odd.bytes))
            odd.parts = [both[0], .init("audio/mp3", Array(encode64(sound).utf8), encoding: "base64")]
            bodies.append(("base64", odd.contentType, odd.bytes))
            odd.parts = [both[0], .init("audio/mp3", sound, disposition: #"form-data; name="content"; filename="../../etc/passwd""#)]
            bodies.append(("a hostile file name", odd.contentType, odd.bytes))
            for (name, type, body) in bodies {
                let made = try await put(server, world, world.boxPath + "/messages", type, body)
                #expect(made.status == 201, "\(name): \(made.text)")
                #expect(made.data["caller_id_number"] == "6001", "\(name)")
                #expect(made.data["length"] == 100, "\(name)")
                let heard = try await raw(server, world, made)
                #expect(heard.bytes == sound, "\(name)")
                #expect(heard["Content-Type"] == "audio/mp3")
            }
        }
    }

    @Test func brokenUploadsStoreNothing() async throws {
        try await TestServer.run { server in
            let world = try await server.makeWorld()
            let sound = Sounds.wav(milliseconds: 100)
            let two = Multipart(parts: [.init("audio/mp3", sound), .init("audio/mp3", sound)])
            let badJSON = Multipart(parts: [.init("audio/mp3", sound), .init("application/json", "{")])
            let badFolder = Multipart(parts: [.init("audio/mp3", sound), .init("application/json", #"{"data":{"folder":"save"}}"#)])
            let bad64 = Multipart(parts: [.init("audio/mp3", Array("!!!".utf8), encoding: "base64")])
            let cases: [(String, String, [UInt8], Int, String, String)] = [
                ("two files", two.contentType, two.bytes, 400, "file", "maxItems"),
                ("broken JSON", badJSON.contentType, badJSON.bytes, 400, "json", "invalid"),
                ("a folder that is none", badFolder.contentType, badFolder.bytes, 400, "folder", "enum"),
                ("bad base64", bad64.contentType, bad64.bytes, 400, "file", "encoding"),
            ]
            for (name, type, body, status, field, code) in cases {
                let answer = try await put(server, world, world.boxPath + "/messages", type, body)
                #expect(answer.status == status, "\(name): \(answer.text)")
                #expect(answer.data[field]?[code] != nil, "\(name): \(answer.text)")
            }
            for (type, body) in [
                (two.contentType, Array(two.bytes.prefix(200))), ("multipart/mixed", two.bytes), ("multipart/mixed; boundary=other", two.bytes),
            ] {
                let answer = try await put(server, world, world.boxPath + "/messages", type, body)
                #expect(answer.status == 400)
                #expect(answer.json["message"] == "parse_error")
            }
            #expect(try await server.send("GET", world.boxPath + "/messages", token: world.token).data == [])
            #expect(try await blobs(server) == 0)
        }
    }

    private func blobs(_ server: TestServer) async throws -> Int {
        let counter = Counter()
        await server.service.housekeeping.collectGarbage()
        try await server.service.archive.list { _, _ in await counter.add() }
        return await counter.count
    }

    @Test func bodiesAtTheLimitAndOnePast() async throws {
        try await TestServer.run {
            $0.kazoo.maximumBody = 10_000
        } _: { server in
            let world = try await server.makeWorld()
            let tooLarge: JSON = [
                "status": "error", "error": "413", "message": "validation error",
                "data": ["file": ["maxSize": ["message": "Payload or Files must not be more than 10000 bytes", "target": 10_000]]],
            ]
            let messages = world.boxPath + "/messages"
            for (size, status) in [(10_000, 201), (10_001, 413)] {
                let sound = (0..<size).map { UInt8(truncatingIfNeeded: $0) }
                let multipart = Multipart(parts: [.init("application/json", #"{"data":{}}"#), .init("audio/mp3", sound)])
                let padding = #"{"data":{"k":""# + String(repeating: "x", count: size - 17) + #""}}"#
                let answers = [
                    try await put(server, world, messages, "audio/mp3", sound),
                    try await put(server, world, messages, multipart.contentType, multipart.bytes),
                    try await put(server, world, messages, "application/json", Array(padding.utf8)),
                ]
                for (index, answer) in answers.enumerated() {
                    #expect(answer.status == status, "\(index): \(answer.text.prefix(200))")
                    if status == 413 { expect(answer.envelope, is: tooLarge) }
                }
                if status == 201 { #expect(try await raw(server, world, answers[1]).bytes == sound) }
            }
            #expect(try await server.send("GET", messages, token: world.token).data.array?.count == 3)
            #expect(try await blobs(server) == 2)
        }
    }

    @Test func metadataHasItsBounds() async throws {
        try await TestServer.run { server in
            let world = try await server.makeWorld()
            let long = JSON.string(String(repeating: "x", count: 35)), longer = JSON.string(String(repeating: "x", count: 36))
            let cases: [(JSON, String?, String?)] = [
                (["caller_id_name": long, "caller_id_number": long], nil, nil), (["caller_id_name": longer], "caller_id_name", "maxLength"),
                (["caller_id_number": longer], "caller_id_number", "maxLength"), (["caller_id_number": 5], "caller_id_number", "type"),
                (["length": 0], nil, nil), (["length": "7"], nil, nil), (["length": -1], "length", "minimum"), (["length": "long"], "length", "type"),
                (["folder": "saved"], nil, nil), (["folder": "save"], "folder", "enum"), (["timestamp": 0], nil, nil),
                (["timestamp": -1], "timestamp", "minimum"), (["timestamp": .int(.max)], "timestamp", "maximum"),
                (["metadata": ["folder": "save"], "media_id": "x", "unknown": 1], nil, nil),
            ]
            for (data, field, code) in cases {
                let answer = try await server.send("PUT", world.boxPath + "/messages", token: world.token, data: data)
                #expect(answer.status == (field == nil ? 201 : 400), "\(data.encoded): \(answer.text)")
                if let field, let code { #expect(answer.data[field]?[code] != nil, "\(answer.text)") }
                #expect(answer.data["metadata"] == nil && answer.data["unknown"] == nil)
            }
            let dated = try await server.send("PUT", world.boxPath + "/messages", token: world.token, data: ["timestamp": 63_630_058_722])
            #expect(dated.data["media_id"]?.string?.hasPrefix("201605-") == true)
        }
    }

    @Test func soundIsReplacedAndMetadataStays() async throws {
        try await TestServer.run { server in
            let world = try await server.makeWorld()
            let first = Sounds.wav(milliseconds: 40), second = Sounds.wav(milliseconds: 80)
            let made = try await server.send(
                "PUT", world.boxPath + "/messages", token: world.token, data: ["caller_id_number": "6001", "length": 3140])
            let one = "\(world.boxPath)/messages/\(made.data["media_id"]?.string ?? "")"
            for (path, sound) in [(one + "/raw", first), (one + "/", second), (one, first), (one + "/raw", second)] {
                let upload = Multipart(parts: [.init("application/json", #"{"data":{"caller_id_number":"9"}}"#), .init("audio/wav", sound)])
                let answer = try await put(server, world, path, upload.contentType, upload.bytes)
                #expect(answer.status == 201, "\(answer.text)")
                expect(answer.data, is: made.data)
                #expect(try await server.send("GET", one + "/raw", token: world.token).bytes == sound)
            }
            #expect(try await blobs(server) == 1)
            for (type, body, code) in [("application/json", #"{"data":{}}"#, "required"), ("audio/wav", "", "required")] {
                let answer = try await put(server, world, one + "/raw", type, Array(body.utf8))
                expect(answer.envelope, is: validation("file", code, ["message": "Please provide a media file"]))
            }
            let two = Multipart(parts: [.init("audio/wav", first), .init("audio/wav", first)])
            let many = try await put(server, world, one + "/raw", two.contentType, two.bytes)
            expect(many.envelope, is: validation("file", "maxItems", ["message": "Please provide a single media file"]))
            #expect(try await put(server, world, one + "/raw", "text/plain", first).status == 415)
            #expect(try await put(server, world, "\(world.boxPath)/messages/201605-\(HexID.random())/raw", "audio/wav", first).status == 404)
            #expect(try await server.send("GET", one + "/raw", token: world.token).bytes == second)
            #expect(try await blobs(server) == 1)
        }
    }
}

actor Counter {
    private(set) var count = 0

    func add() { count += 1 }
}

/// Base64 with line ends, as mail programs write it.
func encode64(_ bytes: [UInt8]) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
    var text = ""
    for (line, start) in stride(from: 0, to: bytes.count, by: 3).enumerated() {
        let group = bytes[start..<min(start + 3, bytes.count)]
        let value = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
        for digit in 0..<4 { text.append(digit <= group.count ? alphabet[value >> (18 - 6 * digit) & 63] : "=") }
        if line % 19 == 18 { text += "\r\n" }
    }
    return text
}
