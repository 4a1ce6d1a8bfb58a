import Server
import TestKit
import Testing
@testable import KazooAPI
@testable import Voicemail

/// `GET /v2/schemas` and what it names: the rules of the server, for clients that validate before they send.
@Suite struct SchemaTests {
    @Test func everySchemaIsServedToWhoeverAsks() async throws {
        try await TestServer.run { server in
            let names = try await server.send("GET", "/v2/schemas").data
            #expect(
                names == ["accounts", "api_auth", "media", "user_auth", "users", "vm_message_metadata", "vmboxes", "webhooks"])
            for name in names.array?.compactMap(\.string) ?? [] {
                let answer = try await server.send("GET", "/v2/schemas/\(name)")
                #expect(answer.status == 200)
                #expect(answer.data["$schema"] == "http://json-schema.org/draft-04/schema#" && answer.data["id"] == .string(name))
                #expect(answer.data["type"] == "object" && answer.data["properties"]?.object?.isEmpty == false, "\(name)")
            }
            #expect(try await server.send("GET", "/v2/schemas/none").status == 404)
            #expect(try await server.send("PUT", "/v2/schemas").status == 405)
        }
    }

    @Test func theLongestPINIsTheInstallations() async throws {
        try await TestServer.run {
            $0.limits.maximumPinLength = 6
        } _: { server in
            let box = try await server.send("GET", "/v2/schemas/vmboxes").data
            #expect(box["required"] == ["name", "mailbox"])
            #expect(box["properties"]?["pin"] == ["maxLength": 6, "minLength": 4, "type": "string"])
            #expect(box["properties"]?["check_if_owner"] == ["default": true, "type": "boolean"])
            #expect(box["properties"]?["media"]?["properties"]?["unavailable"] == ["maxLength": 32, "minLength": 32, "type": "string"])
        }
    }

    private static let rules: [(name: String, schema: Schema)] = [
        ("accounts", .account), ("api_auth", KazooDialect.keySchema), ("media", .greeting), ("user_auth", KazooDialect.loginSchema), ("users", .user),
        ("vm_message_metadata", .messageDraft), ("vmboxes", .mailbox(Limits())), ("webhooks", .webhook),
    ]

    /// Values at every limit and one past it are judged alike by the rules and by the schema that is served.
    @Test(arguments: rules.indices) func schemasJudgeAsTheRulesDo(_ index: Int) async throws {
        let (name, rules) = Self.rules[index]
        try await TestServer.run { server in
            let served = try await server.send("GET", "/v2/schemas/\(name)").data
            var judged = 0
            func judge(_ document: JSONObject, _ place: String) {
                let validator = SchemaValidator(served)
                #expect(validator.accepts(.object(document)) == rules.apply(to: document).1.isEmpty, "\(name).\(place): \(JSON.object(document).encoded)")
                judged += 1
            }
            var good = JSONObject()
            for field in rules.fields where field.required { good[field.name] = Self.probes(of: field.kind).good[0] }
            judge(good, "")
            judge(good.merging(["a_key_without_a_rule": 1]) { first, _ in first }, "a_key_without_a_rule")
            for field in rules.fields {
                var without = good
                without[field.name] = nil
                judge(without, "without \(field.name)")
                let probes = Self.probes(of: field.kind)
                for value in probes.good + probes.bad {
                    var document = good
                    document[field.name] = value
                    judge(document, field.name)
                }
                #expect(served["properties"]?[field.name]?["default"] == field.standard, "\(name).\(field.name)")
            }
            #expect(Set(served["properties"]?.object?.keys.elements ?? []) == Set(rules.fields.map(\.name)))
            #expect(judged > rules.fields.count * 2)
        }
    }

    /// Values that a kind takes without coercion, and others that it does not take at all.
    private static func probes(of kind: Schema.Kind) -> (good: [JSON], bad: [JSON]) {
        func text(_ count: Int) -> JSON { .string(String(repeating: "é", count: count)) }
        switch kind {
        case .string(let min, let max):
            return ([text(min), max.map(text) ?? text(min + 1)], [1, true, [], .null] + (min > 0 ? [text(min - 1)] : []) + (max.map { [text($0 + 1)] } ?? []))
        case .oneOf(let words): return (words.map { .string($0) }, ["none of these", 1, .null])
        case .email: return (["a@b"], ["a", "@b", "a@", "a@b@c", 1])
        case .timeZone: return (["UTC", "GB", "Cuba", "Europe/Dublin", text(5), text(32)], [text(4), text(33), 1, .null])
        case .boolean: return ([true, false], [1, "yes", .null])
        case .integer(let min, let max):
            return ([.int(min ?? -1), .int(max ?? 7)], ["x", true, .null, 1.5] + (min.map { [.int($0 - 1)] } ?? []) + (max.map { [.int($0 + 1)] } ?? []))
        case .array(let element):
            let inner = probes(of: element)
            return ([[], .array(inner.good)], inner.bad.map { [$0] } + ["x", 1, .object([:])])
        case .object(let schema):
            var good: [JSON] = [.object([:]), ["a_key_without_a_rule": 1]]
            var bad: [JSON] = ["x", []]
            for field in schema.fields {
                let inner = probes(of: field.kind)
                good += inner.good.map { [field.name: $0] }
                bad += inner.bad.map { [field.name: $0] }
            }
            return (good, bad)
        case .either(let first, let second):
            return (probes(of: first).good + probes(of: second).good, [true, .null, []])
        }
    }
}

/// As much of draft 4 as the served schemas have in them. An unknown word is refused, so that none is passed over.
private struct SchemaValidator {
    private let schema: JSON

    init(_ schema: JSON) { self.schema = schema }

    func accepts(_ value: JSON) -> Bool { Self.accepts(value, schema) }

    private static func accepts(_ value: JSON, _ schema: JSON) -> Bool {
        (schema.object ?? [:]).allSatisfy { word, rule in
            switch word {
            case "$schema", "id", "default": true
            case "type": rule.string == type(of: value)
            case "enum": rule.array?.contains(value) == true
            case "minLength": (value.string?.unicodeScalars.count ?? 0) >= (rule.int ?? 0)
            case "maxLength": (value.string?.unicodeScalars.count ?? 0) <= (rule.int ?? 0)
            case "minimum": (value.int ?? .max) >= (rule.int ?? 0)
            case "maximum": (value.int ?? .min) <= (rule.int ?? 0)
            case "pattern": rule == "^[^@]+@[^@]+$" && value.string?.wholeMatch(of: /[^@]+@[^@]+/) != nil
            case "items": value.array?.allSatisfy { accepts($0, rule) } ?? true
            case "anyOf": rule.array?.contains { accepts(value, $0) } == true
            case "required": rule.array?.compactMap(\.string).allSatisfy { value[$0] != nil } == true
            case "properties": (rule.object ?? [:]).allSatisfy { name, inner in value[name].map { accepts($0, inner) } ?? true }
            case "additionalProperties": rule == false && (value.object ?? [:]).keys.allSatisfy { schema["properties"]?[$0] != nil }
            default: false
            }
        }
    }

    private static func type(of value: JSON) -> String {
        switch value {
        case .null: "null"
        case .bool: "boolean"
        case .int: "integer"
        case .double: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }
}
