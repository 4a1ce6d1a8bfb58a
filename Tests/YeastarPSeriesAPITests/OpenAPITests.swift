import HTTPTypes
import TestKit
import Testing
import Voicemail

@testable import YeastarPSeriesAPI

/// `Sources/COpenAPI/p-series.json` says what the endpoints do, all of it and nothing else.
@Suite struct OpenAPITests {
    private let root: JSON

    init() throws { root = try JSON.parse(PSeriesDialect.openAPI) }

    private struct Operation {
        let path: String
        let method: String
        let object: JSON

        var endpoint: PSeriesEndpoint? {
            path.hasPrefix(OpenAPITests.prefix) ? PSeriesEndpoint(rawValue: String(path.dropFirst(OpenAPITests.prefix.count))) : nil
        }

        /// Names of what must be there: in the query, or in the body.
        var required: [String] {
            let query = object["parameters"]?.array?.filter { $0["required"] == true }.compactMap { $0["name"]?.string } ?? []
            let schema = object["requestBody"]?["content"]?["application/json"]?["schema"]
            let all = schema?["allOf"]?.array ?? schema.map { [$0] } ?? []
            return query + all.flatMap { $0["required"]?.array?.compactMap(\.string) ?? [] }
        }
    }

    private static let prefix = "/openapi/v1.0/"

    private var operations: [Operation] {
        (root["paths"]?.object ?? [:]).flatMap { path, item in
            (item.object ?? [:]).compactMap { name, operation in name == "parameters" ? nil : Operation(path: path, method: name, object: resolved(operation)) }
        }
    }

    /// An operation with its parameters in place of the references to them.
    private func resolved(_ operation: JSON) -> JSON {
        guard var object = operation.object, let parameters = object["parameters"]?.array else { return operation }
        object["parameters"] = .array(parameters.map { $0["$ref"]?.string.flatMap(target) ?? $0 })
        return .object(object)
    }

    private func target(_ reference: String) -> JSON? {
        root.value(at: reference.dropFirst(2).split(separator: "/").map(String.init))
    }

    private func visit(_ value: JSON, _ body: (String, JSON) -> Void) {
        switch value {
        case .object(let members):
            for (key, member) in members {
                body(key, member)
                visit(member, body)
            }
        case .array(let items): for item in items { visit(item, body) }
        default: break
        }
    }

    @Test func isOpenAPI31() {
        #expect(root["openapi"] == "3.1.0")
        #expect(root["info"]?["license"]?["identifier"] == "Apache-2.0")
    }

    @Test func documentedPathsAndMethodsAreTheEndpoints() {
        var expected = Set(PSeriesEndpoint.allCases.map { Self.prefix + $0.rawValue + " " + $0.method.rawValue.lowercased() })
        expected.formUnion(["/api/download/{name} get", "/api/downloadattachment/{name} get"])
        #expect(Set(operations.map { $0.path + " " + $0.method }) == expected)
        #expect(operations.count == expected.count)
    }

    @Test func onlyPublicEndpointsNeedNoToken() {
        for operation in operations {
            guard let endpoint = operation.endpoint else { continue }
            #expect((operation.object["security"] == .array([])) == endpoint.isPublic, "\(operation.path)")
        }
    }

    @Test func operationsHaveNamesOfTheirOwn() {
        let names = operations.compactMap { $0.object["operationId"]?.string }
        #expect(names.count == operations.count && Set(names).count == names.count)
    }

    @Test func referencesResolveAndComponentsAreUsed() {
        var references: Set<String> = []
        visit(root) { key, value in if key == "$ref", let reference = value.string { references.insert(reference) } }
        for reference in references { #expect(target(reference) != nil, "\(reference) names nothing") }
        for kind in ["parameters", "schemas"] {
            for name in root.value(at: ["components", kind])?.object?.keys.elements ?? [] {
                #expect(references.contains("#/components/\(kind)/\(name)"), "\(kind)/\(name) is used nowhere")
            }
        }
    }

    /// The error table, as far as failures are made.
    @Test func failuresAreTheErrorTable() throws {
        let failures: [PSeriesFailure] = [
            .internalError, .badCredentials, .noInterface, .unsupportedVersion, .tokenExpired, .accessDenied, .operationFailed, .syntaxError,
            .parameterError, .duplicate("", "", source: "", name: ""), .fileTooLarge, .notFound, .limitExceeded, .addressBlocked, .overloaded,
            .addressForbidden, .unavailable, .noChannel, .unsupportedOperation,
        ]
        let schema = try #require(target("#/components/schemas/Failure")?["properties"])
        #expect(schema["errcode"]?["enum"] == .array(failures.map { .int($0.code) }))
        #expect(schema["errmsg"]?["enum"] == .array(failures.map { .string($0.message) }))
        #expect(schema["errcode"]?["description"] == .string(failures.map { "- \($0.code): \($0.message)" }.joined(separator: "\n")))
    }

    @Test func limitsAreThoseOfTheCode() throws {
        #expect(target("#/components/parameters/PageSize")?["schema"]?["maximum"] == .int(Paging.largestSize))
        let presences = JSON(ExtensionRequest.presences)
        #expect(target("#/components/schemas/ExtensionSettings")?["properties"]?["presence_status"]?["enum"] == presences)
    }

    @Test func successExamplesHaveTheDescribedFields() throws {
        for operation in operations {
            // What succeeds otherwise than with 200 has examples of failures there.
            guard operation.object.value(at: ["responses", "101"]) == nil, operation.endpoint != nil,
                let json = operation.object.value(at: ["responses", "200", "content", "application/json"])
            else { continue }
            let example = try #require(json["example"]?.object, "\(operation.path) has no example")
            let described = json["schema"]?["oneOf"]?.array?.first?["required"]?.array?.compactMap(\.string) ?? []
            #expect(Set(example.keys) == Set(described), "\(operation.path)")
            #expect(example["errcode"] == 0 && example["errmsg"] == "SUCCESS", "\(operation.path)")
        }
    }

    /// A conversation over a web socket begins with 101, and with 200 comes why it does not: the described failures are the server's.
    @Test func refusedConversationsAreAsDescribed() async throws {
        let switching = operations.filter { $0.object.value(at: ["responses", "101"]) != nil }
        #expect(switching.map(\.path) == [Self.prefix + "subscribe"])
        let json = try #require(switching.first?.object.value(at: ["responses", "200", "content", "application/json"]))
        #expect(json["schema"] == ["$ref": "#/components/schemas/Failure"])
        let examples = try #require(json["examples"]?.object).mapValues { $0["value"] ?? .null }
        try await PSeriesWorld.run(permissions: [.voicemail]) { world in
            func ask(_ token: String) async throws -> JSON { try await world.raw("GET", PSeriesWorld.path("subscribe", [("access_token", token)])) }
            expect(try await ask("wrong"), is: examples["unknownToken"] ?? .null)
            expect(try await ask(world.token), is: examples["noPermission"] ?? .null)
        }
        try await PSeriesWorld.run { world in expect(try await world.get("subscribe"), is: examples["noWebSocket"] ?? .null) }
        #expect(examples.count == 3)
    }

    /// What the description calls required is what the server misses, and the other way round.
    @Test func requiredParametersAreMissed() async throws {
        try await PSeriesWorld.run { world in
            for operation in operations {
                guard let endpoint = operation.endpoint, !endpoint.isPublic, !endpoint.takesFile, endpoint != .deleteToken else { continue }
                let answer =
                    endpoint.method == .post ? try await world.post(endpoint.rawValue, [:]) : try await world.get(endpoint.rawValue)
                let missed = answer["invalid_param_list"]?.array?.first
                guard let first = missed?["field"]?.string else {
                    #expect(operation.required.isEmpty, "\(operation.path) answers \(answer.encoded)")
                    continue
                }
                #expect(missed?["validation_type"] == "required")
                let oneOfSeveral = ["vm/download": "msg_id", "recording/download": "id", "extension/query": "ids", "vm/update": "id"]
                #expect(operation.required.contains(first) || oneOfSeveral[endpoint.rawValue] == first, "\(operation.path) misses \(first)")
            }
        }
    }

    /// Every documented parameter is one that the server reads: a value no parameter takes is refused wherever a set is described.
    @Test func describedSetsAreTheServers() async throws {
        try await PSeriesWorld.run { world in
            for operation in operations where operation.method == "get" {
                guard let endpoint = operation.endpoint else { continue }
                for parameter in operation.object["parameters"]?.array ?? [] {
                    guard parameter["schema"]?["enum"] != nil, let name = parameter["name"]?.string else { continue }
                    var query = [("access_token", world.token), (name, "no such word")]
                    for required in operation.required where required != name { query.append((required, required == "id" ? "1" : "3200")) }
                    expect(try await world.raw("GET", PSeriesWorld.path(endpoint.rawValue, query)), is: parameterError(name, "no such word"))
                }
            }
        }
    }

    @Test func isServed() async throws {
        try await TestServer.run { server in
            let answer = try await server.send("GET", "/openapi/p-series.json")
            #expect(answer.status == 200 && answer["Content-Type"] == "application/json" && answer.bytes == PSeriesDialect.openAPI)
        }
    }
}
