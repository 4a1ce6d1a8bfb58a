import NIOCore
import Server
import TestKit
import Testing
import Voicemail
import YeastarPSeriesAPI

/// Uploads of greetings and prompts (the page asked for; P§5.4, P§10).
@Suite struct UploadTests {
    private let sound = WAV.tones([440], milliseconds: 300)

    @Test("The page's two examples: ask while the name is free, then force; then ask tells the clash")
    func examples() async throws {
        try await PSeriesWorld.run { world in
            let label = "/D:/greeting/vm_away.wav"
            expect(try await world.upload(label, sound, check: "ask"), is: ["errcode": 0, "errmsg": "SUCCESS", "owner": "3200"])
            #expect(try await world.greetingNames() == [])
            expect(try await world.upload(label, sound), is: ["errcode": 0, "errmsg": "SUCCESS", "owner": "3200"])
            #expect(try await world.greetingNames() == ["vm_away.wav"])
            expect(
                try await world.upload(label, [], check: "ask"),
                is: [
                    "errcode": 40003, "errmsg": "DUPLICATE KEY VALUE", "owner": "3200", "exist_type": "record",
                    "duplicate_field_list": [["field": "file", "value": "vm_away.wav", "external_source": "extension", "external_source_name": "3200"]],
                ])
        }
    }

    @Test("Forcing a name that is taken keeps the id and the count, and downloads give the new bytes")
    func overwriting() async throws {
        try await PSeriesWorld.run { world in
            _ = try await world.upload("vm_away.wav", sound)
            let before = try await world.get("extension_vm_greeting/list", ["extension": "3200"])
            let other = WAV.tones([880], milliseconds: 500)
            #expect(try await world.upload("C:\\x\\vm_away.wav", other).code == 0)
            expect(try await world.get("extension_vm_greeting/list", ["extension": "3200"]), is: before)
            #expect(try await world.fetch(world.get("extension_vm_greeting/download", ["extension": "3200", "file": "vm_away.wav"])).bytes == other)
            // The bytes it replaced are gone from the archive.
            #expect(try await blobs(world) == 1)
        }
    }

    @Test("The parts come in any order, owner and mode also in the query; the first file counts alone")
    func order() async throws {
        try await PSeriesWorld.run { world in
            let file = PSeriesWorld.Part.file("a.wav", sound), owner = PSeriesWorld.Part.field("owner", "3200"),
                check = PSeriesWorld.Part.field("is_check", "force")
            for parts in [[file, owner, check], [owner, check, file], [check, file, owner, .field("extra", "x")]] {
                #expect(try await world.upload(parts).code == 0)
                #expect(try await world.greetingNames() == ["a.wav"])
            }
            let path = PSeriesWorld.path("extension_vm_greeting/upload", [("access_token", world.token), ("owner", "3201"), ("is_check", "force")])
            let headers: KeyValuePairs = ["Content-Type": "multipart/form-data; boundary=" + PSeriesWorld.boundary]
            expect(try await world.raw("POST", path, PSeriesWorld.body([file]), headers: headers), is: ["errcode": 0, "errmsg": "SUCCESS", "owner": "3201"])
            #expect(try await world.greetingNames("3201") == ["a.wav"])
            expect(try await world.upload([file, .file("b.wav", sound), owner, check]), is: parameterError("file"))
        }
    }

    @Test("Missing parts are required, the mode is one of two words, the owner must be there")
    func refusals() async throws {
        try await PSeriesWorld.run { world in
            let file = PSeriesWorld.Part.file("a.wav", sound), owner = PSeriesWorld.Part.field("owner", "3200"),
                check = PSeriesWorld.Part.field("is_check", "force")
            expect(try await world.upload([file, check]), is: parameterError("owner", required: true))
            expect(try await world.upload([file, .field("owner", ""), check]), is: parameterError("owner", required: true))
            expect(try await world.upload([file, owner]), is: parameterError("is_check", required: true))
            expect(try await world.upload([owner, check]), is: parameterError("file", required: true))
            expect(try await world.upload([file, owner, .field("is_check", "FORCE")]), is: parameterError("is_check", "FORCE"))
            expect(try await world.upload("a.wav", sound, owner: "3299"), is: ["errcode": 60001, "errmsg": "DATA NOT FOUND"])
            let path = PSeriesWorld.path("extension_vm_greeting/upload", [("access_token", world.token)])
            for headers in [["Content-Type": "application/json"], ["Content-Type": "multipart/form-data"], [:]] as [KeyValuePairs<String, String>] {
                let answer = try await world.raw("POST", path, PSeriesWorld.body([file, owner, check]), headers: headers)
                expect(answer, is: ["errcode": 40001, "errmsg": "PARAMETER SYNTAX ERROR"])
            }
            let cut = Array(PSeriesWorld.body([owner, check, file]).dropLast(100))
            let answer = try await world.raw("POST", path, cut, headers: ["Content-Type": "multipart/form-data; boundary=" + PSeriesWorld.boundary])
            expect(answer, is: ["errcode": 40001, "errmsg": "PARAMETER SYNTAX ERROR"])
            #expect(try await world.greetingNames() == [])
            #expect(try await blobs(world) == 0)
        }
    }

    @Test("Only wav, mp3 and gsm by name, in any case, and only what decodes: nothing else is stored")
    func formats() async throws {
        try await PSeriesWorld.run { world in
            for name in ["a.ogg", "a.wav.exe", "a", ".", "..", "wav", "a.", "a.wa"] {
                expect(try await world.upload(name, sound), is: parameterError("file", .string(name)))
            }
            for bytes in [[], Array("RIFF".utf8), Array("<script>alert(1)</script>".utf8), Bytes.pattern(10_000), Array(WAV.silence(milliseconds: 0))] {
                expect(try await world.upload("a.wav", bytes), is: parameterError("file", "a.wav"))
            }
            #expect(try await world.greetingNames() == [])
            #expect(try await blobs(world) == 0)
            #expect(try await world.upload("a.Wav", sound).code == 0)
        }
    }

    @Test("Eight mebibytes exactly are in, one byte more is out, in either mode; and a far larger body is answered too")
    func size() async throws {
        try await PSeriesWorld.run { world in
            let limit = 8 * 1024 * 1024
            let whole = WAV.noise(bytes: limit)
            #expect(whole.count == limit)
            #expect(try await world.upload("whole.wav", whole).code == 0)
            #expect(try await world.fetch(world.get("extension_vm_greeting/download", ["extension": "3200", "file": "whole.wav"])).bytes == whole)
            expect(try await world.upload("more.wav", whole + [0]), is: ["errcode": 40004, "errmsg": "FILE SIZE EXCEEDED"])
            expect(try await world.upload("more.wav", whole + [0], check: "ask"), is: ["errcode": 40004, "errmsg": "FILE SIZE EXCEEDED"])
            let asked: [PSeriesWorld.Part] = [.field("is_check", "ask"), .field("owner", "3200"), .file("more.wav", whole + [0])]
            expect(try await world.upload(asked), is: ["errcode": 40004, "errmsg": "FILE SIZE EXCEEDED"])
            expect(try await world.upload("more.wav", whole + whole + whole), is: ["errcode": 40004, "errmsg": "FILE SIZE EXCEEDED"])
            #expect(try await world.greetingNames() == ["whole.wav"])
            #expect(try await blobs(world) == 1)
        }
    }

    @Test("Hostile labels end as one component or are refused, and come back as they are, in names that harm nobody")
    func hostileNames() async throws {
        try await PSeriesWorld.run { world in
            let taken = [
                "vm away.wav", "a;b.wav", "ä\u{1F4DE}.wav", "<script>.wav", "'; DROP TABLE document; --.wav", "..wav", "%2e%2e%2f.wav", "a\u{202E}vaw.wav",
            ]
            for name in taken {
                #expect(try await world.upload("C:/x/" + name, sound).code == 0, "\(name)")
                let link = try await world.get("extension_vm_greeting/download", ["extension": "3200", "file": name])
                #expect(link["file"] == .string(name))
                let file = try await world.fetch(link)
                #expect(file.bytes == sound)
                let disposition = try #require(file["Content-Disposition"])
                #expect(disposition.unicodeScalars.allSatisfy { $0.isASCII && $0.value >= 0x20 })
            }
            #expect(Set(try await world.greetingNames()) == Set(taken))
            for name in ["a\u{0}b.wav", "a\u{7F}.wav", String(repeating: "a", count: 252) + ".wav", "x/", "/", "\\.."] {
                #expect(try await world.upload(name, sound).code == 40002, "\(name.debugDescription)")
            }
            #expect(try await world.upload(String(repeating: "a", count: 251) + ".wav", sound).code == 0)
        }
    }

    @Test("A name in RFC 5987 form is understood; a plus in a query is a plus first, then a blank")
    func encodedNames() async throws {
        try await PSeriesWorld.run { world in
            let part = PSeriesWorld.Part(disposition: "form-data; name=\"file\"; filename*=UTF-8''gr%C3%BC%C3%9Fe%2B1.wav", body: sound)
            #expect(try await world.upload([part, .field("owner", "3200"), .field("is_check", "force")]).code == 0)
            #expect(try await world.greetingNames() == ["grüße+1.wav"])
            let path = "/openapi/v1.0/extension_vm_greeting/download?access_token=\(world.token)&extension=3200&file="
            #expect(try await world.raw("GET", path + "gr%C3%BC%C3%9Fe+1.wav").code == 0)
            #expect(try await world.raw("GET", path + "gr%C3%BC%C3%9Fe%2B1.wav").code == 0)
            _ = try await world.upload("vm away.wav", sound)
            #expect(try await world.raw("GET", path + "vm+away.wav")["file"] == "vm away.wav")
            _ = try await world.upload("vm+away.wav", sound)
            #expect(try await world.raw("GET", path + "vm+away.wav")["file"] == "vm+away.wav")
        }
    }

    @Test("A hundred uploads at once, half of them of one name: the list is whole, and every file is one of those sent")
    func concurrency() async throws {
        try await PSeriesWorld.run { world in
            let sounds = (0..<100).map { WAV.noise(bytes: 2000, seed: UInt64($0)) }
            try await withThrowingTaskGroup(of: Int?.self) { group in
                for number in 0..<100 {
                    group.addTask { try await world.upload(number % 2 == 0 ? "same.wav" : "vm_\(number).wav", sounds[number]).code }
                }
                for try await code in group { #expect(code == 0) }
            }
            let names = try await world.greetingNames()
            #expect(names.count == 51)
            #expect(Set(names) == Set((0..<50).map { "vm_\($0 * 2 + 1).wav" } + ["same.wav"]))
            for name in names {
                let bytes = try await world.fetch(world.get("extension_vm_greeting/download", ["extension": "3200", "file": name])).bytes
                #expect(sounds.contains(bytes))
            }
            #expect(try await blobs(world) == 51)
        }
    }

    @Test("A shelf has its bound; overwriting goes on at it")
    func bound() async throws {
        try await PSeriesWorld.run {
            $0.limits.maximumGreetings = 2
        } _: { world in
            for name in ["a.wav", "b.wav", "a.wav"] { #expect(try await world.upload(name, sound).code == 0) }
            expect(try await world.upload("c.wav", sound), is: ["errcode": 60002, "errmsg": "MAX LIMITATION EXCEEDED"])
            #expect(try await world.upload("b.wav", sound).code == 0)
            #expect(try await blobs(world) == 2)
        }
    }

    @Test("Prompts are the account's: uploaded without an owner, listed upwards, of no module")
    func prompts() async throws {
        try await PSeriesWorld.run { world in
            expect(try await world.get("vm_global_greeting/list"), is: ["errcode": 0, "errmsg": "SUCCESS", "total_number": 0, "greeting_list": []])
            func put(_ name: String, _ check: String = "force") async throws -> JSON {
                try await world.upload([.file(name, sound), .field("is_check", check)], to: "custom_prompt/upload")
            }
            expect(try await put("OfficeClosed.wav"), is: ["errcode": 0, "errmsg": "SUCCESS"])
            expect(try await put("Onhold.wav", "ask"), is: ["errcode": 0, "errmsg": "SUCCESS"])
            expect(try await put("Onhold.wav"), is: ["errcode": 0, "errmsg": "SUCCESS"])
            let clash = try await put("Onhold.wav", "ask")
            expect(clash, fails: 40003, "DUPLICATE KEY VALUE")
            #expect(clash["exist_type"] == "record")
            #expect(try await put("Onhold.wav")["exist_type"] == "record")
            let list = try await world.get("vm_global_greeting/list")
            let ids = list["greeting_list"]?.array?.compactMap { $0["id"]?.int } ?? []
            #expect(ids == ids.sorted())
            expect(
                list,
                is: [
                    "errcode": 0, "errmsg": "SUCCESS", "total_number": 2,
                    "greeting_list": .array(
                        zip(ids, ["OfficeClosed.wav", "Onhold.wav"]).map { id, name in
                            ["id": .int(id), "file": .string(name), "suffix": ".wav", "type": "record", "real_filename": .string(name)]
                        }),
                ])
            #expect(try await world.greetingNames() == [])
        }
    }

    private func blobs(_ world: PSeriesWorld) async throws -> Int {
        let count = Counter()
        await world.service.housekeeping.collectGarbage()
        try await world.service.archive.list { _, _ in await count.add() }
        return await count.value
    }

    private actor Counter {
        private(set) var value = 0
        func add() { value += 1 }
    }
}
