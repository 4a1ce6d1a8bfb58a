import Foundation
import Server
import TestKit
import Testing
import Voicemail
@testable import KazooAPI

/// The JSON examples of the contract from its top to its end, as they stand there: requests are sent, answers compared whole. Where the
/// contract has an ellipsis, or an id of another server's making, what this server made is expected. The vendor's page is in `SeedTests`.
@Suite struct ContractExampleTests {
    private static let requestID = "5f9b3a6cd4b7a0a1f1e2d3c4b5a69788"
    private static let node = "z7fVK0wRTQWHCJIzrgbmCw"

    private static func run(at time: String = "2026-05-10T00:18:42Z", _ body: @Sendable (TestServer) async throws -> Void) async throws {
        let start = try #require(Timestamp(rfc3339: time))
        try await TestServer.run(clock: ManualClock(start)) { configuration in
            configuration.kazoo.node = node
            configuration.kazoo.rateLimit.burst = 100
            configuration.kazoo.rateLimit.perSecond = 10
        } _: {
            try await body($0)
        }
    }

    private static func json(_ text: String) throws -> JSON { try JSON.parse(text) }

    private static func json(_ text: String, with values: JSONObject) throws -> JSON {
        guard case .object(var object) = try JSON.parse(text) else { throw CancellationError() }
        object.merge(values) { $1 }
        return .object(object)
    }

    @Test("K§2.3: an envelope with its verb and its token inside")
    func requestEnvelope() async throws {
        try await Self.run { server in
            let account = try await server.makeAccount("Acme")
            let token = try await server.makeToken(for: account)
            let body = #"{"data": {"name": "VMBox 0", "mailbox": "3000"}, "verb": "PUT", "auth_token": "..."}"#.replacing("...", with: token)
            let made = try await server.send(
                "POST", "/v2/accounts/\(account.id)/vmboxes", headers: ["Content-Type": "application/json"], body: Array(body.utf8))
            #expect(made.status == 201)
            #expect(made.data["name"] == "VMBox 0" && made.data["mailbox"] == "3000")
            #expect(made.json["auth_token"]?.string == token)
        }
    }

    @Test("K§2.4, K§2.6: the envelopes of a success and of an error, whole", .oneServer("each process gives out its share of a rate"))
    func envelopes() async throws {
        try await Self.run { server in
            let world = try await server.makeWorld()
            let headers: Headers = ["X-Request-ID": Self.requestID]
            let fetched = try await server.send("GET", world.boxPath, headers: headers, token: world.token)
            let revision = try #require(fetched["ETag"]).replacing("\"", with: "")
            expect(
                fetched.json,
                is: try Self.json(
                    #"""
                    {
                      "data": { },
                      "status": "success",
                      "auth_token": "{AUTH_TOKEN}",
                      "request_id": "5f9b3a6cd4b7a0a1f1e2d3c4b5a69788",
                      "revision": "2-9b8a7c6d5e4f30214356879a0b1c2d3e",
                      "timestamp": "2026-05-10T00:18:42Z",
                      "node": "z7fVK0wRTQWHCJIzrgbmCw",
                      "version": "5.0.0",
                      "tokens": {"consumed": 1, "remaining": 99}
                    }
                    """#, with: ["data": fetched.data, "auth_token": .string(world.token), "revision": .string(revision)]))
            #expect(fetched["X-Request-ID"] == Self.requestID)

            let failed = try await server.send("GET", world.accountPath + "/vmboxes/79959zdnm2i5", headers: headers, token: world.token)
            #expect(failed.status == 404)
            expect(
                failed.json,
                is: try Self.json(
                    #"""
                    {
                      "data": {"cause": "79959zdnm2i5", "message": "bad identifier"},
                      "status": "error",
                      "message": "bad_identifier",
                      "error": "404",
                      "auth_token": "{AUTH_TOKEN}",
                      "request_id": "…", "timestamp": "…", "node": "…", "version": "5.0.0",
                      "tokens": {"consumed": 1, "remaining": 98}
                    }
                    """#,
                    with: [
                        "auth_token": .string(world.token), "request_id": .string(Self.requestID), "timestamp": "2026-05-10T00:18:42Z",
                        "node": .string(Self.node),
                    ]))
        }
    }

    @Test("K§2.6: the bodies of errors, one a class", .oneServer("each process gives out its share of a rate"))
    func errors() async throws {
        let shown =
            try Self.json(
                #"""
                [
                 {"status":"error","error":"401","message":"invalid_credentials","data":{"message":"invalid credentials"}},
                 {"status":"error","error":"401","message":"invalid credentials","data":{}},
                 {"status":"error","error":"403","message":"forbidden","data":{"message":"forbidden"}},
                 {"status":"error","error":"404","message":"bad_identifier","data":{"cause":"3a63acc3694ba189947235ae4727941b","message":"bad identifier"}},
                 {"status":"error","error":"404","message":"bad_identifier","data":{"cause":"voicemail message does not have any audio file","message":"bad identifier"}},
                 {"status":"error","error":"404","message":"bad identifier","data":{"message":"invalid account_id 'xyz'"}},
                 {"status":"error","error":"404","message":"not_found","data":{"message":"not found"}},
                 {"status":"error","error":"404","message":"faulty_request","data":{"message":"page size must be at least 1"}},
                 {"status":"error","error":"405","message":"invalid_method","data":{"message":"method not allowed"}},
                 {"status":"error","error":"409","message":"datastore_conflict","data":{"message":"conflicting documents"}},
                 {"status":"error","error":"413","message":"validation error","data":{"file":{"maxSize":{"message":"Payload or Files must not be more than 8000000 bytes","target":8000000}}}},
                 {"status":"error","error":"429","message":"too_many_requests","data":{"message":"too many requests"}},
                 {"status":"error","error":"500","message":"unspecified_fault","data":{"message":"unspecified fault"}}
                ]
                """#
            ).array ?? []
        try await Self.run { server in
            let world = try await server.makeWorld()
            let foreign = try await server.makeAccount("Elsewhere")
            let silent = try await server.leave(in: world.mailbox, of: world.account)
            let token = world.token
            let boxes = world.accountPath + "/vmboxes"
            let answers = [
                try await server.send("GET", boxes), try await server.send("GET", boxes, token: "a.b.c"),
                try await server.send("GET", "/v2/accounts/\(foreign.id)/vmboxes", token: token),
                try await server.send("GET", boxes + "/3a63acc3694ba189947235ae4727941b", token: token),
                try await server.send("GET", "\(world.boxPath)/messages/\(silent.monthID)/raw", token: token),
                try await server.send("GET", "/v2/accounts/xyz/vmboxes", token: token),
                try await server.send("GET", world.accountPath + "/nothing", token: token),
                try await server.send("GET", boxes + "?page_size=0", token: token), try await server.send("PATCH", boxes, token: token, data: [:]),
                try await server.send("PUT", boxes, token: token, data: ["id": .string(world.mailbox.id), "name": "n", "mailbox": "1"]),
                try await server.sendAll(
                    "PUT", world.boxPath + "/messages", headers: ["Content-Type": "audio/mp3", "X-Auth-Token": token],
                    body: Array(repeating: 0, count: 8_000_001)),
            ]
            for (answer, body) in zip(answers, shown) {
                expect(answer.envelope, is: body)
                #expect(String(answer.status) == body["error"]?.string)
                #expect(answer["Content-Type"] == "application/json")
            }
            // Three logins cost more than a hundred.
            var last = answers[0]
            for _ in 0..<3 { last = try await server.send("PUT", "/v2/api_auth", data: ["api_key": .string(String(repeating: "a", count: 64))]) }
            #expect(last.status == 429)
            expect(last.envelope, is: shown[11])
        }
        // What nobody foresaw.
        struct Unforeseen: Error {}
        let fault = KazooFailure(Unforeseen())
        expect(["status": "error", "error": .string(String(fault.status)), "message": .string(fault.name), "data": fault.data], is: shown[12])
    }

    @Test("K§2.7: everything that is wrong with a mailbox, at once")
    func validationErrors() async throws {
        try await Self.run { server in
            let world = try await server.makeWorld()
            let long = "toolong" + String(repeating: "g", count: 26)
            let answer = try await server.send(
                "PUT", world.accountPath + "/vmboxes", token: world.token,
                data: [
                    "name": "n", "pin": "12", "media": ["unavailable": .string(long)], "notify_email_addresses": ["nobody"],
                ])
            #expect(answer.status == 400)
            expect(
                answer.envelope,
                is: try Self.json(
                    #"""
                    {
                      "data": {
                        "mailbox": {"required": {"message": "Field is required but missing", "value": "mailbox"}},
                        "pin":     {"minLength": {"message": "String must be at least 4 characters", "target": 4, "cause": "12", "value": "12"}},
                        "media.unavailable": {"maxLength": {"message": "String must not be more than 32 characters", "target": 32,
                                                             "cause": "toolong…", "value": "toolong…"}},
                        "notify_email_addresses.0": {"wrong_format": {"message": "Field is not in the correct format",
                                                                       "value": "nobody", "format": "email"}}
                      },
                      "status": "error", "message": "validation error", "error": "400"
                    }
                    """#.replacing("toolong…", with: long)))
        }
    }

    @Test("K§3.2: a login by name, and its answer", .oneServer("each process gives out its share of a rate"))
    func login() async throws {
        try await Self.run { server in
            let reseller = try await server.makeAccount("Reseller")
            let account = try await server.makeAccount("My Account", below: reseller)
            let user = try await server.makeUser("John", password: "secret1", in: account)
            let answer = try await server.send(
                "PUT", "/v2/user_auth",
                json: try Self.json(#"{"data": {"credentials": "b1441447ccb96275b472668131e2c4b6", "account_name": "My Account", "method": "md5"}}"#))
            #expect(answer.status == 201)
            var shown =
                try Self.json(
                    #"""
                    {
                        "account_id": "bba100b3b2c5ad48d5c4b6c3c9a80c9e",
                        "owner_id": "f1d98a5df729f95cd208ee9430e3b21b",
                        "account_name": "My Account",
                        "language": "en-us",
                        "is_reseller": false,
                        "reseller_id": "290ac723eb6e73dd4a0adcd77785e04e",
                        "is_master_account": false,
                        "cluster_id": "4d0d1ac3b4e2b0a0f9b8c7d6e5f4a3b2",
                        "apps": [],
                        "capabilities": {"voicemail": {"transcription": {"available": false, "default": false}}},
                        "ui_config": {}
                    }
                    """#, with: ["account_id": .string(account.id), "owner_id": .string(user.id), "reseller_id": .string(reseller.id)]
                ).object ?? [:]
            shown["cluster_id"] = answer.data["cluster_id"]
            // Front ends read it (F§2-2).
            shown["role"] = "user"
            expect(answer.envelope, is: ["status": "success", "data": .object(shown)])
            #expect(answer.data["cluster_id"]?.string?.wholeMatch(of: /[0-9a-f]{32}/) != nil)
            expect(answer.json["tokens"] ?? .null, is: try Self.json(#"{"consumed": 35, "remaining": 65}"#))
            #expect(answer.bookkeepingKeys == ["auth_token", "request_id", "revision", "timestamp", "node", "version", "tokens"])
            let token = try #require(answer.json["auth_token"]?.string)
            #expect(token.split(separator: ".").count == 3)
            let me = try await server.send("GET", "/v2/token_auth", token: token)
            expect(me.data, is: .object(shown))
            expect(try await server.send("GET", "/v2/accounts/\(account.id)/user_auth/\(token)", token: token).data, is: .object(shown))
        }
    }

    @Test("K§3.3: a login by key, and an unknown key")
    func loginByKey() async throws {
        try await Self.run { server in
            let account = try await server.makeAccount("My Account")
            let key = try await server.service.access.issueKey(CredentialDraft(.kazoo, name: "k"), in: account).secret
            let answer = try await server.send("PUT", "/v2/api_auth", json: try Self.json(#"{"data": {"api_key": "\#(key)"}}"#))
            #expect(answer.status == 201 && answer.data["account_id"]?.string == account.id && answer.data["owner_id"] == nil)
            let unknown = String(repeating: "0", count: 64)
            let refused = try await server.send("PUT", "/v2/api_auth", data: ["api_key": .string(unknown)])
            expect(refused.envelope, is: ["status": "error", "error": "404", "message": "bad identifier", "data": [.string(unknown)]])
        }
    }

    @Test("K§5.2, K§5.3, K§5.4, K§5.6: a mailbox made, listed, fetched and changed")
    func mailbox() async throws {
        try await Self.run { server in
            let account = try await server.makeAccount("Acme")
            let token = try await server.makeToken(for: account)
            let boxes = "/v2/accounts/\(account.id)/vmboxes"
            let sent = try Self.json(
                #"""
                {"data": {"name": "VMBox 0", "require_pin": true, "is_setup": false, "pin": "0000", "mailbox": "3000",
                          "timezone": "America/Los_Angeles", "check_if_owner": true, "delete_after_notify": false,
                          "not_configurable": false, "notify_email_addresses": [], "save_after_notify": false,
                          "skip_greeting": false, "skip_instructions": false,
                          "owner_id": "f1d98a5df729f95cd208ee9430e3b21b", "media": {}}}
                """#)
            let made = try await server.send("PUT", boxes, token: token, json: sent)
            #expect(made.status == 201)
            let id = try #require(made.data["id"]?.string)
            #expect(made["Location"] == boxes + "/" + id)
            var stored =
                try Self.json(
                    #"""
                    {
                        "name": "VMBox 0", "require_pin": true, "is_setup": false, "pin": "0000", "mailbox": "3000",
                        "timezone": "Europe/Dublin", "check_if_owner": true, "delete_after_notify": false,
                        "not_configurable": false, "notify_email_addresses": [], "save_after_notify": false,
                        "skip_greeting": false, "skip_instructions": false,
                        "id": "3a63acc3694ba189947235ae4727941b",
                        "owner_id": "f1d98a5df729f95cd208ee9430e3b21b", "media": {}
                    }
                    """#, with: ["id": .string(id), "timezone": "America/Los_Angeles"]
                ).object ?? [:]
            stored.merge([
                "skip_envelope": false, "announcement_only": false, "oldest_message_first": false, "media_extension": "mp3",
                "include_message_on_notify": true, "include_transcription_on_notify": true, "transcribe": false, "is_voicemail_ff_rw_enabled": false,
                "seek_duration_ms": 10_000,
            ]) { $1 }
            expect(made.data, is: .object(stored))
            let zone = try await server.send("PATCH", boxes + "/" + id, token: token, data: ["timezone": "Europe/Dublin"])
            stored["timezone"] = "Europe/Dublin"
            expect(zone.data, is: .object(stored))
            expect(try await server.send("GET", boxes + "/" + id, token: token).envelope, is: ["status": "success", "data": .object(stored)])
            let patched = try await server.send(
                "PATCH", boxes + "/" + id, headers: [:], token: token, json: try Self.json(#"{"data":{"some_key":"some_value"}}"#))
            stored["some_key"] = "some_value"
            expect(patched.data, is: .object(stored))
            let cleared = try await server.send("PATCH", boxes + "/" + id, token: token, json: try Self.json(#"{"data":{"pin":null}}"#))
            stored["pin"] = nil
            expect(cleared.data, is: .object(stored))

            for folder in [Folder.new, .new, .new, .saved] {
                _ = try await server.leave(MessageDraft(folder: folder), in: try await server.service.mailboxes.find(id, of: account), of: account)
            }
            let listed = try await server.send("GET", boxes, token: token)
            expect(
                listed.data,
                is: try Self.json(
                    #"""
                    [
                        {"id": "3a63acc3694ba189947235ae4727941b", "name": "VMBox 0", "mailbox": "3000",
                         "owner_id": "f1d98a5df729f95cd208ee9430e3b21b", "flags": [],
                         "messages": 4, "folders": {"new": 3, "saved": 1}}
                    ]
                    """#.replacing("3a63acc3694ba189947235ae4727941b", with: id)))
            #expect(listed.json["page_size"] == 1)
            // The least there is.
            #expect(try await server.send("PUT", boxes, token: token, json: try Self.json(#"{"data":{"name":"x","mailbox":"1"}}"#)).status == 201)
        }
    }

    @Test("K§7.1, K§7.2, K§7.3, K§7.6: messages left, listed and changed")
    func messages() async throws {
        try await Self.run(at: "2016-05-10T00:20:00Z") { server in
            let account = try await server.service.accounts.create(["name": "a", "realm": "aeac33.sip.example.com"], below: nil)
            let token = try await server.makeToken(for: account)
            let box = try await server.makeMailbox("1000", in: account), other = try await server.makeMailbox("2000", in: account)
            let boxes = "/v2/accounts/\(account.id)/vmboxes"
            let list = "\(boxes)/\(box.id)/messages"
            let shown = #"""
                {"timestamp": 63630058722, "from": "1001@aeac33.sip.example.com", "to": "1000@aeac33.sip.example.com",
                 "caller_id_number": "1001", "caller_id_name": "userb userb",
                 "call_id": "79959ZDNmM2I5ZTliMzA0NzA4N2FjNjlmODA5OWVkZjUxZWU",
                 "folder": "new", "length": 3140, "media_id": "201605-6aadef09f6fcf5fd8bcdfca312e923ba"}
                """#
            let made = try await server.send("PUT", list, token: token, data: try Self.json(shown))
            #expect(made.status == 201)
            let id = try #require(made.data["media_id"]?.string)
            let message = try Self.json(shown, with: ["media_id": .string(id)])
            #expect(id.hasPrefix("201605-") && made["Location"] == list + "/" + id)
            expect(made.envelope, is: ["status": "success", "data": message])
            let listed = try await server.send("GET", list, token: token)
            expect(listed.data, is: [message])
            #expect(listed.json["page_size"] == 1 && listed.json["start_key"]?.string?.isEmpty == false)
            let earlier = try await server.send("PUT", list, token: token, data: ["timestamp": 63_630_058_413])
            let all = try await server.send("GET", boxes + "/messages", token: token)
            expect(all.data, is: [.object([box.id: message]), .object([box.id: earlier.data])])
            #expect(all.json["page_size"] == 2)

            // What the page's own request leaves unsaid is given by the server.
            let given = try Self.json(
                #"""
                {"timestamp": 63630058722, "from": "someone@caller.example.com", "to": "1000@sip.example.com",
                 "caller_id_number": "6001", "caller_id_name": "someone",
                 "call_id": "79959ZDNmM2I5ZTliMzA0NzA4N2FjNjlmODA5OWVkZjUxZWU",
                 "folder": "new", "length": 3140}
                """#)
            let left = try await server.send("PUT", list, token: token, data: given)
            expect(left.data, is: try Self.json(given.encoded, with: ["media_id": left.data["media_id"] ?? .null]))

            let unknown = "201605-49be0985ea3a33046f8073083517d27b"
            func bulk(_ request: String) async throws -> JSON {
                let body = request.replacing("{M1}", with: id).replacing("{M2}", with: unknown).replacing("{B2}", with: other.id).replacing(
                    "{B3}", with: box.id)
                return try await server.send("POST", list, token: token, json: try Self.json(body)).envelope
            }
            func outcome(_ succeeded: JSON) throws -> JSON {
                let text = #"""
                    {"data": {
                       "succeeded": ["201605-6aadef09f6fcf5fd8bcdfca312e923ba"],
                       "suceeded":  ["201605-6aadef09f6fcf5fd8bcdfca312e923ba"],
                       "failed": [{"201605-49be0985ea3a33046f8073083517d27b": "not_found"}]
                     }, "status": "success"}
                    """#
                return try Self.json(text.replacing(#"["201605-6aadef09f6fcf5fd8bcdfca312e923ba"]"#, with: succeeded.encoded))
            }
            expect(try await bulk(#"{"data": {"folder": "saved", "messages": ["{M1}", "{M2}"]}}"#), is: try outcome([.string(id)]))
            let copied = try await bulk(#"{"data": {"source_id": ["{B2}", "{B3}"], "messages": ["{M1}", "{M2}"]}}"#)
            expect(copied, is: try outcome(copied["data"]?["succeeded"] ?? []))
            #expect(copied["data"]?["succeeded"]?.array?.count == 2)
            let moved = try await bulk(#"{"data": {"source_id": "{B2}", "messages": ["{M1}", "{M2}"]}}"#)
            expect(moved, is: try outcome(moved["data"]?["succeeded"] ?? []))
            #expect(moved["data"]?["succeeded"]?.array?.count == 1)
            #expect(try await server.send("GET", list + "/" + id, token: token).status == 404)
        }
    }

    @Test("K§8: a greeting given to a mailbox, and taken away")
    func greeting() async throws {
        try await Self.run { server in
            let world = try await server.makeWorld()
            let media = try await server.send("PUT", world.accountPath + "/media", token: world.token, data: ["name": "greeting"])
            let id = try #require(media.data["id"]?.string)
            #expect(media["Location"] == "\(world.accountPath)/media/\(id)")
            let given = try await server.send(
                "PATCH", world.boxPath, token: world.token,
                json: try Self.json(#"{"data":{"media":{"unavailable":"{media id}"}}}"#.replacing("{media id}", with: id)))
            #expect(given.data["media"] == ["unavailable": .string(id)])
            let taken = try await server.send("PATCH", world.boxPath, token: world.token, json: try Self.json(#"{"data":{"media":{"unavailable":null}}}"#))
            #expect(taken.data["media"] == [:])
            let removed = try await server.send(
                "DELETE", "\(world.accountPath)/media/\(id)", token: world.token, json: try Self.json(#"{"data":{"hard_delete":true}}"#))
            #expect(removed.status == 200)
            #expect(try await server.send("GET", "\(world.accountPath)/media/\(id)", token: world.token).status == 404)
        }
    }

    @Test("K§11.2, K§11.4: payloads as samples show them")
    func payloads() async throws {
        try await Self.run { server in
            let new = try await server.send("GET", "/v2/webhooks/samples/voicemail_new").data
            var shown =
                try Self.json(
                    #"""
                    {
                      "account_id": "bba100b3b2c5ad48d5c4b6c3c9a80c9e",
                      "account_db": "account%2Fbb%2Fa1%2F00b3b2c5ad48d5c4b6c3c9a80c9e",
                      "call_id": "79959ZDNmM2I5ZTliMzA0NzA4N2FjNjlmODA5OWVkZjUxZWU",
                      "caller_id_name": "userb userb",
                      "caller_id_number": "1001",
                      "from_user": "1001", "from_realm": "aeac33.sip.example.com",
                      "to_user": "1000", "to_realm": "aeac33.sip.example.com",
                      "voicemail_box": "0e820108c0f4ca391500f3be1b02bdfa",
                      "voicemail_id": "201605-6aadef09f6fcf5fd8bcdfca312e923ba",
                      "voicemail_length": 3140,
                      "voicemail_timestamp": 63630058722,
                      "voicemail_transcription": {"result": "success", "text": "hello"},
                      "app_name": "callflow", "app_version": "5.0",
                      "event_category": "notification", "event_name": "voicemail_new",
                      "msg_id": "…", "node": "…", "server_id": "…", "system_log_id": "…",
                      "cluster_id": "4d0d1ac3b4e2b0a0f9b8c7d6e5f4a3b2"
                    }
                    """#
                ).object ?? [:]
            for key in ["msg_id", "node", "server_id", "system_log_id"] {
                #expect(new[key]?.string?.isEmpty == false)
                shown[key] = new[key]
            }
            expect(new, is: .object(shown))
            let object = try await server.send("GET", "/v2/webhooks/samples/object").data
            #expect(object.keys == ["id", "account_id", "action", "type", "cluster_id"])
        }
    }

    @Test("K§3.4: there is no link to be mailed, so nobody is told that one was", arguments: ["PUT", "POST"])
    func recovery(_ method: String) async throws {
        try await Self.run { server in
            let world = try await server.makeWorld()
            for username in [TestWorld.username, "nobody"] {
                let answer = try await server.send(
                    method, "/v2/user_auth/recovery",
                    data: [
                        "username": .string(username), "account_name": .string(world.account.name), "ui_url": "https://ui.example.com",
                        "reset_id": .string(String(repeating: "a", count: 137)),
                    ])
                expect(answer.envelope, is: ["status": "error", "error": "404", "message": "not_found", "data": ["message": "not found"]])
            }
        }
    }
}
