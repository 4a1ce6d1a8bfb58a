import HTTPFront
import HTTPTypes
import NIOCore
import TestKit
import Testing
import Voicemail

@testable import RecordingIntake

/// `Sources/COpenAPI/intake.json` says what the intake does, all of it and nothing else.
@Suite("The intake's OpenAPI description")
struct OpenAPITests {
    private let description: OpenAPIDescription

    init() throws { description = try OpenAPIDescription(IntakeDialect.openAPI) }

    @Test("Is OpenAPI 3.1, served, and in the index")
    func served() async throws {
        #expect(description.root["openapi"] == "3.1.0")
        #expect(description.root["info"]?["license"]?["identifier"] == "Apache-2.0")
        #expect(description.root["servers"] == [["url": "/"]])
        try await TestServer.run { (server: TestServer) async throws in
            #expect(try await server.send("GET", "/openapi/intake.json").json == description.root)
            for path in ["/openapi/", "/openapi"] {
                let index = try await server.send("GET", path)
                #expect(index.status == 200 && index["Content-Type"] == "application/json")
                let listed = index.json["descriptions"]?.array ?? []
                #expect(listed.compactMap { $0["name"]?.string } == ["kazoo", "p-series", "s-series", "intake"])
                for entry in listed {
                    let document = try await server.send("GET", try #require(entry["url"]?.string)).json
                    #expect(entry["title"]?.string?.isEmpty == false && entry["title"] == document["info"]?["title"])
                    #expect(entry["summary"] == document["info"]?["summary"])
                    #expect(document["servers"] == [["url": "/"]])
                }
            }
        }
    }

    @Test("Its one path is put and posted, and allows what the server allows")
    func paths() async throws {
        #expect(Array(description.paths.keys) == ["/intake/recordings/{name}"])
        let methods = description.operations.map(\.method.rawValue)
        try await TestServer.run { (server: TestServer) async throws in
            let refused = try await server.send("GET", "/intake/recordings/x")
            #expect(refused.status == 405)
            #expect(refused["Allow"]?.split(separator: ", ").map(String.init).sorted() == methods.sorted())
        }
        #expect(Set(description.operations.compactMap { $0.object["operationId"]?.string }).count == methods.count)
    }

    /// A parameter that is described and passed over would not show in what is read.
    @Test("Every parameter that is described is read, and its limit is the server's")
    func parameters() async throws {
        let values: [(name: String, value: String, shown: KeyPath<RecordingParameters, String?>?)] = [
            ("caller", "1", \.caller), ("from", "1", \.caller), ("callee", "2", \.callee), ("to", "2", \.callee), ("caller_name", "A", \.callerName),
            ("from_name", "A", \.callerName), ("callee_name", "B", \.calleeName), ("to_name", "B", \.calleeName), ("type", "in", \.direction),
            ("direction", "in", \.direction), ("call_id", "c", \.callID), ("at", "2022-04-12T17:33:29Z", nil), ("duration", "1.5", nil),
        ]
        let described = description.components("parameters").values.filter { $0["in"] == "query" }
        #expect(Set(described.compactMap { $0["name"]?.string }) == Set(values.map(\.name)))
        let nothing = try IntakeParameters.read(Query())
        for (name, value, shown) in values {
            let read = try IntakeParameters.read(try Query(parsing: "\(name)=\(value)"))
            if let shown { #expect(read[keyPath: shown] == value && nothing[keyPath: shown] == nil, "\(name)") }
        }
        #expect(try IntakeParameters.read(try Query(parsing: "at=2022-04-12T17:33:29Z")).started == Timestamp(rfc3339: "2022-04-12T17:33:29Z"))
        let duration = description.components("parameters")["duration"]?["schema"]
        let most = try #require(duration?["maximum"]?.int)
        #expect(duration?["minimum"] == 0)
        #expect(try IntakeParameters.read(try Query(parsing: "duration=\(most)")).durationMilliseconds == most * 1000)
        #expect(throws: VoicemailError.self) { try IntakeParameters.read(try Query(parsing: "duration=\(most + 1)")) }
        #expect(description.components("parameters")["call_id"]?["schema"]?["maxLength"] == .int(Recordings.longestCallFact))
    }

    @Test("The described failures are those of the error table")
    func failures() throws {
        let errors: [any Error] = [
            IntakeFailure.noSuchPath, IntakeFailure.noKey, VoicemailError.badCredentials, VoicemailError.disabled, VoicemailError.conflict,
            VoicemailError.unplayable, VoicemailError.invalid([]), ArchiveError.tooLarge(limit: 1), ArchiveError.full, ArchiveError.failed(""),
            StoreError.full, AudioError.overloaded(""), BodyError.tooLarge(limit: 1), BodyError.incomplete,
        ]
        let made = Set(errors.map { String(IntakeFailure($0).status.code) })
        for operation in description.operations {
            let described = Set(operation.object["responses"]?.object?.keys.elements ?? [])
            #expect(described == made.union(["200", "201"]), "\(operation.method)")
        }
        for error in errors {
            guard case .bytes(let bytes) = IntakeFailure(error).response.body else { continue }
            #expect(try JSON.parse(Array(buffer: bytes)).object?.keys.elements == ["error"])
        }
    }

    @Test("What is answered is what is described")
    func recording() async throws {
        let schema = try #require(description.components("schemas")["Recording"])
        try await TestServer.run { (server: TestServer) async throws in
            let world = try await IntakeWorld(server)
            let answer = try await world.put("call.wav?type=in", try Sounds.wav())
            #expect(answer.status == 201)
            let members = try #require(answer.json.object)
            #expect(Set(members.keys) == Set(schema["required"]?.array?.compactMap(\.string) ?? []))
            #expect(Set(members.keys) == Set(schema["properties"]?.object?.keys.elements ?? []))
        }
        #expect(schema["properties"]?["type"]?["enum"] == JSON(CallDirection.allCases.map(\.rawValue)))
    }

    @Test("References resolve, and components are used")
    func wiring() {
        for reference in description.references { #expect(description.target(of: reference) != nil, "\(reference)") }
        for kind in ["parameters", "requestBodies", "responses", "schemas"] {
            for name in description.components(kind).keys {
                #expect(description.references.contains("#/components/\(kind)/\(name)"), "\(kind)/\(name) is used nowhere")
            }
        }
    }
}
