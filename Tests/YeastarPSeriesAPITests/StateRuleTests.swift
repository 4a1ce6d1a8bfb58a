import Server
import TestKit
import Testing
import Voicemail
import YeastarPSeriesAPI

/// The state rules the server must keep (P§12), each by its number.
@Suite struct StateRuleTests {
    private let sound = WAV.tones([440], milliseconds: 200)
    private let notFound: JSON = ["errcode": 60001, "errmsg": "DATA NOT FOUND"]

    @Test("P§12.1: uploaded it is listed and comes back byte for byte; uploaded again the count stays; deleted it is gone")
    func greetings() async throws {
        try await PSeriesWorld.run { world in
            for (prefix, owner) in [("extension_vm_greeting", "3200"), ("vm_greeting", "6300")] {
                func count() async throws -> JSON? { try await world.get(prefix + "/list", ["extension": owner])["total_number"] }
                let query: KeyValuePairs = ["extension": owner, "file": "vm_away.wav"]
                for bytes in [sound, WAV.tones([880], milliseconds: 300)] {
                    #expect(try await world.upload("vm_away.wav", bytes, owner: owner, to: prefix + "/upload").code == 0)
                    #expect(try await count() == 1)
                    #expect(try await world.fetch(world.get(prefix + "/download", query)).bytes == bytes)
                }
                #expect(try await world.get(prefix + "/delete", query).code == 0)
                #expect(try await count() == 0)
                expect(try await world.get(prefix + "/download", query), is: notFound)
            }
        }
    }

    @Test("P§12.2 and P§12.3: totals are the messages there are, unread those with is_read 0, and an update is seen at once")
    func counts() async throws {
        try await PSeriesWorld.run { world in
            for left in 1...4 {
                let message = try await world.leave(in: world.group)
                if left % 2 == 0 { _ = try await world.post("vm/update", ["id": PSeriesWorld.id(message), "vm_status": 1]) }
                let box = try await world.get("vm/get", ["number": "6300"])
                let queried = try await world.get("vm/query", ["number": "6300"])["voicemail_list"]?.array?[0]
                let listed = try await world.get("vm_group/list")["vm_group_list"]?.array?[0]["messages"]
                let unread = box["data"]?.array?.count { $0["is_read"] == 0 }
                #expect(box["total_number"] == .int(left) && queried?["total_number"] == .int(left) && listed?["total"] == .int(left))
                #expect(unread == (left + 1) / 2 && listed?["unread"] == .int((left + 1) / 2))
                #expect(queried?["data"]?.array?.map { $0["is_read"] } == box["data"]?.array?.map { $0["is_read"] })
            }
        }
    }

    @Test("P§12.4 and P§12.5: a link dies with its greeting, message or recording, and not with the token that asked for it")
    func links() async throws {
        try await PSeriesWorld.run { world in
            _ = try await world.upload("a.wav", sound)
            let message = try await world.leave(), recording = try await world.record(RecordingDraft(callerNumber: "1", calleeNumber: "2"))
            let id = PSeriesWorld.id(message).string ?? ""
            let links = [
                try await world.get("extension_vm_greeting/download", ["extension": "3200", "file": "a.wav"]),
                try await world.get("extension_vm_greeting/play", ["extension": "3200", "file": "a.wav"]), try await world.get("vm/download", ["msg_id": id]),
                try await world.get("recording/download", ["id": "\(recording.serial)"]),
            ]
            _ = try await world.get("del_token")
            let pair = try await Applications(world.service).openPair(
                for: Applications(world.service).logIn(world.application.credential.handle, secret: world.application.secret), TokenRules())
            func fetch(_ link: JSON) async throws -> Answer {
                let url = try #require((link["download_resource_url"] ?? link["play_resource_url"])?.string)
                return try await world.server.send("GET", url + "?access_token=" + pair.access)
            }
            for link in links { #expect(try await fetch(link)["Content-Type"] == "audio/wav") }
            try await world.service.greetings.remove("a.wav", on: .mailbox(world.extensions[0]))
            try await world.service.messages.remove(.serial(message.serial, left: message.timestamp), of: world.account)
            try await world.service.recordings.remove(recording)
            for link in links { expect(try await fetch(link).json, is: notFound) }
        }
    }

    @Test("P§12.6: nothing in an answer depends on the User-Agent")
    func userAgents() async throws {
        try await PSeriesWorld.run { world in
            try await world.leave()
            let path = PSeriesWorld.path("vm/get", [("access_token", world.token), ("number", "3200")])
            let answers = try await ["OpenAPI", "BESTCHOICE/1.0", "python-requests/2.31.0", "Go-http-client/1.1", "Mozilla/5.0"].asyncMap {
                try await world.server.send("GET", path, headers: ["User-Agent": $0]).bytes
            }
            #expect(Set(answers).count == 1)
        }
    }
}

extension Sequence {
    fileprivate func asyncMap<Value>(_ transform: (Element) async throws -> Value) async throws -> [Value] {
        var values: [Value] = []
        for element in self { values.append(try await transform(element)) }
        return values
    }
}
