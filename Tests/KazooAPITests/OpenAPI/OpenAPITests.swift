import HTTPFront
import HTTPTypes
import NIOCore
import TestKit
import Testing
import Voicemail
@testable import KazooAPI

/// `Sources/COpenAPI/kazoo.json` says what the routes do, all of it and nothing else.
@Suite struct OpenAPITests {
    private let description: Description

    init() throws {
        description = try Description.load()
    }

    @Test func isOpenAPI31() {
        #expect(description.root["openapi"] == "3.1.0")
        #expect(description.root["info"]?["license"]?["identifier"] == "Apache-2.0")
    }

    @Test func documentedPathsAreTheTemplates() {
        let templates = KazooRoute.samples.map { "/v2" + $0.template }
        #expect(Set(templates).count == templates.count)
        #expect(Set(description.paths.keys) == Set(templates))
    }

    @Test(arguments: KazooRoute.samples) func documentedMethodsAreTheRoutes(_ route: KazooRoute) {
        let documented = description.operations.filter { $0.path == "/v2" + route.template }.map(\.method)
        #expect(Set(documented) == Set(route.methods))
        #expect(documented.count == route.methods.count)
    }

    /// A documented path, its placeholders filled in, leads to a route of that very template.
    @Test func documentedPathsLeadToTheirRoutes() throws {
        for path in description.paths.keys {
            let segments = path.split(separator: "/").dropFirst().map { $0.hasPrefix("{") ? "0123456789abcdef0123456789abcdef" : String($0) }
            let routed = try #require(RoutedPath(segments), "\(path) leads nowhere")
            #expect("/v2" + routed.route.template == path)
            #expect((routed.accountID != nil) == path.contains("{account_id}"))
        }
    }

    @Test func placeholdersAreDescribed() throws {
        for (path, item) in description.paths {
            let named = try (item["parameters"]?.array ?? []).map(description.resolved).filter { $0["in"] == "path" }.compactMap { $0["name"]?.string }
            let placeholders = path.split(separator: "/").filter { $0.hasPrefix("{") }.map { String($0.dropFirst().dropLast()) }
            #expect(named == placeholders, "\(path)")
        }
    }

    @Test(arguments: KazooRoute.samples) func onlyPublicRoutesNeedNoToken(_ route: KazooRoute) {
        for operation in description.operations where operation.path == "/v2" + route.template {
            #expect((operation.object["security"] == .array([])) == route.isPublic, "\(operation.method) \(operation.path)")
        }
    }

    /// A PUT that succeeds is 201, anything else 200 (K§2.5); what an upload can do wrong is told where there is one.
    @Test func statusesFollowTheMethod() throws {
        for operation in description.operations {
            let statuses = Set(try #require(operation.object["responses"]?.object).keys)
            let wrong: Set = operation.method == .put ? ["200"] : ["201"]
            #expect(statuses.isDisjoint(with: wrong), "\(operation.method) \(operation.path)")
            #expect(statuses.isSuperset(of: ["400", "401", "406", "413", "429", "500", "503"]), "\(operation.method) \(operation.path)")
            #expect(statuses.contains("403") == operation.path.contains("{account_id}"), "\(operation.method) \(operation.path)")
            #expect(statuses.contains("405") == (operation.method == .post), "\(operation.method) \(operation.path)")
            #expect(statuses.contains("415") == [.put, .post, .patch].contains(operation.method), "\(operation.method) \(operation.path)")
        }
    }

    @Test func operationsHaveNamesOfTheirOwn() {
        let names = description.operations.compactMap { $0.object["operationId"]?.string }
        #expect(names.count == description.operations.count)
        #expect(Set(names).count == names.count)
    }

    @Test func referencesResolve() {
        #expect(description.references.count > 100)
        for reference in description.references { #expect(description.target(of: reference) != nil, "\(reference) names nothing") }
    }

    @Test func componentsAreUsed() {
        for kind in ["parameters", "headers", "requestBodies", "responses", "schemas"] {
            for name in description.components(kind).keys {
                #expect(description.references.contains("#/components/\(kind)/\(name)"), "\(kind)/\(name) is used nowhere")
            }
        }
    }
}
