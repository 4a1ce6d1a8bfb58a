import Foundation
import Server
import TestKit
import Testing
import Voicemail
import YeastarPSeriesAPI

/// Differences by version and edition (P§13), row by row: what clients of either side of a difference meet here.
@Suite struct VersionRowTests {
    private let notThere: JSON = ["errcode": 10001, "errmsg": "INTERFACE NOT EXISTED"]

    @Test("vm/*, vm_group, vm_greeting, extension_vm_greeting: all of the newer ones are there")
    func newerEndpoints() async throws {
        try await PSeriesWorld.run { world in
            for (method, endpoint) in [
                ("GET", "vm/get"), ("GET", "vm/query"), ("GET", "vm/download"), ("POST", "vm/create"), ("POST", "vm/update"), ("GET", "vm/delete"),
                ("GET", "vm/delete_extension_vm"), ("GET", "vm_group/list"), ("GET", "vm_global_greeting/list"),
            ]
                + ["vm_greeting", "extension_vm_greeting"].flatMap({ prefix in
                    [("GET", "list"), ("GET", "download"), ("GET", "play"), ("POST", "upload"), ("GET", "delete"), ("GET", "record")].map {
                        ($0.0, "\(prefix)/\($0.1)")
                    }
                })
            {
                let answer = try await world.raw(method, PSeriesWorld.path(endpoint, [("access_token", world.token)]))
                #expect([0, 40001, 40002].contains(answer.code), "\(endpoint) \(answer.encoded)")
            }
        }
    }

    @Test("extension_vm_greeting/create and update: those of the newest guides are there, for groups too")
    func speech() async throws {
        try await PSeriesWorld.run { world in
            for (prefix, number): (String, JSON) in [("extension_vm_greeting", "3200"), ("vm_greeting", "6300")] {
                let order: JSON = ["file": "a", "type": "tts", "number": number, "text": "Hello", "language": "en-US", "asr_manufacturer": "aws"]
                let made = try await world.post(prefix + "/create", order)
                if world.server.installation.synthesizer == nil {
                    expect(made, is: ["errcode": 10009, "errmsg": "OPERATION FAILED"])
                } else {
                    #expect(made.code == 0 && made["status"] == "complete" && made["id"]?.int != nil && made["request_id"]?.string?.isEmpty == false)
                    expect(try await world.post(prefix + "/update", ["id": made["id"] ?? .null, "file": "b"]), is: ["errcode": 0, "errmsg": "SUCCESS"])
                }
            }
        }
    }

    @Test("vm/update and vm/download: the message's id, or the call record's uid", arguments: [true, false])
    func ids(older: Bool) async throws {
        try await PSeriesWorld.run { world in
            let message = try await world.leave()
            let uid = message.callRecordID(in: .gmt), id = PSeriesWorld.id(message)
            let query: KeyValuePairs = older ? ["msg_id": id.string ?? ""] : ["uid": uid]
            #expect(try await world.fetch(world.get("vm/download", query))["Content-Type"] == "audio/wav")
            let answer = try await world.post("vm/update", [older ? "id" : "uid": older ? id : .string(uid), "vm_status": 1])
            expect(answer, is: ["errcode": 0, "errmsg": "SUCCESS"])
            #expect(try await world.messages()[0]["is_read"] == 1)
        }
    }

    @Test("recording/list: with numbers and names of both ends, without the fields of an archive")
    func listedFields() async throws {
        try await PSeriesWorld.run { world in
            _ = try await world.record(RecordingDraft(callerNumber: "1", calleeNumber: "2"))
            for endpoint in ["recording/list", "recording/search"] {
                let item = try #require(try await world.get(endpoint)["data"]?.array?[0].object)
                #expect(
                    Set(item.keys) == [
                        "id", "time", "uid", "call_from", "call_to", "duration", "size", "call_type", "file", "call_from_number", "call_from_name",
                        "call_to_number", "call_to_name",
                    ])
            }
        }
    }

    @Test("recording/search: times in the display format and in Unix seconds", arguments: ["01/12/2022 17:36:24", "1642008984"])
    func searchTimes(time: String) async throws {
        try await PSeriesWorld.run { world in
            for second in -1...1 {
                _ = try await world.record(RecordingDraft(callerNumber: "1", calleeNumber: "2", started: Timestamp(unix: 1_642_008_984 + second)))
            }
            let found = try await world.get("recording/search", ["start_time": time, "end_time": time])
            #expect(found["total_number"] == 1 && found["data"]?.array?[0]["time"] == "01/12/2022 17:36:24")
        }
    }

    @Test("Links: of either prefix, with a slash too many, too", arguments: ["/api/download/", "//api/download/", "/api/downloadattachment/"])
    func linkPrefixes(prefix: String) async throws {
        try await PSeriesWorld.run { world in
            let recording = try await world.record(RecordingDraft(callerNumber: "1", calleeNumber: "2"))
            let url = try #require(try await world.get("recording/download", ["id": "\(recording.serial)"])["download_resource_url"]?.string)
            #expect(url.hasPrefix("/api/download/Recording-"))
            let name = try #require(url.split(separator: "/").last)
            #expect(try await world.server.send("GET", prefix + name + "?access_token=" + world.token)["Content-Type"] == "audio/wav")
        }
    }

    @Test("Tokens: eight for each application, whatever others of the account have")
    func tokenLimit() async throws {
        try await PSeriesWorld.run { world in
            for _ in 0..<2 {
                let other = try await Applications(world.service).create(name: "other", in: world.account)
                let login: JSON = ["username": .string(other.credential.handle), "password": .string(other.secret)]
                var codes: [Int?] = []
                for _ in 0..<9 { codes.append(try await world.raw("POST", "/openapi/v1.0/get_token", Array(login.encoded.utf8)).code) }
                #expect(codes == Array(repeating: 0, count: 8) + [60002])
            }
        }
    }

    @Test("10009, which older guides have not: what is switched off or not installed")
    func operationFailed() async throws {
        try await PSeriesWorld.run { world in
            _ = try await world.post("extension/update", ["id": .int(world.extensions[0].serial), "enb_vm": 0])
            expect(try await world.post("vm/create", ["vm_from_number": "1", "vm_to_number": "3200"]), is: ["errcode": 10009, "errmsg": "OPERATION FAILED"])
        }
    }

    @Test("msg of an event: a text for a call's, an object where that is set", arguments: PSeriesSettings.EventMessageFormat.allCases)
    func eventMessages(format: PSeriesSettings.EventMessageFormat) async throws {
        try await PSeriesWorld.run {
            $0.outbox.intervalMilliseconds = 10
            $0.pSeries.eventMessageFormat = format
        } _: { world in
            let event = try await world.nextEvent { try await world.leave(from: "3201") }
            #expect(event["type"] == 30012)
            #expect((event["msg"]?.string != nil) == (format != .object) && (event["msg"]?.object != nil) == (format == .object))
        }
    }

    @Test("Version 2.0 of call records and reports is not there, and says that it is the version")
    func versionTwo() async throws {
        try await PSeriesWorld.run { world in
            for path in ["cdr/list", "cdr/search", "call_report/list", "recording/list"] {
                let answer = try await world.raw("GET", "/openapi/v2.0/\(path)?access_token=\(world.token)")
                expect(answer, is: ["errcode": 10003, "errmsg": "API VERSION UNSUPPORTED"])
            }
        }
    }

    @Test("Cloud: no fields of analogue phones; nor does the port matter")
    func cloud() async throws {
        try await PSeriesWorld.run { world in
            let item = try await world.get("extension/list")["data"]?.array?[0]
            #expect(item?["online_status"]?.object.map { Set($0.keys) } == ["sip_phone", "linkus_desktop", "linkus_mobile", "linkus_web"])
            #expect(try await world.get("extension/get", ["id": "\(world.extensions[0].serial)"])["data"]?["type"] == "SIP")
        }
    }

    @Test("Appliance: the API is there whatever model the installation says it is", arguments: ["P520", "P570", "P-Series Cloud Edition"])
    func appliance(model: String) async throws {
        try await PSeriesWorld.run {
            $0.pSeries.modelName = model
        } _: { (world: PSeriesWorld) async throws in
            #expect(try await world.get("system/information")["data"]?["model_name"] == .string(model))
            #expect(try await world.get("vm/get", ["number": "3200"]).code == 0)
        }
    }
}
