import TestKit
import Testing
import Voicemail

/// Every request of the vendor's page, sent as it stands there; every response compared whole. Where the page and K§12 differ, K§12 is
/// expected.
@Suite struct SeedTests {
    /// The mailbox that the page creates.
    private static let box: JSON = [
        "name": "VMBox 0", "require_pin": true, "is_setup": false, "pin": "0000", "mailbox": "3000", "timezone": "America/Los_Angeles",
        "check_if_owner": true, "delete_after_notify": false, "not_configurable": false, "notify_email_addresses": [],
        "save_after_notify": false, "skip_greeting": false, "skip_instructions": false, "owner_id": "f1d98a5df729f95cd208ee9430e3b21b",
        "media": [:],
    ]

    /// The defaults that the page does not print (K§12-35).
    private static let moreDefaults: JSONObject = [
        "skip_envelope": false, "announcement_only": false, "oldest_message_first": false, "media_extension": "mp3",
        "include_message_on_notify": true, "include_transcription_on_notify": true, "transcribe": false, "is_voicemail_ff_rw_enabled": false,
        "seek_duration_ms": 10_000,
    ]

    private static func stored(_ id: JSON, _ extra: JSONObject = [:]) -> JSON {
        var object = box.object ?? [:]
        object["id"] = id
        object.merge(moreDefaults) { $1 }
        object.merge(extra) { $1 }
        return .object(object)
    }

    private static func success(_ data: JSON) -> JSON { ["status": "success", "data": data] }

    private struct Stage {
        let server: TestServer
        let account: Account
        let token: String
        var path: String { "/v2/accounts/\(account.id)/vmboxes" }

        func json(_ method: String, _ path: String, _ body: String? = nil, type: String? = nil) async throws -> Answer {
            try await server.send(
                method, path, headers: type.map { ["Content-Type": $0] } ?? [:], token: token, body: body.map { Array($0.utf8) })
        }
    }

    /// An account with the page's realm, at the time of the page's messages.
    private func stage(_ body: @escaping @Sendable (Stage) async throws -> Void) async throws {
        try await TestServer.run(clock: ManualClock(Timestamp(unix: 1_462_840_000))) { server in
            let account = try await server.service.accounts.create(["name": "IP Telecom", "realm": "aeac33.sip.example.com"], below: nil)
            try await body(Stage(server: server, account: account, token: try await server.makeToken(for: account)))
        }
    }

    /// The page's two messages in a box numbered 1000.
    private func deposit(_ stage: Stage) async throws -> (box: String, ids: [String]) {
        let made = try await stage.json("PUT", stage.path, #"{"data":{"name":"userA","mailbox":"1000"}}"#, type: "application/json")
        let box = try #require(made.data["id"]?.string)
        let first = try await stage.json(
            "PUT", "\(stage.path)/\(box)/messages",
            #"{"data":{"timestamp":63630058722,"from":"1001","to":"1000","caller_id_number":"1001","caller_id_name":"userb userb","call_id":"79959ZDNmM2I5ZTliMzA0NzA4N2FjNjlmODA5OWVkZjUxZWU","length":3140}}"#
        )
        let second = try await stage.json(
            "PUT", "\(stage.path)/\(box)/messages",
            #"{"data":{"timestamp":63630058413,"from":"1002","to":"1000","caller_id_number":"1002","caller_id_name":"userd userd","call_id":"79959MmNiMmJiMTIxODhjZjk0ZDhmOGNkMjJkN2MwNGQyNWY","length":5500}}"#
        )
        return (box, try [first, second].map { try #require($0.data["media_id"]?.string) })
    }

    private static func shown(_ id: String, folder: JSON = "new") -> JSON {
        [
            "timestamp": 63_630_058_722, "from": "1001@aeac33.sip.example.com", "to": "1000@aeac33.sip.example.com", "caller_id_number": "1001",
            "caller_id_name": "userb userb", "call_id": "79959ZDNmM2I5ZTliMzA0NzA4N2FjNjlmODA5OWVkZjUxZWU", "folder": folder, "length": 3140,
            "media_id": .string(id),
        ]
    }

    private static func shownSecond(_ id: String) -> JSON {
        [
            "timestamp": 63_630_058_413, "from": "1002@aeac33.sip.example.com", "to": "1000@aeac33.sip.example.com", "caller_id_number": "1002",
            "caller_id_name": "userd userd", "call_id": "79959MmNiMmJiMTIxODhjZjk0ZDhmOGNkMjJkN2MwNGQyNWY", "folder": "new", "length": 5500,
            "media_id": .string(id),
        ]
    }

    @Test func mailboxesAreCreatedListedFetchedPatchedReplacedAndRemoved() async throws {
        try await stage { stage in
            let body = JSON.object(["data": Self.box]).encoded
            let created = try await stage.json("PUT", stage.path, body, type: "application/json")
            #expect(created.status == 201)
            let id = try #require(created.data["id"])
            expect(created.envelope, is: Self.success(Self.stored(id)))
            #expect(created.bookkeepingKeys == ["auth_token", "request_id", "revision", "timestamp", "node", "version", "tokens"])
            #expect(created["Location"] == "\(stage.path)/\(id.string ?? "")")
            #expect(created["Content-Type"] == "application/json")

            let listed = try await stage.json("GET", stage.path)
            let row: JSON = [
                "id": id, "name": "VMBox 0", "mailbox": "3000", "owner_id": "f1d98a5df729f95cd208ee9430e3b21b", "flags": [], "messages": 0,
            ]
            expect(listed.json["data"] ?? .null, is: [row])
            #expect(listed.json["page_size"] == 1)
            #expect(listed.json["next_start_key"] == nil)

            let one = "\(stage.path)/\(id.string ?? "")"
            let fetched = try await stage.json("GET", one)
            #expect(fetched.status == 200)
            expect(fetched.envelope, is: Self.success(Self.stored(id)))

            // As the page sends it: no content type, which curl makes a form's.
            let patched = try await stage.json("PATCH", one, #"{"data":{"some_key":"some_value"}}"#, type: "application/x-www-form-urlencoded")
            #expect(patched.status == 200)
            expect(patched.envelope, is: Self.success(Self.stored(id, ["some_key": "some_value"])))

            let replaced = try await stage.json("POST", one, body, type: "application/json")
            #expect(replaced.status == 200)
            expect(replaced.envelope, is: Self.success(Self.stored(id)))

            let removed = try await stage.json("DELETE", one)
            #expect(removed.status == 200)
            expect(removed.envelope, is: Self.success(Self.stored(id, ["_read_only": ["deleted": true]])))
            #expect(try await stage.json("GET", one).status == 404)
        }
    }

    /// The page prints its replacing request against the list's URL: a misprint, answered 405 (K§12-17).
    @Test func theMisprintedURLsAreNotServed() async throws {
        try await stage { stage in
            let posted = try await stage.json("POST", stage.path, JSON.object(["data": Self.box]).encoded, type: "application/json")
            #expect(posted.status == 405)
            let put = try await stage.json("PUT", "/v2/accounts/\(stage.account.id)/messages", #"{"data":{}}"#, type: "application/json")
            #expect(put.status == 404)
            expect(put.envelope, is: ["status": "error", "error": "404", "message": "not_found", "data": ["message": "not found"]])
        }
    }

    @Test func messagesOfAMailboxAndOfTheAccountAreListed() async throws {
        try await stage { stage in
            let (box, ids) = try await deposit(stage)
            let rows: [JSON] = [Self.shown(ids[0]), Self.shownSecond(ids[1])]
            let listed = try await stage.json("GET", "\(stage.path)/\(box)/messages")
            expect(listed.data, is: .array(rows))
            #expect(listed.json["page_size"] == 2)
            let all = try await stage.json("GET", "\(stage.path)/messages")
            expect(all.data, is: .array(rows.map { .object([box: $0]) }))
            #expect(all.json["page_size"] == 2)
            #expect(all.json["next_start_key"] == nil)
            let paged = try await stage.json("GET", "\(stage.path)/\(box)/messages?paginate=true")
            expect(paged.data, is: .array(rows))
            let boxes = try await stage.json("GET", stage.path)
            expect(boxes.data, is: [["id": .string(box), "name": "userA", "mailbox": "1000", "flags": [], "messages": 2, "folders": ["new": 2, "saved": 0]]])
        }
    }

    @Test func aMessageIsMadeInTwoSteps() async throws {
        try await stage { stage in
            let box = try #require(
                try await stage.json("PUT", stage.path, #"{"data":{"name":"b","mailbox":"1000"}}"#).data["id"]?.string)
            let made = try await stage.json(
                "PUT", "\(stage.path)/\(box)/messages",
                #"{"data":{"caller_id_name":"someone","caller_id_number":"6001","folder":"new","from":"someone@caller.example.com"}}"#,
                type: "application/x-www-form-urlencoded")
            #expect(made.status == 201)
            let id = try #require(made.data["media_id"]?.string)
            #expect(id.wholeMatch(of: /201605-[0-9a-f]{32}/) != nil)
            #expect(made["Location"] == "\(stage.path)/\(box)/messages/\(id)")
            let callID = try #require(made.data["call_id"])
            #expect(callID.string?.wholeMatch(of: /[0-9a-f]{24}/) != nil)
            expect(
                made.data,
                is: [
                    "timestamp": .int(stage.server.clock.now.gregorian), "from": "someone@caller.example.com", "to": "1000@aeac33.sip.example.com",
                    "caller_id_number": "6001", "caller_id_name": "someone", "call_id": callID, "folder": "new", "length": 1,
                    "media_id": .string(id),
                ])

            let sound = Sounds.wav(milliseconds: 250)
            let upload = Multipart(parts: [.init("audio/mp3", sound, disposition: #"attachment; name="content"; filename="voice.mp3""#)])
            let attached = try await stage.server.send(
                "PUT", "\(stage.path)/\(box)/messages/\(id)/raw", headers: ["Content-Type": upload.contentType], token: stage.token, body: upload.bytes)
            #expect(attached.status == 201)
            #expect(attached.data["media_id"]?.string == id)
            #expect(attached.data["length"] == 250)
            let raw = try await stage.json("GET", "\(stage.path)/\(box)/messages/\(id)/raw")
            #expect(raw.bytes == sound)
            #expect(raw["Content-Type"] == "audio/mp3")
        }
    }

    /// `curl -H "Content-Type: multipart/mixed" -F "content=@message.json; type=application/json" -F "content=@voice.mp3; type=audio/mp3"`
    @Test func aMessageIsMadeInOneStep() async throws {
        try await stage { stage in
            let box = try #require(
                try await stage.json("PUT", stage.path, #"{"data":{"name":"b","mailbox":"1000"}}"#).data["id"]?.string)
            let sound = Sounds.wav(milliseconds: 100)
            let upload = Multipart(parts: [
                .init(
                    "application/json", #"{"data":{"caller_id_name":"someone","caller_id_number":"6001","from":"someone@caller.example.com","length":3140}}"#,
                    disposition: #"attachment; name="content"; filename="message.json""#),
                .init("audio/mp3", sound, disposition: #"attachment; name="content"; filename="voice.mp3""#),
            ])
            let made = try await stage.server.send(
                "PUT", "\(stage.path)/\(box)/messages", headers: ["Content-Type": upload.contentType], token: stage.token, body: upload.bytes)
            #expect(made.status == 201)
            let id = try #require(made.data["media_id"]?.string)
            expect(made.data, contains: ["from": "someone@caller.example.com", "caller_id_number": "6001", "length": 3140, "folder": "new"])
            #expect(try await stage.json("GET", "\(stage.path)/\(box)/messages/\(id)/raw").bytes == sound)
        }
    }

    @Test func aMessageIsFetchedFiledAndRemoved() async throws {
        try await stage { stage in
            let (box, ids) = try await deposit(stage)
            let one = "\(stage.path)/\(box)/messages/\(ids[0])"
            expect(try await stage.json("GET", one).envelope, is: Self.success(Self.shown(ids[0])))
            let filed = try await stage.json("POST", one, #"{"data": {"folder": "saved"}}"#, type: "application/x-www-form-urlencoded")
            #expect(filed.status == 200)
            expect(filed.envelope, is: Self.success(Self.shown(ids[0], folder: "saved")))
            let byQuery = try await stage.json("POST", one + "?folder=new")
            expect(byQuery.envelope, is: Self.success(Self.shown(ids[0])))
            // K§12-15: the folder of a removed message is deleted.
            let removed = try await stage.json("DELETE", one)
            #expect(removed.status == 200)
            expect(removed.envelope, is: Self.success(Self.shown(ids[0], folder: "deleted")))
            let gone = try await stage.json("GET", one)
            expect(
                gone.envelope,
                is: [
                    "status": "error", "error": "404", "message": "bad_identifier", "data": ["message": "bad identifier", "cause": .string(ids[0])],
                ])
        }
    }

    @Test func manyMessagesAreChangedAndRemoved() async throws {
        try await stage { stage in
            let (box, ids) = try await deposit(stage)
            let list = "\(stage.path)/\(box)/messages"
            let unknown = "201605-49be0985ea3a33046f8073083517d27b"
            func outcome(_ succeeded: [String]) -> JSON {
                Self.success(["suceeded": JSON(succeeded), "succeeded": JSON(succeeded), "failed": [.object([unknown: "not_found"])]])
            }
            let body = JSON.object(["data": ["folder": "saved", "messages": JSON([ids[0], unknown])]]).encoded
            let changed = try await stage.json("POST", list, body, type: "application/json")
            #expect(changed.status == 200)
            expect(changed.envelope, is: outcome([ids[0]]))
            let named = JSON.object(["data": ["messages": JSON([unknown, ids[1]])]]).encoded
            let removed = try await stage.json("DELETE", list, named, type: "application/json")
            expect(removed.envelope, is: outcome([ids[1]]))
            let saved = try await stage.json("DELETE", list + "?folder=saved")
            expect(saved.data, is: ["suceeded": JSON([ids[0]]), "succeeded": JSON([ids[0]]), "failed": []])
            #expect(try await stage.json("GET", list).mediaIDs == [])
        }
    }

    @Test func theAudioOfManyMessagesIsOneArchive() async throws {
        try await stage { stage in
            let (box, ids) = try await deposit(stage)
            for id in ids {
                _ = try await stage.server.send(
                    "PUT", "\(stage.path)/\(box)/messages/\(id)/raw", headers: ["Content-Type": "audio/mp3"], token: stage.token,
                    body: Sounds.wav(milliseconds: 10))
            }
            let answer = try await stage.server.send(
                "POST", "\(stage.path)/\(box)/messages/raw",
                headers: ["Content-Type": "application/json", "Accept": "application/zip", "X-Request-ID": "abc"], token: stage.token,
                data: ["messages": JSON(ids)])
            #expect(answer.status == 200)
            #expect(answer["Content-Type"] == "application/zip")
            #expect(answer["Content-Disposition"] == "attachment; filename=abc.zip")
            #expect(answer.bytes.starts(with: [0x50, 0x4B, 0x03, 0x04]))
            for name in ["1001_2016-05-10_00:18:42.mp3", "1002_2016-05-10_00:13:33.mp3"] {
                #expect(answer.text.contains(name))
            }
        }
    }
}
