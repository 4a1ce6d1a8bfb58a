import HTTPTypes
import NIOCore
import Server
import TestKit
import Testing
import Voicemail

@testable import YeastarPSeriesAPI

/// The table "which code for which failure" (P§2.7), row by row and in its order, each at every endpoint that can meet it. That
/// status and content type are those of every answer, `PSeriesWorld.raw` sees to. The row of the second `.mp3` conversion is
/// `ConversionOverloadTests`'.
@Suite struct FailureRowTests {
    private let syntaxError: JSON = ["errcode": 40001, "errmsg": "PARAMETER SYNTAX ERROR"]
    private let notFound: JSON = ["errcode": 60001, "errmsg": "DATA NOT FOUND"]
    private let expired: JSON = ["errcode": 10004, "errmsg": "TOKEN EXPIRED"]

    private static let judged = PSeriesEndpoint.allCases.filter { !$0.isPublic }

    private func ask(_ world: PSeriesWorld, _ endpoint: PSeriesEndpoint, _ query: String = "", _ body: JSON = [:]) async throws -> JSON {
        let isPost = endpoint.method == .post
        return try await world.raw(isPost ? "POST" : "GET", "/openapi/v1.0/\(endpoint.rawValue)?\(query)", isPost ? Array(body.encoded.utf8) : nil)
    }

    @Test("10001: a path that is unknown, with a token and without")
    func unknownPath() async throws {
        try await PSeriesWorld.run { world in
            for path in ["nothing", "recording/delete", "recording/query", "vm", "vm/", "VM/get", "vm/get/x", "extension_vm_greeting/set"] {
                for query in ["", "?access_token=\(world.token)"] {
                    expect(try await world.raw("GET", "/openapi/v1.0/" + path + query), is: ["errcode": 10001, "errmsg": "INTERFACE NOT EXISTED"])
                }
            }
            for endpoint in PSeriesEndpoint.allCases {
                let other = endpoint.method == .post ? "GET" : "POST"
                let answer = try await world.raw(other, "/openapi/v1.0/\(endpoint.rawValue)?access_token=\(world.token)")
                expect(answer, is: ["errcode": 10001, "errmsg": "INTERFACE NOT EXISTED"])
            }
        }
    }

    @Test("10003: another version, at every endpoint")
    func otherVersion() async throws {
        try await PSeriesWorld.run { world in
            for endpoint in PSeriesEndpoint.allCases {
                for version in ["v2.0", "v1.1"] {
                    let answer = try await world.raw(endpoint.method.rawValue, "/openapi/\(version)/\(endpoint.rawValue)?access_token=\(world.token)")
                    expect(answer, is: ["errcode": 10003, "errmsg": "API VERSION UNSUPPORTED"])
                }
            }
        }
    }

    @Test("10004: a token that is missing, empty, unknown, revoked or past its expiry, at every endpoint")
    func noToken() async throws {
        try await PSeriesWorld.run { world in
            let rules = TokenRules(maximumLive: 99)
            let application = try await Applications(world.service).logIn(world.application.credential.handle, secret: world.application.secret)
            let revoked = try await Applications(world.service).openPair(for: application, rules).access
            _ = try await world.raw("GET", "/openapi/v1.0/del_token?access_token=" + revoked)
            world.server.clock.advance(by: 1800)
            for endpoint in Self.judged {
                for query in ["", "access_token=", "access_token=unknown", "access_token=" + revoked, "access_token=" + world.token] {
                    expect(try await ask(world, endpoint, query), is: expired)
                }
            }
        }
    }

    @Test("10005: a token without the right to the resource, at every endpoint that needs one", arguments: ApplicationPermission.allCases)
    func noRight(permission: ApplicationPermission) async throws {
        try await PSeriesWorld.run(permissions: [permission]) { world in
            for endpoint in Self.judged where endpoint != .deleteToken && endpoint.permission != permission {
                expect(try await ask(world, endpoint, "access_token=" + world.token), is: ["errcode": 10005, "errmsg": "ACCESS DENIED"])
            }
            for endpoint in Self.judged where endpoint.permission == permission {
                #expect(try await ask(world, endpoint, "access_token=" + world.token).code != 10005, "\(endpoint)")
            }
        }
    }

    @Test("70087: an address that is not in the application's list, at every endpoint")
    func forbiddenAddress() async throws {
        try await PSeriesWorld.run(addresses: ["10.0.0.0/8"]) { world in
            for endpoint in Self.judged {
                expect(try await ask(world, endpoint, "access_token=" + world.token), is: ["errcode": 70087, "errmsg": "IP FORBIDDEN"])
            }
        }
    }

    @Test("70004: an address that is locked after failed logins, whatever is sent to get_token")
    func lockedAddress() async throws {
        try await PSeriesWorld.run { world in
            for _ in 0..<5 { #expect(try await ask(world, .getToken, "", ["username": "a", "password": "b"]).code == -1) }
            let right: JSON = ["username": .string(world.application.credential.handle), "password": .string(world.application.secret)]
            for body in [right, ["username": "a", "password": "b"], [:]] {
                expect(try await ask(world, .getToken, "", body), is: ["errcode": 70004, "errmsg": "ACCOUNT IP BLOCKED"])
            }
        }
    }

    @Test("70123: switched off by the administrator, at every endpoint")
    func switchedOff() async throws {
        try await PSeriesWorld.run {
            $0.pSeries.isEnabled = false
        } _: { world in
            for endpoint in PSeriesEndpoint.allCases {
                expect(try await ask(world, endpoint, "access_token=" + world.token), is: ["errcode": 70123, "errmsg": "API UNAVAILABLE"])
            }
        }
    }

    @Test("40001: a body that is no JSON object, multipart without a boundary, an integer that is none")
    func syntax() async throws {
        try await PSeriesWorld.run { world in
            for endpoint in Self.judged where endpoint.method == .post {
                for body in ["{", "[]", "x", "\"x\"", "{\"a\":1,}", "{\"a\":[1,]}", "{}{}"] {
                    let answer = try await world.raw("POST", PSeriesWorld.path(endpoint.rawValue, [("access_token", world.token)]), Array(body.utf8))
                    expect(answer, is: syntaxError)
                }
                guard endpoint.takesFile else { continue }
                for type in ["multipart/form-data", "multipart/form-data; boundary=", "text/plain", "multipart/form-data; boundary=other"] {
                    let body = PSeriesWorld.body([.field("is_check", "force")])
                    let path = PSeriesWorld.path(endpoint.rawValue, [("access_token", world.token)])
                    expect(try await world.raw("POST", path, body, headers: ["Content-Type": type]), is: syntaxError)
                }
            }
            for (endpoint, query) in [
                ("vm/get", "number=3200&page=x"), ("recording/list", "page_size=1.5"), ("recording/download", "id=x"), ("recording/search", "ids=1,x"),
                ("recording/search", "ids=1%202"),
                ("extension/get", "id=3200x"), ("extension/query", "ids=x"), ("extension/delete", "id=+1x"), ("extension/getpassword", "id=x&type=vm_pin"),
                ("cdr/list", "page=99999999999999999999"),
            ] {
                expect(try await world.raw("GET", "/openapi/v1.0/\(endpoint)?access_token=\(world.token)&\(query)"), is: syntaxError)
            }
            for (endpoint, body): (String, JSON) in [
                ("extension_vm_greeting/update", ["id": "x", "file": "y"]), ("extension_vm_greeting/update", ["id": 1.5, "file": "y"]),
                ("extension/update", ["id": true]), ("extension/update", ["id": [1]]), ("webhook/update", ["webhook_event_push_timeout": "five"]),
            ] {
                expect(try await world.post(endpoint, body), is: syntaxError)
            }
        }
    }

    @Test("40002: a required parameter that is missing, and one that is empty, names the field")
    func required() async throws {
        try await PSeriesWorld.run { world in
            for (endpoint, given, missing): (String, [(String, String)], String) in [
                ("extension_vm_greeting/list", [], "extension"), ("extension_vm_greeting/download", [("extension", "3200")], "file"),
                ("extension_vm_greeting/play", [("file", "a.wav")], "extension"), ("extension_vm_greeting/delete", [("extension", "3200")], "file"),
                ("extension_vm_greeting/record", [("owner", "3200"), ("recorder", "3201")], "file"),
                ("extension_vm_greeting/record", [("owner", "3200"), ("file", "a")], "recorder"), ("vm_greeting/list", [], "extension"),
                ("vm/get", [], "number"), ("vm/query", [], "number"), ("vm/download", [], "msg_id"), ("vm/delete", [], "id"),
                ("vm/delete_extension_vm", [], "vm_to_number"), ("recording/download", [], "id"), ("extension/get", [], "id"), ("extension/query", [], "ids"),
                ("extension/delete", [], "id"), ("extension/getpassword", [("type", "vm_pin")], "id"), ("extension/getpassword", [("id", "1")], "type"),
            ] {
                for query in [given, given + [(missing, "")]] {
                    let path = PSeriesWorld.path(endpoint, [("access_token", world.token)] + query)
                    expect(try await world.raw("GET", path), is: parameterError(missing, required: true))
                }
            }
            // A list of nothing is nothing.
            for (endpoint, name, missed) in [("vm/query", "number", "number"), ("extension/query", "ids", "ids"), ("extension/query", "number", "ids")] {
                expect(
                    try await world.raw("GET", PSeriesWorld.path(endpoint, [("access_token", world.token), (name, " , ,")])),
                    is: parameterError(missed, required: true))
            }
            for (endpoint, given, missing): (String, JSONObject, String) in [
                ("vm/create", ["vm_from_number": "1"], "vm_to_number"), ("vm/create", ["vm_to_number": "3200"], "vm_from_number"), ("vm/update", [:], "id"),
                ("vm/update", ["vm_status": 1], "id"), ("vm/update", ["id": "1-00000001"], "vm_status"), ("extension/create", [:], "number"),
                ("extension/update", ["enb_vm": 1], "id"), ("extension_vm_greeting/update", ["id": 1], "file"),
                ("extension_vm_greeting/update", ["file": "a"], "id"),
                ("call/record_start", [:], "channel_id"), ("call/record_pause", [:], "channel_id"), ("call/record_unpause", [:], "channel_id"),
            ] {
                for value: JSON? in [nil, .null, ""] {
                    var body = given
                    body[missing] = value
                    expect(try await world.post(endpoint, .object(body)), is: parameterError(missing, required: true))
                }
            }
            for (parts, missing): ([PSeriesWorld.Part], String) in [
                ([.file("a.wav", [1]), .field("is_check", "ask")], "owner"), ([.file("a.wav", [1]), .field("owner", "3200")], "is_check"),
                ([.field("owner", "3200"), .field("is_check", "ask")], "file"),
                ([.file("a.wav", [1]), .field("owner", ""), .field("is_check", "ask")], "owner"),
            ] {
                expect(try await world.upload(parts), is: parameterError(missing, required: true))
            }
        }
    }

    @Test("40002: a value outside its set or format names the field and the value, and comes before whatever else is wrong")
    func outside() async throws {
        try await PSeriesWorld.run { world in
            for (endpoint, query, field, value): (String, [(String, String)], String, JSON) in [
                ("extension_vm_greeting/list", [("extension", "9999"), ("page", "0")], "page", 0),
                ("extension_vm_greeting/record", [("owner", "9999"), ("recorder", "9999"), ("file", "a b")], "file", "a b"),
                ("vm_group/list", [("sort_by", "size")], "sort_by", "size"), ("vm_group/list", [("order_by", "up")], "order_by", "up"),
                ("recording/list", [("sort_by", "file")], "sort_by", "file"), ("recording/search", [("start_time", "yesterday")], "start_time", "yesterday"),
                ("recording/search", [("end_time", "-1")], "end_time", "-1"), ("extension/list", [("sort_by", "x")], "sort_by", "x"),
                ("extension/getpassword", [("id", "999"), ("type", "x")], "type", "x"), ("cdr/search", [("status", "x")], "status", "x"),
                ("cdr/search", [("call_type", "internal")], "call_type", "internal"),
            ] {
                let path = PSeriesWorld.path(endpoint, [("access_token", world.token)] + query)
                expect(try await world.raw("GET", path), is: parameterError(field, value))
            }
            for (endpoint, body, field, value): (String, JSON, String, JSON) in [
                ("vm/update", ["id": "x", "vm_status": 0], "vm_status", 0), ("vm/update", ["id": "x", "vm_status": [1]], "vm_status", [1]),
                ("vm/create", ["vm_from_number": ["1"], "vm_to_number": "9999"], "vm_from_number", ["1"]),
                ("extension/update", ["id": 999, "enb_vm": 2], "enb_vm", 2), ("extension/update", ["id": 999, "presence_status": "x"], "presence_status", "x"),
                ("extension/create", ["number": "12a"], "number", "12a"), ("extension_vm_greeting/update", ["id": 999, "file": "a.b"], "file", "a.b"),
                ("extension_vm_greeting/update", ["id": 999, "file": "a", "speed": 0], "speed", 0),
                ("extension_vm_greeting/update", ["id": 999, "file": "a", "number": "9999", "pitch": 101], "pitch", 101),
                ("webhook/update", ["webhook_event_push_timeout": 2], "webhook_event_push_timeout", 2),
                ("webhook/update", ["webhook_event_push_list": [["url": 5]]], "url", 5),
                ("webhook/update", ["webhook_event_push_list": [["url": "http://example.com", "request_method": 5]]], "request_method", 5),
            ] {
                expect(try await world.post(endpoint, body), is: parameterError(field, value))
            }
            // What may be a secret is not repeated.
            let hook: JSON = ["webhook_event_push_list": [["url": "http://example.com", "secret": ["x"]]]]
            expect(try await world.post("webhook/update", hook), is: parameterError("secret"))
            expect(try await ask(world, .getToken, "", ["username": "a", "password": ["b"]]), is: parameterError("password"))
            expect(try await ask(world, .refreshToken, "", ["refresh_token": ["b"]]), is: parameterError("refresh_token"))
            expect(try await world.upload("a.ogg", [1]), is: parameterError("file", "a.ogg"))
            expect(try await world.upload("a.wav", [1], owner: "9999", check: "Force"), is: parameterError("is_check", "Force"))
        }
    }

    @Test("60001: an extension, mailbox, message, greeting or recording that does not exist, is deleted, or is another account's")
    func missing() async throws {
        try await PSeriesWorld.run { world in
            let stranger = try await world.server.makeAccount("Stranger")
            let box = try await world.server.makeMailbox("4000", in: stranger)
            let theirs = try await world.server.leave(MessageDraft(callerNumber: "1"), audio: nil, contentType: "", fileName: "", in: box, of: stranger)
            let recording = try await world.record(RecordingDraft(callerNumber: "1", calleeNumber: "2"), in: stranger)
            let deleted = try await world.leave(), removed = try await world.record(RecordingDraft(callerNumber: "1", calleeNumber: "2"))
            try await world.service.messages.remove(.serial(deleted.serial, left: deleted.timestamp), of: world.account)
            try await world.service.recordings.remove(removed)
            _ = try await world.upload("gone.wav", WAV.silence(milliseconds: 50))
            let greeting = try await world.service.greetings.find("gone.wav", on: .mailbox(world.extensions[0])).serial
            try await world.service.greetings.remove("gone.wav", on: .mailbox(world.extensions[0]))
            var asked: [(String, [(String, String)])] = []
            for number in ["9999", "4000", "6300"] {
                asked += [
                    ("extension_vm_greeting/list", [("extension", number)]), ("extension_vm_greeting/download", [("extension", number), ("file", "a.wav")]),
                ]
                asked += [("vm/delete_extension_vm", [("vm_to_number", number)])]
            }
            for number in ["9999", "4000"] { asked += [("vm/get", [("number", number)]), ("vm/query", [("number", number)])] }
            for number in ["9999", "4000", "3200"] { asked.append(("vm_greeting/list", [("extension", number)])) }
            for endpoint in ["download", "play", "delete"] {
                for file in ["gone.wav", "never.wav"] { asked.append(("extension_vm_greeting/" + endpoint, [("extension", "3200"), ("file", file)])) }
            }
            for message in [deleted, theirs] {
                let id = PSeriesWorld.id(message).string ?? ""
                asked += [("vm/download", [("msg_id", id)]), ("vm/delete", [("id", id)])]
                expect(try await world.post("vm/update", ["id": .string(id), "vm_status": 1]), is: notFound)
            }
            for other in [recording, removed] {
                asked += [("recording/download", [("id", "\(other.serial)")]), ("recording/download", [("file", other.name)])]
            }
            for id in [box.serial, world.group.serial, 999_999] {
                asked += [("extension/get", [("id", "\(id)")]), ("extension/query", [("ids", "\(id)")]), ("extension/delete", [("id", "\(id)")])]
                asked.append(("extension/getpassword", [("id", "\(id)"), ("type", "vm_pin")]))
                expect(try await world.post("extension/update", ["id": .int(id), "enb_vm": 1]), is: notFound)
            }
            for (endpoint, query) in asked {
                let path = PSeriesWorld.path(endpoint, [("access_token", world.token)] + query)
                expect(try await world.raw("GET", path), is: notFound)
            }
            expect(try await world.post("extension_vm_greeting/update", ["id": .int(greeting), "file": "a"]), is: notFound)
            for number: JSON in ["9999", "4000", "6300"] {
                expect(try await world.post("vm/create", ["vm_from_number": "1", "vm_to_number": number]), is: notFound)
            }
            expect(try await world.upload("a.wav", WAV.silence(milliseconds: 50), owner: "4000"), is: notFound)
            #expect(try await world.server.service.messages.find(id: theirs.id, of: stranger).folder == .new)
        }
    }

    @Test("40003: a file name that is taken, with is_check=ask")
    func duplicate() async throws {
        try await PSeriesWorld.run { world in
            let sound = WAV.silence(milliseconds: 50)
            for (endpoint, owner, module) in [("extension_vm_greeting", "3200", "extension"), ("vm_greeting", "6300", "groupvoicemail")] {
                #expect(try await world.upload("vm_away.wav", sound, owner: owner, to: endpoint + "/upload").code == 0)
                expect(
                    try await world.upload("/D:/greeting/vm_away.wav", sound, owner: owner, check: "ask", to: endpoint + "/upload"),
                    is: [
                        "errcode": 40003, "errmsg": "DUPLICATE KEY VALUE", "owner": .string(owner), "exist_type": "record",
                        "duplicate_field_list": [
                            ["field": "file", "value": "vm_away.wav", "external_source": .string(module), "external_source_name": .string(owner)]
                        ],
                    ])
            }
        }
    }

    @Test("40004: one byte over 8 MB, at every upload and in both modes")
    func tooLarge() async throws {
        try await PSeriesWorld.run { world in
            let sound = [UInt8](repeating: 0, count: (8 << 20) + 1)
            for endpoint in PSeriesEndpoint.allCases where endpoint.takesFile {
                for mode in ["ask", "force"] {
                    let answer = try await world.upload("a.wav", sound, owner: "3200", check: mode, to: endpoint.rawValue)
                    expect(answer, is: ["errcode": 40004, "errmsg": "FILE SIZE EXCEEDED"])
                }
            }
        }
    }

    @Test("60002: the ninth token at once")
    func ninthToken() async throws {
        try await PSeriesWorld.run { world in
            let login: JSON = ["username": .string(world.application.credential.handle), "password": .string(world.application.secret)]
            // The world has one.
            for _ in 0..<7 { #expect(try await ask(world, .getToken, "", login).code == 0) }
            expect(try await ask(world, .getToken, "", login), is: ["errcode": 60002, "errmsg": "MAX LIMITATION EXCEEDED"])
        }
    }

    @Test("-2: what nobody foresaw")
    func unforeseen() async throws {
        try await PSeriesWorld.run { world in
            let recording = try await world.record(RecordingDraft(callerNumber: "1", calleeNumber: "2"))
            let link = try await world.get("recording/download", ["id": "\(recording.serial)"])
            try await world.service.archive.remove(recording.audio.blobID)
            expect(try await world.fetch(link).json, is: ["errcode": -2, "errmsg": "INTERNAL SERVER ERROR"])
        }
    }
}
