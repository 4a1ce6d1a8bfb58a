import TestKit
import Testing
@testable import KazooAPI
@testable import Voicemail

/// The described documents have the rules of the domain's own schemas.
@Suite struct OpenAPISchemaTests {
    private static let schemas: [(name: String, schema: Schema)] = [
        ("Mailbox", .mailbox(Limits())), ("User", .user), ("Account", .account), ("Media", .greeting), ("Webhook", .webhook),
        ("MessageDraft", .messageDraft), ("Login", KazooDialect.loginSchema),
    ]

    @Test(arguments: schemas.indices) func rulesAreTheDomains(_ index: Int) throws {
        let (name, schema) = Self.schemas[index]
        let description = try Description.load()
        try compare(schema, try #require(description.components("schemas")[name]), description, name)
    }

    @Test func pagesAreAsLargeAsDescribed() throws {
        let size = try #require(try Description.load().components("parameters")["PageSize"]?["schema"])
        #expect(size["maximum"] == .int(Paging.maximumSize))
        #expect(size["minimum"] == 1)
    }

    @Test func listsOfMessagesAreAsLongAsDescribed() throws {
        for name in ["MessagesChange", "MessagesSelection", "MessageList"] {
            let list = try #require(try Description.load().components("schemas")[name]?.value(at: ["properties", "messages"]))
            #expect(list["maxItems"] == .int(Limits().maximumBatch))
        }
    }

    private func compare(_ schema: Schema, _ described: JSON, _ description: Description, _ place: String) throws {
        let required = described["required"]?.array?.compactMap(\.string) ?? []
        #expect(Set(required) == Set(schema.fields.filter(\.required).map(\.name)), "\(place)")
        for field in schema.fields {
            let at = "\(place).\(field.name)"
            let property = try description.resolved(try #require(described["properties"]?[field.name], "\(at) is not described"))
            if let standard = field.standard { #expect(property["default"] == standard, "\(at)") }
            try compare(field.kind, property, description, at)
        }
    }

    private func compare(_ kind: Schema.Kind, _ property: JSON, _ description: Description, _ at: String) throws {
        switch kind {
        case .string(let min, let max):
            #expect(property["type"] == "string", "\(at)")
            #expect((property["minLength"]?.int ?? 0) == min, "\(at)")
            #expect(property["maxLength"]?.int == max, "\(at)")
        case .timeZone:
            #expect(property["type"] == "string" && property["minLength"] == 2 && property["maxLength"] == 32, "\(at)")
        case .oneOf(let words):
            #expect(property["enum"] == JSON(words), "\(at)")
        case .email:
            #expect(property["pattern"] == "^[^@]+@[^@]+$", "\(at)")
        case .boolean:
            #expect(property["type"] == "boolean", "\(at)")
        case .integer(let min, let max):
            #expect(property["type"] == "integer", "\(at)")
            #expect(property["minimum"]?.int == min, "\(at)")
            #expect(property["maximum"]?.int == max, "\(at)")
        case .array(let element):
            #expect(property["type"] == "array", "\(at)")
            try compare(element, try description.resolved(try #require(property["items"])), description, at + "[]")
        case .object(let schema):
            #expect(property["type"] == "object", "\(at)")
            try compare(schema, property, description, at)
        case .either(let first, let second):
            let choices = try #require(property["anyOf"]?.array, "\(at)")
            #expect(choices.count == 2, "\(at)")
            try compare(first, choices[0], description, at)
            try compare(second, choices[1], description, at)
        }
    }
}
