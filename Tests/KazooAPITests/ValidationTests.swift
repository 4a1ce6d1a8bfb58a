import TestKit
import Testing
import Voicemail

/// Validation errors word for word, each bound at the limit and one past it (K§2.7, K§5.1).
@Suite struct ValidationTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let field: String
        let value: JSON
        /// nil: accepted.
        let code: String?
        var words: JSON?
        /// The field path of the error when it is not the field.
        var path: String?
        /// What is stored when it is not what was sent.
        var stored: JSON?

        var testDescription: String { "\(field) = \(value.encoded.prefix(60))" }

        static func accepted(_ field: String, _ value: JSON, stored: JSON? = nil) -> Case {
            Case(field: field, value: value, code: nil, stored: stored)
        }

        static func refused(_ field: String, _ value: JSON, _ code: String, _ words: JSON? = nil, path: String? = nil) -> Case {
            Case(field: field, value: value, code: code, words: words, path: path)
        }
    }

    private static func text(_ count: Int, _ character: Character = "x") -> JSON { .string(String(repeating: character, count: count)) }

    private static func type(_ name: String, _ value: JSON) -> JSON {
        ["message": .string("Value did not match type(s): \(name)"), "target": .string(name), "value": value]
    }

    static let cases: [Case] = [
        .accepted("name", text(1)), .accepted("name", text(128)), .accepted("name", text(128, "\u{1F4DE}")),
        .refused("name", "", "minLength", ["message": "String must be at least 1 characters", "target": 1, "cause": "", "value": ""]),
        .refused(
            "name", text(129), "maxLength", ["message": "String must not be more than 128 characters", "target": 128, "cause": text(129), "value": text(129)]),
        .refused("name", 5, "type", type("string", 5)), .refused("name", .null, "type", type("string", .null)),
        .accepted("mailbox", text(30, "7")), .refused("mailbox", text(31, "7"), "maxLength"), .refused("mailbox", "", "minLength"),
        .accepted("mailbox", "a1b2c3d4"), .refused("mailbox", 3000, "type", type("string", 3000)),
        .accepted("pin", "1234"), .accepted("pin", text(15, "1")),
        .refused("pin", "12", "minLength", ["message": "String must be at least 4 characters", "target": 4, "cause": "12", "value": "12"]),
        .refused("pin", text(16, "1"), "maxLength"), .refused("pin", 1234, "type", type("string", 1234)),
        .accepted("require_pin", true), .accepted("require_pin", "true", stored: true), .accepted("require_pin", "false", stored: false),
        .refused("require_pin", "yes", "type", type("boolean", "yes")), .refused("require_pin", 1, "type"), .refused("require_pin", .null, "type"),
        .accepted("media_extension", "mp3"), .accepted("media_extension", "mp4"), .accepted("media_extension", ".wav", stored: "wav"),
        .refused(
            "media_extension", "ogg", "enum",
            [
                "message": "Value not found in enumerated list of values", "target": ["mp3", "mp4", "wav"], "value": "ogg",
            ]),
        .accepted("media", ["unavailable": text(32, "a")]),
        .refused("media", ["unavailable": text(31, "a")], "minLength", path: "media.unavailable"),
        .refused(
            "media", ["unavailable": text(33, "a")], "maxLength",
            [
                "message": "String must not be more than 32 characters", "target": 32, "cause": text(33, "a"), "value": text(33, "a"),
            ], path: "media.unavailable"),
        .refused("media", "x", "type", type("object", "x")),
        .accepted("notify_email_addresses", ["a@b"]), .accepted("notify_email_addresses", []),
        .refused(
            "notify_email_addresses", ["nobody"], "wrong_format",
            [
                "message": "Field is not in the correct format", "value": "nobody", "format": "email",
            ], path: "notify_email_addresses.0"),
        .refused("notify_email_addresses", ["a@b", "a@b@c"], "wrong_format", path: "notify_email_addresses.1"),
        .refused("notify_email_addresses", "a@b", "type", type("array", "a@b")),
        .accepted("owner_id", text(32, "f")), .refused("owner_id", text(31, "f"), "minLength"), .refused("owner_id", text(33, "f"), "maxLength"),
        .accepted("timezone", "inherit"), .accepted("timezone", text(32)), .refused("timezone", "abcd", "minLength"),
        .refused("timezone", text(33), "maxLength"),
        .accepted("seek_duration_ms", 0), .accepted("seek_duration_ms", "250", stored: 250),
        .refused("seek_duration_ms", -1, "minimum", ["message": "Value must be at least 0", "target": 0, "value": -1]),
        .refused("seek_duration_ms", 1.5, "type"),
        .accepted("operator_number", 0), .accepted("operator_number", "0"),
        .refused(
            "operator_number", true, "type",
            [
                "message": "Value did not match type(s): integerstring", "target": ["integer", "string"], "value": true,
            ]),
        .accepted("notify", ["callback": ["number": "1", "attempts": 2, "schedule": [1, 2], "disabled": true]]),
        .refused("notify", ["callback": ["attempts": "many"]], "type", path: "notify.callback.attempts"),
        .refused("notify", ["callback": ["schedule": [1, "x"]]], "type", path: "notify.callback.schedule.1"),
        .accepted("flags", ["a", "b"]), .refused("flags", [1], "type", path: "flags.0"),
        .accepted("some_key", ["deep": [1, .null, ["x": 1.5]]]), .accepted("ui_metadata", ["version": "5.5"]),
    ]

    @Test(arguments: cases) func eachFieldOfAMailboxHasItsBounds(_ test: Case) async throws {
        try await TestServer.run { server in
            let world = try await server.makeWorld()
            var data: JSONObject = ["name": "n", "mailbox": "1"]
            data[test.field] = test.value
            let answer = try await server.send("PUT", world.accountPath + "/vmboxes", token: world.token, data: .object(data))
            let boxes = try await server.send("GET", world.accountPath + "/vmboxes", token: world.token).data.array?.count
            guard let code = test.code else {
                #expect(answer.status == 201, "\(answer.text)")
                let id = answer.data["id"]?.string ?? ""
                let stored = try await server.send("GET", "\(world.accountPath)/vmboxes/\(id)", token: world.token)
                expect(stored.data[test.field] ?? .null, is: test.stored ?? test.value)
                return
            }
            #expect(answer.status == 400)
            #expect(boxes == 1, "a refused request stored something")
            let words = answer.data[test.path ?? test.field]?[code]
            #expect(words != nil, "\(answer.text)")
            if let expected = test.words { expect(words ?? .null, is: expected) }
        }
    }

    @Test func allFailuresAreToldTogether() async throws {
        try await TestServer.run { server in
            let world = try await server.makeWorld()
            let answer = try await server.send(
                "PUT", world.accountPath + "/vmboxes", token: world.token, data: ["mailbox": "03000", "pin": "1", "flags": "x", "a.b": 1])
            expect(
                answer.envelope,
                is: [
                    "status": "error", "message": "validation error", "error": "400",
                    "data": [
                        "name": ["required": ["message": "Field is required but missing", "value": "name"]],
                        "mailbox": ["unique": ["message": "Invalid mailbox number or already exists", "cause": "03000"]],
                        "pin": ["minLength": ["message": "String must be at least 4 characters", "target": 4, "cause": "1", "value": "1"]],
                        "flags": ["type": ["message": "Value did not match type(s): array", "target": "array", "value": "x"]],
                    ],
                ])
        }
    }

    @Test(arguments: [
        ("3000", "3000", false), ("3000", "03000", false), ("0", "000", false), ("3000", "3001", true), ("a1b2", "a1b2", false), ("a1b2", "A1b2", true),
        ("12", "12ab", true), ("12345678901234567890123456789", "012345678901234567890123456789", false),
    ]) func numbersAreUniqueInAnAccount(_ first: String, _ second: String, _ allowed: Bool) async throws {
        try await TestServer.run { server in
            let account = try await server.makeAccount("Acme"), other = try await server.makeAccount("Other")
            let token = try await server.makeToken(for: account)
            let path = "/v2/accounts/\(account.id)/vmboxes"
            let one = try await server.send("PUT", path, token: token, data: ["name": "1", "mailbox": .string(first)])
            #expect(one.status == 201)
            let two = try await server.send("PUT", path, token: token, data: ["name": "2", "mailbox": .string(second)])
            #expect(two.status == (allowed ? 201 : 400))
            // Another account's numbers are another matter.
            _ = try await server.makeMailbox(second, in: other)
            // A mailbox does not clash with itself, and a removed one leaves its number.
            let own = path + "/" + (one.data["id"]?.string ?? "")
            #expect(try await server.send("PATCH", own, token: token, data: ["mailbox": .string(first)]).status == 200)
            #expect(try await server.send("DELETE", own, token: token).status == 200)
            if !allowed { #expect(try await server.send("PUT", path, token: token, data: ["name": "2", "mailbox": .string(second)]).status == 201) }
        }
    }

    @Test func theOldAddressKeyIsConvertedWithAWarning() async throws {
        try await TestServer.run { server in
            let world = try await server.makeWorld()
            let old = try await server.send("PATCH", world.boxPath, token: world.token, data: ["notify_email_address": ["a@b"]])
            expect(old.data["notify_email_addresses"] ?? .null, is: ["a@b"])
            #expect(old.data["notify_email_address"] == nil)
            #expect(old["Warning"] == "214 Transformation applied: attribute notify_email_address replaced")
            let new = try await server.send("PATCH", world.boxPath, token: world.token, data: ["notify_email_addresses": ["c@d"]])
            #expect(new["Warning"] == nil)
        }
    }

    /// POST replaces, PATCH merges, null deletes, `{}` replaces (K§2.15).
    @Test func replacingAndMergingDiffer() async throws {
        try await TestServer.run { server in
            let world = try await server.makeWorld()
            func patch(_ data: JSON) async throws -> Answer { try await server.send("PATCH", world.boxPath, token: world.token, data: data) }
            _ = try await patch(["pin": "1234", "x": ["a": 1, "b": ["c": 2]], "list": [1, 2]])
            let merged = try await patch(["x": ["b": ["d": 3]], "list": [3]])
            expect(merged.data["x"] ?? .null, is: ["a": 1, "b": ["c": 2, "d": 3]])
            expect(merged.data["list"] ?? .null, is: [3])
            let cleared = try await patch(["pin": .null, "x": ["b": ["c": .null]], "list": [:]])
            #expect(cleared.data["pin"] == nil)
            expect(cleared.data["x"] ?? .null, is: ["a": 1, "b": ["d": 3]])
            expect(cleared.data["list"] ?? .null, is: [:])
            #expect(try await patch(["x": [:]]).data["x"] == [:])
            #expect(try await patch(["name": .null]).status == 400)

            var body = try await server.send("GET", world.boxPath, token: world.token).data.object ?? [:]
            body["_read_only"] = ["deleted": true]
            body["pvt_x"] = 1
            body["messages"] = [1]
            for _ in 0..<3 {
                let posted = try await server.send("POST", world.boxPath, token: world.token, data: .object(body))
                #expect(posted.status == 200)
                for key in ["_read_only", "pvt_x", "messages"] { #expect(posted.data[key] == nil) }
                #expect(posted.data["x"] == [:])
            }
            let replaced = try await server.send("POST", world.boxPath, token: world.token, data: ["name": "n", "mailbox": "3000"])
            #expect(replaced.data["x"] == nil)
            #expect(replaced.data["id"]?.string == world.mailbox.id)
        }
    }

    /// The envelope itself (K§2.3).
    @Test(arguments: [
        (#"{"name":"n"}"#, "data", "required"), (#"{"data":"n"}"#, "data", "type"), (#"{"data":5}"#, "data", "type"), (#"{"data":null}"#, "data", "type"),
        ("[1]", "json", "invalid"), ("{", "json", "invalid"), (#"{"data":{"a":}}"#, "json", "invalid"), ("nonsense", "json", "invalid"),
    ]) func aBodyMustBeAnEnvelope(_ body: String, _ field: String, _ code: String) async throws {
        try await TestServer.run { server in
            let world = try await server.makeWorld()
            let answer = try await server.send(
                "PATCH", world.boxPath, headers: ["Content-Type": "application/json"], token: world.token, body: Array(body.utf8))
            #expect(answer.status == 400)
            #expect(answer.data[field]?[code] != nil, "\(answer.text)")
        }
    }

    @Test func bodiesAreTakenInTheirForms() async throws {
        try await TestServer.run { server in
            let world = try await server.makeWorld()
            let body = Array(#"{"data":{"k":1},"Verb":"x","auth-token":"ignored"}"#.utf8)
            for type in [nil, "application/json", "application/x-json", "application/json; charset=utf-8", "application/x-www-form-urlencoded"] {
                let answer = try await server.send(
                    "PATCH", world.boxPath, headers: type.map { ["Content-Type": $0] } ?? [:], token: world.token, body: body)
                #expect(answer.status == 200, "\(type ?? "none"): \(answer.text)")
                #expect(answer.data["k"] == 1)
            }
            let empty = try await server.send("PATCH", world.boxPath, headers: ["Content-Type": "application/json"], token: world.token, body: [])
            #expect(empty.status == 200)
            let form = try await server.send(
                "PATCH", world.boxPath, headers: ["Content-Type": "application/x-www-form-urlencoded"], token: world.token,
                body: Array("k=two+words&l=%C3%A9".utf8))
            #expect(form.data["k"] == "two words")
            #expect(form.data["l"] == "é")
        }
    }
}
