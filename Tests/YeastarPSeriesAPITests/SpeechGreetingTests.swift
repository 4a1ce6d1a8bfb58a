import NIOCore
import Server
import TestKit
import Testing
import Voicemail
import YeastarPSeriesAPI

/// Greetings by text to speech (P§5.8).
@Suite struct SpeechGreetingTests {
    private let order: JSONObject = [
        "file": "vm_end", "type": "tts", "number": "3200", "text": "Good bye.", "language": "en-US", "asr_manufacturer": "aws",
    ]

    private func with(_ changes: JSONObject) -> JSON { .object(order.merging(changes) { $1 }.filter { !$0.value.isNull }) }

    @Test("Where a synthesizer is installed, a greeting is made and can be fetched; renaming and speaking anew keep its id")
    func speaks() async throws {
        try await PSeriesWorld.run { world in
            guard world.server.installation.synthesizer != nil else { return }
            let answer = try await world.post("extension_vm_greeting/create", .object(order))
            #expect(answer.object.map { Set($0.keys) } == ["errcode", "errmsg", "id", "status", "request_id"])
            #expect(answer.code == 0 && answer["status"] == "complete" && answer["request_id"]?.string?.isEmpty == false)
            let id = try #require(answer["id"]?.int)
            expect(
                try await world.get("extension_vm_greeting/list", ["extension": "3200"])["greeting_list"] ?? .null,
                is: [
                    [
                        "id": .int(id), "module": "extension", "number": "3200", "file": "vm_end", "suffix": ".wav", "type": "tts",
                        "real_filename": "vm_end.wav",
                    ]
                ])
            let first = try await world.fetch(world.get("extension_vm_greeting/download", ["extension": "3200", "file": "vm_end.wav"])).bytes
            #expect(first.count > 8000)
            expect(
                try await world.post("extension_vm_greeting/create", .object(order)),
                is: [
                    "errcode": 40003, "errmsg": "DUPLICATE KEY VALUE",
                    "duplicate_field_list": [["field": "file", "value": "vm_end", "external_source": "extension", "external_source_name": "3200"]],
                ])
            let update: JSON = ["id": .int(id), "file": "vm_bye", "text": "Good bye, and thank you for calling.", "speed": 70]
            expect(try await world.post("extension_vm_greeting/update", update), is: ["errcode": 0, "errmsg": "SUCCESS"])
            let item = try await world.get("extension_vm_greeting/list", ["extension": "3200"])["greeting_list"]?.array?.first
            #expect(item?["id"] == .int(id) && item?["file"] == "vm_bye" && item?["type"] == "tts")
            let second = try await world.fetch(world.get("extension_vm_greeting/download", ["extension": "3200", "file": "vm_bye.wav"])).bytes
            #expect(second != first)
            #expect(try await world.post("vm_greeting/create", with(["number": "6300"])).code == 0)
            expect(try await world.post("extension_vm_greeting/create", with(["file": "b", "language": "qq-QQ"])), is: parameterError("language", "qq-QQ"))
        }
    }

    @Test("A level alone has the stored text spoken anew; a name that is taken leaves the sound as it was, and a bad language the name")
    func anew() async throws {
        try await PSeriesWorld.run { world in
            guard world.server.installation.synthesizer != nil else { return }
            let id = try #require(try await world.post("extension_vm_greeting/create", .object(order))["id"]?.int)
            _ = try await world.upload("taken.wav", WAV.tones([440], milliseconds: 200))
            func sound(_ file: String) async throws -> [UInt8] {
                try await world.fetch(world.get("extension_vm_greeting/download", ["extension": "3200", "file": file])).bytes
            }
            let first = try await sound("vm_end.wav")
            let clash: JSON = ["id": .int(id), "file": "taken", "text": "Something else."]
            #expect(try await world.post("extension_vm_greeting/update", clash).code == 40003)
            expect(
                try await world.post("extension_vm_greeting/update", ["id": .int(id), "file": "other", "language": "qq-QQ"]),
                is: parameterError("language", "qq-QQ"))
            expect(try await world.post("extension_vm_greeting/update", ["id": .int(id), "file": "other", "speed": 101]), is: parameterError("speed", 101))
            #expect(try await sound("vm_end.wav") == first)
            expect(
                try await world.post("extension_vm_greeting/update", ["id": .int(id), "file": "vm_end", "speed": 10]), is: ["errcode": 0, "errmsg": "SUCCESS"])
            let slow = try await sound("vm_end.wav")
            #expect(slow.count > first.count)
            // What was set before stays.
            expect(
                try await world.post("extension_vm_greeting/update", ["id": .int(id), "file": "vm_end", "volume": 20]), is: ["errcode": 0, "errmsg": "SUCCESS"])
            let quiet = try await sound("vm_end.wav")
            #expect(quiet != slow && quiet.count > first.count)
            let taken = try await world.service.greetings.find("taken.wav", on: .mailbox(world.extensions[0])).serial
            expect(
                try await world.post("extension_vm_greeting/update", ["id": .int(taken), "file": "free", "speed": 10]), is: parameterError("speed", 10))
            #expect(try await world.greetingNames() == ["taken.wav", "vm_end.wav"])
        }
    }

    @Test("The longest text that is legal is spoken, though it sounds longer than an upload may")
    func long() async throws {
        try await PSeriesWorld.run { world in
            guard world.server.installation.synthesizer != nil else { return }
            let text = JSON.string(String(repeating: "777 ", count: 250))
            #expect(try await world.post("extension_vm_greeting/create", with(["text": text, "speed": 1])).code == 0)
            let greeting = try await world.service.greetings.find("vm_end.wav", on: .mailbox(world.extensions[0])).greeting
            #expect(greeting.contentLength ?? 0 > 8 << 20)
        }
    }

    @Test("What is asked is judged before anything is spoken")
    func refusals() async throws {
        try await PSeriesWorld.run { world in
            for field in order.keys {
                expect(try await world.post("extension_vm_greeting/create", with([field: .null])), is: parameterError(field, required: true))
            }
            let wrong: [(String, JSON)] = [
                ("file", "a.wav"), ("file", "a b"), ("type", "record"), ("text", .string(String(repeating: "x", count: 1001))), ("asr_manufacturer", "acme"),
                ("speed", 0), ("speed", 101), ("volume", 0), ("pitch", 101),
            ]
            for (field, value) in wrong {
                expect(try await world.post("extension_vm_greeting/create", with([field: value])), is: parameterError(field, value))
            }
            expect(try await world.post("extension_vm_greeting/create", with(["speed": "fast"])), is: ["errcode": 40001, "errmsg": "PARAMETER SYNTAX ERROR"])
            expect(try await world.post("extension_vm_greeting/create", with(["number": "3299"])), is: ["errcode": 60001, "errmsg": "DATA NOT FOUND"])
            expect(try await world.post("vm_greeting/create", with([:])), is: ["errcode": 60001, "errmsg": "DATA NOT FOUND"])
            #expect(try await world.greetingNames() == [])
        }
    }
}
