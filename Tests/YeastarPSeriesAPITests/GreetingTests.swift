import NIOCore
import Server
import TestKit
import Testing
import Voicemail
import YeastarPSeriesAPI

/// Lists, links, deletion, renaming (P§5, P§6 and the pages asked for).
@Suite struct GreetingTests {
    private let sound = WAV.tones([440], milliseconds: 300)

    @Test("The page's example: a download URL, the greeting's own name, and then the bytes as they were uploaded, with another token")
    func downloadExample() async throws {
        try await PSeriesWorld.run { world in
            #expect(try await world.upload("vm_welcome.wav", sound).code == 0)
            let answer = try await world.get("extension_vm_greeting/download", ["extension": "3200", "file": "vm_welcome.wav"])
            #expect(answer.object.map { Set($0.keys) } == ["errcode", "errmsg", "file", "download_resource_url"])
            expect(
                answer,
                is: [
                    "errcode": 0, "errmsg": "SUCCESS", "file": "vm_welcome.wav", "download_resource_url": answer["download_resource_url"] ?? .null,
                ])
            let url = try #require(answer["download_resource_url"]?.string)
            #expect(url.wholeMatch(of: /\/api\/download\/PBX-VoicemailGreeting-83\.23\.0\.123-download-20160511205320-[A-Za-z0-9]{16}\.wav/) != nil)
            let login = try await Applications(world.service).logIn(world.application.credential.handle, secret: world.application.secret)
            let other = try await Applications(world.service).openPair(for: login, TokenRules())
            for path in [url + "?access_token=" + other.access, "/" + url + "?access_token=" + world.token] {
                let file = try await world.server.send("GET", path)
                #expect(file.status == 200)
                #expect(file.bytes == sound)
                #expect(file["Content-Type"] == "audio/wav")
                #expect(file["Content-Disposition"] == "attachment; filename=\"vm_welcome.wav\"")
            }
        }
    }

    @Test("A play URL stands in place of the download URL and needs no token")
    func play() async throws {
        try await PSeriesWorld.run { world in
            _ = try await world.upload("vm_welcome.wav", sound)
            let answer = try await world.get("extension_vm_greeting/play", ["extension": "3200", "file": "vm_welcome.wav"])
            #expect(answer.object.map { Set($0.keys) } == ["errcode", "errmsg", "file", "play_resource_url"])
            let url = try #require(answer["play_resource_url"]?.string)
            #expect(try await world.server.send("GET", url).bytes == sound)
        }
    }

    @Test("The list is newest first, in the words of the contract; tts items show their name without the extension")
    func list() async throws {
        try await PSeriesWorld.run { world in
            expect(
                try await world.get("extension_vm_greeting/list", ["extension": "3200"]),
                is: [
                    "errcode": 0, "errmsg": "SUCCESS", "total_number": 0, "greeting_list": [],
                ])
            _ = try await world.upload("vm_welcome.wav", sound)
            _ = try await world.upload("vm_busy.WAV", sound)
            _ = try await world.upload("other.wav", sound, owner: "3201")
            let spoken = world.service.messages.receiveAudio()
            try await spoken.write(.init(bytes: sound))
            _ = try await world.service.greetings.put(
                "vm_end.wav", audio: spoken.finish(contentType: "audio/wav", fileName: "vm_end.wav", policy: .playableOnly),
                origin: .speech(text: "Good bye", voice: [:]), on: .mailbox(world.extensions[0]))
            let answer = try await world.get("extension_vm_greeting/list", ["extension": "3200"])
            let ids = answer["greeting_list"]?.array?.compactMap { $0["id"]?.int } ?? []
            #expect(ids.count == 3 && ids == ids.sorted(by: >) && Set(ids).count == 3)
            func item(_ id: Int, _ file: String, _ suffix: String, _ type: String, _ real: String) -> JSON {
                [
                    "id": .int(id), "module": "extension", "number": "3200", "file": .string(file), "suffix": .string(suffix), "type": .string(type),
                    "real_filename": .string(real),
                ]
            }
            expect(
                answer,
                is: [
                    "errcode": 0, "errmsg": "SUCCESS", "total_number": 3,
                    "greeting_list": [
                        item(ids[0], "vm_end", ".wav", "tts", "vm_end.wav"), item(ids[1], "vm_busy.WAV", ".WAV", "record", "vm_busy.WAV"),
                        item(ids[2], "vm_welcome.wav", ".wav", "record", "vm_welcome.wav"),
                    ],
                ])
        }
    }

    @Test("A group's greetings are its own, of module groupvoicemail; neither kind of box is known to the other's endpoints")
    func groups() async throws {
        try await PSeriesWorld.run { world in
            let upload = try await world.upload("/D:/greeting/group_vm_welome2.wav", sound, owner: "6300", to: "vm_greeting/upload")
            expect(upload, is: ["errcode": 0, "errmsg": "SUCCESS", "owner": "6300"])
            let list = try await world.get("vm_greeting/list", ["extension": "6300"])
            expect(
                list,
                is: [
                    "errcode": 0, "errmsg": "SUCCESS", "total_number": 1,
                    "greeting_list": [
                        [
                            "id": list["greeting_list"]?.array?.first?["id"] ?? .null, "module": "groupvoicemail", "number": "6300",
                            "file": "group_vm_welome2.wav", "suffix": ".wav", "type": "record", "real_filename": "group_vm_welome2.wav",
                        ]
                    ],
                ])
            let link = try await world.get("vm_greeting/download", ["extension": "6300", "file": "group_vm_welome2.wav"])
            #expect(link["download_resource_url"]?.string?.hasPrefix("/api/download/PBX-VoicemailGreeting-") == true)
            #expect(try await world.fetch(link).bytes == sound)
            #expect(try await world.fetch(world.get("vm_greeting/play", ["extension": "6300", "file": "group_vm_welome2.wav"])).bytes == sound)
            let strangers: [JSON] = [
                try await world.get("vm_greeting/list", ["extension": "3200"]), try await world.get("extension_vm_greeting/list", ["extension": "6300"]),
                try await world.upload("a.wav", sound, owner: "6300"), try await world.upload("a.wav", sound, owner: "3200", to: "vm_greeting/upload"),
                try await world.get("vm_greeting/delete", ["extension": "3200", "file": "group_vm_welome2.wav"]),
            ]
            for answer in strangers { expect(answer, is: ["errcode": 60001, "errmsg": "DATA NOT FOUND"]) }
            expect(
                try await world.get("vm_greeting/delete", ["extension": "6300", "file": "group_vm_welome2.wav"]), is: ["errcode": 0, "errmsg": "SUCCESS"])
            #expect(try await world.get("vm_greeting/list", ["extension": "6300"])["total_number"] == 0)
        }
    }

    @Test("What is missing is required, what is not there is not found, names are told apart by case", arguments: ["download", "play", "delete"])
    func refusals(_ verb: String) async throws {
        try await PSeriesWorld.run { world in
            _ = try await world.upload("vm_welcome.wav", sound)
            let endpoint = "extension_vm_greeting/" + verb
            expect(try await world.get(endpoint, ["file": "vm_welcome.wav"]), is: parameterError("extension", required: true))
            expect(try await world.get(endpoint, ["extension": "3200"]), is: parameterError("file", required: true))
            expect(try await world.get(endpoint, ["extension": "3200", "file": ""]), is: parameterError("file", required: true))
            for (number, file) in [("3299", "vm_welcome.wav"), ("3201", "vm_welcome.wav"), ("3200", "VM_welcome.wav"), ("3200", "vm_welcome"), ("3200", "..")] {
                expect(try await world.get(endpoint, ["extension": number, "file": file]), is: ["errcode": 60001, "errmsg": "DATA NOT FOUND"])
            }
            // Of a path only the last component counts.
            #expect(try await world.get(endpoint, ["extension": "3200", "file": "../../etc/vm_welcome.wav"]).code == 0)
        }
    }

    @Test("A deleted greeting is gone, and so is what it was in force for")
    func deletion() async throws {
        try await PSeriesWorld.run { world in
            _ = try await world.upload("vm_busy.wav", sound)
            _ = try await world.upload("vm_away.wav", sound)
            let mailbox = try await world.service.greetings.choose("vm_busy.wav", of: world.extensions[0])
            #expect(mailbox.greetingInForceID != nil)
            expect(try await world.get("extension_vm_greeting/delete", ["extension": "3200", "file": "vm_busy.wav"]), is: ["errcode": 0, "errmsg": "SUCCESS"])
            #expect(try await world.greetingNames() == ["vm_away.wav"])
            #expect(try await world.service.mailboxes.find(mailbox.id, of: world.account).greetingInForceID == nil)
            #expect(try await world.get("extension_vm_greeting/delete", ["extension": "3200", "file": "vm_busy.wav"]).code == 60001)
        }
    }

    @Test("To delete a greeting that is only borrowed puts the standard one in force and leaves the greeting to its owner")
    func borrowed() async throws {
        try await PSeriesWorld.run { world in
            _ = try await world.upload("vm_own.wav", sound, owner: "3201")
            let other = try await world.service.greetings.find("vm_own.wav", on: .mailbox(world.extensions[1])).greeting
            let media = try await world.service.greetings.create(["name": "Office"], id: nil, in: world.account)
            let intake = world.service.messages.receiveAudio()
            try await intake.write(.init(bytes: sound))
            _ = try await world.service.greetings.upload(
                media.id, audio: intake.finish(contentType: "audio/wav", fileName: "office.wav", policy: .playableOnly), in: world.account)
            for lent in [other, media] {
                let box = try await world.service.mailboxes.change(
                    world.extensions[0].id, .patch(["media": ["unavailable": .string(lent.id)]]), in: world.account)
                #expect(box.greetingInForceID == lent.id)
                let names = try await world.greetingNames()
                try #require(names.count == 1)
                // It is listed with an id, but it is not this box's to rename.
                let listed = try await world.get("extension_vm_greeting/list", ["extension": "3200"])["greeting_list"]?.array?.first
                let body: JSON = ["id": listed?["id"] ?? .null, "number": "3200", "file": "mine"]
                expect(try await world.post("extension_vm_greeting/update", body), is: ["errcode": 10009, "errmsg": "OPERATION FAILED"])
                if lent.id == media.id {
                    // On no shelf: whoever names no box is refused as who names the one that borrows it; another box does not list it.
                    let anybody: JSON = ["id": listed?["id"] ?? .null, "file": "mine"]
                    expect(try await world.post("extension_vm_greeting/update", anybody), is: ["errcode": 10009, "errmsg": "OPERATION FAILED"])
                    let elsewhere: JSON = ["id": listed?["id"] ?? .null, "number": "3201", "file": "mine"]
                    expect(try await world.post("extension_vm_greeting/update", elsewhere), is: ["errcode": 60001, "errmsg": "DATA NOT FOUND"])
                }
                expect(
                    try await world.post("vm_greeting/update", ["id": listed?["id"] ?? .null, "file": "mine"]),
                    is: [
                        "errcode": 60001, "errmsg": "DATA NOT FOUND",
                    ])
                expect(try await world.get("extension_vm_greeting/delete", ["extension": "3200", "file": names[0]]), is: ["errcode": 0, "errmsg": "SUCCESS"])
                #expect(try await world.service.mailboxes.find(box.id, of: world.account).greetingInForceID == nil)
                #expect(try await world.greetingNames() == [])
                let (reader, _) = try await world.service.greetings.audio(of: try await world.service.greetings.find(lent.id, of: world.account))
                #expect(reader.size == sound.count)
            }
            #expect(try await world.greetingNames("3201") == ["vm_own.wav"])
        }
    }

    @Test("A name that a borrowed greeting is listed by is taken; put there by force, another takes its place in the list and in force")
    func borrowedNames() async throws {
        try await PSeriesWorld.run { world in
            let other = WAV.tones([880], milliseconds: 100)
            for name in ["office.wav", "mine.wav"] { #expect(try await world.upload(name, sound, owner: name == "mine.wav" ? "3200" : "3201").code == 0) }
            let lent = try await world.service.greetings.find("office.wav", on: .mailbox(world.extensions[1])).greeting
            let mine = try await world.service.greetings.find("mine.wav", on: .mailbox(world.extensions[0])).serial
            _ = try await world.service.mailboxes.change(
                world.extensions[0].id, .patch(["media": ["unavailable": .string(lent.id)]]), in: world.account)
            #expect(try await world.greetingNames() == ["mine.wav", "office.wav"])
            let taken: JSON = [
                "errcode": 40003, "errmsg": "DUPLICATE KEY VALUE",
                "duplicate_field_list": [["field": "file", "value": "office", "external_source": "extension", "external_source_name": "3200"]],
            ]
            expect(try await world.post("extension_vm_greeting/update", ["id": .int(mine), "file": "office"]), is: taken)
            #expect(try await world.upload("office.wav", sound, check: "ask").code == 40003)
            #expect(try await world.greetingNames() == ["mine.wav", "office.wav"])
            // To speak one of that name is refused where there is somebody to speak at all.
            if world.server.installation.synthesizer != nil {
                let order: JSON = ["file": "office", "type": "tts", "number": "3200", "text": "Hello", "language": "en-US", "asr_manufacturer": "aws"]
                expect(try await world.post("extension_vm_greeting/create", order), is: taken)
            }
            #expect(try await world.upload("office.wav", other).code == 0)
            #expect(try await world.greetingNames() == ["office.wav", "mine.wav"])
            let detail = try await world.get("extension/get", ["id": "\(world.extensions[0].serial)"])["data"]
            #expect(detail?["vm_greeting"] == "office.wav")
            let query: KeyValuePairs = ["extension": "3200", "file": "office.wav"]
            #expect(try await world.fetch(world.get("extension_vm_greeting/download", query)).bytes == other)
            // The owner keeps his.
            let theirs = try await world.get("extension_vm_greeting/download", ["extension": "3201", "file": "office.wav"])
            #expect(try await world.fetch(theirs).bytes == sound)
        }
    }

    @Test("A download is called what the answer called it, whatever name another interface gave the sound")
    func downloadName() async throws {
        try await PSeriesWorld.run { world in
            _ = try await world.upload("vm_away.wav", sound)
            let greeting = try await world.service.greetings.find("vm_away.wav", on: .mailbox(world.extensions[0])).greeting
            let intake = world.service.messages.receiveAudio()
            try await intake.write(.init(bytes: sound))
            _ = try await world.service.greetings.upload(
                greeting.id, audio: intake.finish(contentType: "audio/wav", fileName: "from kazoo.wav", policy: .playableOnly), in: world.account)
            for verb in ["download", "play"] {
                let answer = try await world.get("extension_vm_greeting/" + verb, ["extension": "3200", "file": "vm_away.wav"])
                #expect(answer["file"] == "vm_away.wav")
                #expect(try await world.fetch(answer)["Content-Disposition"] == "attachment; filename=\"vm_away.wav\"")
            }
        }
    }

    @Test("Renaming keeps id and extension, and refuses clashes, marks and strangers")
    func renaming() async throws {
        try await PSeriesWorld.run { world in
            _ = try await world.upload("vm_away.wav", sound)
            _ = try await world.upload("vm_busy.wav", sound)
            let id = try #require(try await world.get("extension_vm_greeting/list", ["extension": "3200"])["greeting_list"]?.array?.last?["id"])
            expect(try await world.post("extension_vm_greeting/update", ["id": id, "file": "doc_demo_ext_v2"]), is: ["errcode": 0, "errmsg": "SUCCESS"])
            let item = try await world.get("extension_vm_greeting/list", ["extension": "3200"])["greeting_list"]?.array?.last
            #expect(item?["id"] == id && item?["real_filename"] == "doc_demo_ext_v2.wav" && item?["file"] == "doc_demo_ext_v2.wav")
            #expect(try await world.fetch(world.get("extension_vm_greeting/download", ["extension": "3200", "file": "doc_demo_ext_v2.wav"])).bytes == sound)
            let number = JSON.string(String(id.int ?? 0))
            #expect(try await world.post("extension_vm_greeting/update", ["id": number, "number": 3200, "file": "vm_gone"]).code == 0)
            let clash = try await world.post("extension_vm_greeting/update", ["id": id, "file": "vm_busy"])
            expect(
                clash,
                is: [
                    "errcode": 40003, "errmsg": "DUPLICATE KEY VALUE",
                    "duplicate_field_list": [["field": "file", "value": "vm_busy", "external_source": "extension", "external_source_name": "3200"]],
                ])
            for name in ["a.wav", "a b", "a\tb", "a'b", "a\"b", "a/b", "a\\b", "a`b", "a,b", "..", String(repeating: "a", count: 251), "a\u{0}b", "a\u{2028}b"]
            {
                expect(try await world.post("extension_vm_greeting/update", ["id": id, "file": .string(name)]), is: parameterError("file", .string(name)))
            }
            #expect(try await world.post("extension_vm_greeting/update", ["id": id, "file": .string(String(repeating: "a", count: 250))]).code == 0)
            expect(try await world.post("extension_vm_greeting/update", ["file": "x"]), is: parameterError("id", required: true))
            expect(try await world.post("extension_vm_greeting/update", ["id": id]), is: parameterError("file", required: true))
            for body in [["id": 99999, "file": "x"], ["id": id, "number": "3201", "file": "x"], ["id": id, "number": "3299", "file": "x"]] as [JSON] {
                expect(try await world.post("extension_vm_greeting/update", body), is: ["errcode": 60001, "errmsg": "DATA NOT FOUND"])
            }
            #expect(try await world.post("vm_greeting/update", ["id": id, "file": "x"]).code == 60001)
        }
    }

    @Test("Recording by telephone is judged, then refused: there is no telephone")
    func recording() async throws {
        try await PSeriesWorld.run { world in
            let good: KeyValuePairs = ["owner": "3200", "recorder": "3201", "file": "vm_welcome"]
            expect(try await world.get("extension_vm_greeting/record", good), is: ["errcode": 70132, "errmsg": "OPERATION NOT SUPPORTED"])
            expect(
                try await world.get("vm_greeting/record", ["owner": "6300", "recorder": "3201", "file": "x"]),
                is: ["errcode": 70132, "errmsg": "OPERATION NOT SUPPORTED"])
            expect(try await world.get("extension_vm_greeting/record", ["owner": "3200", "file": "x"]), is: parameterError("recorder", required: true))
            expect(try await world.get("extension_vm_greeting/record", ["owner": "3200", "recorder": "3201"]), is: parameterError("file", required: true))
            for file in ["a.wav", "a b", "ä", "a/b"] {
                let answer = try await world.get("extension_vm_greeting/record", ["owner": "3200", "recorder": "3201", "file": file])
                expect(answer, is: parameterError("file", .string(file)))
            }
            for (owner, recorder) in [("3299", "3201"), ("3200", "3299"), ("3200", "6300")] {
                #expect(try await world.get("extension_vm_greeting/record", ["owner": owner, "recorder": recorder, "file": "x"]).code == 60001)
            }
        }
    }
}
