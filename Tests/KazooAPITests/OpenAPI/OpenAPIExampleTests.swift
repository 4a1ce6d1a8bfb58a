import NIOCore
import TestKit
import Testing
import Voicemail
@testable import KazooAPI

/// What the description shows is what the server takes and sends.
@Suite struct OpenAPIExampleTests {
    private let description: Description

    init() throws {
        description = try Description.load()
    }

    /// The rules that the payload of a described request body has to pass.
    private static let schemas: [String: Schema] = [
        "Mailbox": Schema.mailbox(Limits()), "User": Schema.user, "Account": Schema.account, "Media": Schema.greeting, "MediaChange": Schema.greeting,
        "Webhook": Schema.webhook, "Message": Schema.messageDraft,
    ]

    @Test func requestExamplesAreEnvelopesThatPassTheRules() throws {
        var seen = 0
        for (name, body) in description.components("requestBodies") {
            guard let json = body.value(at: ["content", "application/json"]) else { continue }
            let examples = Description.examples(of: json)
            #expect(!examples.isEmpty, "\(name) has no example")
            for example in examples {
                let envelope = try RequestEnvelope(parsing: example.encode())
                #expect(!envelope.data.isEmpty, "\(name)")
                if let schema = Self.schemas[name] { #expect(schema.apply(to: envelope.data).1 == [], "\(name)") }
                seen += 1
            }
        }
        #expect(seen >= Self.schemas.count)
    }

    @Test func responseExamplesAreEnvelopes() {
        for (name, response) in description.components("responses") {
            guard let json = response.value(at: ["content", "application/json"]) else { continue }
            for example in Description.examples(of: json) {
                #expect(["success", "error"].contains(example["status"]?.string), "\(name)")
                #expect(example["request_id"]?.string != nil && example["tokens"]?["consumed"]?.int != nil, "\(name)")
            }
        }
    }

    /// The error table, each entry with what it is told by.
    private static let failures: [KazooFailure] = [
        .unauthenticated, .badToken, .forbidden, .notFound, .wrongMethod, .conflict, .tooManyRequests, .fault, .storageFault, .storageFull,
        .badIdentifier("3a63acc3694ba189947235ae4727941b"), .badIdentifier("voicemail message does not have any audio file"),
        .badAccount("xyz"), .badKey("5f9b3a6cd4b7a0a1f1e2d3c4b5a69788"), .faultyRequest("page size must be at least 1"), .parseError(),
        .invalid("json", "invalid", "All JSON must be valid", target: "body"),
        .invalid([Violation(.number, .unique, value: "3000")]), .tooLarge(8_000_000),
    ]

    @Test(arguments: failures.indices) func errorsAreShownAsTheyAreSent(_ index: Int) throws {
        let failure = Self.failures[index]
        // Parsing puts keys in the order that those of the description have.
        let data = try JSON.parse(failure.data.encoded)
        let shown = description.components("responses").values.compactMap { $0.value(at: ["content", "application/json"]) }
            .flatMap(Description.examples)
        #expect(
            shown.contains { example in
                example["error"]?.string == String(failure.status) && example["message"]?.string == failure.name && example["data"] == data
            }, "\(failure.status) \(failure.name) \(failure.data.encoded) is not shown")
    }

    @Test func bodilessErrorsHaveNoContent() {
        for name in ["NotAcceptable", "UnsupportedMediaType", "NotModified"] {
            #expect(description.components("responses")[name]?["content"] == nil)
        }
    }

    @Test func uploadTypesAreTaken() {
        for (name, types) in [("Message", UploadTypes.message), ("Audio", .message), ("Greeting", .greeting), ("MediaChange", .greeting)] {
            let content = description.components("requestBodies")[name]?["content"]?.object ?? [:]
            #expect(content.count > 6)
            for type in content.keys { #expect(types.accept(RequestContentType(type)), "\(name) does not take \(type)") }
        }
        #expect(!UploadTypes.message.accept(RequestContentType("application/base64")))
        #expect(!UploadTypes.greeting.accept(RequestContentType("text/plain")))
    }
}
