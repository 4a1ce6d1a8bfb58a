import HTTPFront
import HTTPTypes
import NIOCore
import TestKit
import Testing
import Voicemail

@testable import YeastarSSeriesAPI

/// `Sources/COpenAPI/s-series.json` says what the endpoints do, all of it and nothing else.
@Suite("The OpenAPI description")
struct OpenAPITests {
    private let description: OpenAPIDescription

    init() throws { description = try OpenAPIDescription(SSeriesDialect.openAPI) }

    private static let prefix = "/api/{version}/"

    @Test("Is OpenAPI 3.1, and served")
    func served() async throws {
        #expect(description.root["openapi"] == "3.1.0")
        #expect(description.root["info"]?["license"]?["identifier"] == "Apache-2.0")
        try await TestServer.run { (server: TestServer) async throws in
            #expect(try await server.send("GET", "/openapi/s-series.json").json == description.root)
        }
    }

    @Test("Its paths are the endpoints, each with its methods and no other")
    func paths() {
        #expect(Set(description.paths.keys) == Set(SSeriesEndpoint.allCases.map { Self.prefix + $0.rawValue }))
        let methods = Dictionary(grouping: description.operations, by: \.path).mapValues { $0.map(\.method) }
        for endpoint in SSeriesEndpoint.allCases { #expect(Set(methods[Self.prefix + endpoint.rawValue] ?? []) == endpoint.methods.subtracting([.head])) }
    }

    @Test("The versions of a path are those that offer it", arguments: SSeriesEndpoint.allCases)
    func versions(endpoint: SSeriesEndpoint) throws {
        let parameters = try #require(description.paths[Self.prefix + endpoint.rawValue]?["parameters"]?.array)
        let version = parameters.first { $0["name"] == "version" }
        let listed = try #require(version?["schema"]?["enum"]?.array).compactMap(\.string)
        for segment in listed { #expect(APIVersion(segment: segment)?.endpoints.contains(endpoint) == true, "\(segment)") }
        let offering = APIVersion.all.filter { $0.endpoints.contains(endpoint) }.map(\.name)
        #expect(Set(listed.compactMap { APIVersion(segment: $0)?.name }) == Set(offering))
    }

    @Test("Endpoints that need no token say so", arguments: SSeriesEndpoint.allCases)
    func security(endpoint: SSeriesEndpoint) {
        for operation in description.operations where operation.path == Self.prefix + endpoint.rawValue {
            #expect((operation.object["security"] == .array([])) == !endpoint.needsToken)
        }
    }

    @Test("The error table is the dialect's, and every answer may be a failure of it")
    func errors() throws {
        let described = try #require(description.components("schemas")["Errno"])
        #expect(Set(described["enum"]?.array?.compactMap(\.string) ?? []) == Set(SSeriesFailure.allCases.map(\.rawValue)))
        for failure in SSeriesFailure.allCases { #expect(described["description"]?.string?.contains("- `\(failure.rawValue)`: ") == true) }
        for (name, response) in description.components("responses") {
            let json = try #require(response.value(at: ["content", "application/json"]), "\(name)")
            #expect(OpenAPIDescription.examples(of: json).contains { $0["status"] == "Failed" && $0["errno"] != nil }, "\(name)")
        }
        for operation in description.operations { #expect(operation.object["responses"]?.object?.keys.elements == ["200"]) }
    }

    @Test("Described requests are read, and have the members that are required")
    func requests() throws {
        for (name, body) in description.components("requestBodies") {
            let json = try #require(body.value(at: ["content", "application/json"]), "\(name)")
            let schema = try description.resolved(try #require(json["schema"]))
            let examples = OpenAPIDescription.examples(of: json)
            #expect(!examples.isEmpty, "\(name)")
            for example in examples {
                let parameters = try RequestParameters(body: example.encode(), format: .json)
                for field in schema["required"]?.array ?? [] { _ = try parameters.required(try #require(field.string)) }
                let known = schema["properties"]?.object?.keys.elements ?? []
                for key in (example.object ?? [:]).keys { #expect(known.contains(key), "\(name).\(key)") }
            }
        }
    }

    @Test("Operations have names of their own, references resolve, and components are used")
    func wiring() {
        let names = description.operations.compactMap { $0.object["operationId"]?.string }
        #expect(Set(names).count == description.operations.count)
        for reference in description.references { #expect(description.target(of: reference) != nil, "\(reference)") }
        for kind in ["parameters", "headers", "requestBodies", "responses", "schemas"] {
            for name in description.components(kind).keys {
                #expect(description.references.contains("#/components/\(kind)/\(name)"), "\(kind)/\(name) is used nowhere")
            }
        }
    }
}
