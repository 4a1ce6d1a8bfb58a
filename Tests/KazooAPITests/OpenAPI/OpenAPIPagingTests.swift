import HTTPTypes
import TestKit
import Testing
import Voicemail
@testable import KazooAPI

/// What is described as a listing with pages is one, and every other that has pages is described so.
@Suite struct OpenAPIPagingTests {
    private static let paging = ["paginate", "page_size", "start_key", "ascending", "created_from", "created_to", "filters"]

    /// An account with three of everything that is listed, below another one that has four accounts below it.
    private struct World {
        let token: String
        let server: TestServer
        /// What stands in a path for its placeholders.
        let names: [String: String]

        init(_ server: TestServer) async throws {
            self.server = server
            let root = try await server.makeAccount("Root")
            let world = try await server.makeWorld(name: "Acme 0", below: root)
            for number in 1...3 {
                _ = try await server.makeAccount("Acme \(number)", below: root)
                _ = try await server.makeAccount("Acme child \(number)", below: world.account)
                _ = try await server.makeUser("user\(number)", password: "secret", in: world.account)
                _ = try await server.makeMailbox("400\(number)", in: world.account, ["owner_id": .string(world.user.id)])
                let name = JSON.string("Name \(number)")
                _ = try await server.service.greetings.create(["name": name, "language": "en-gb", "prompt_id": "p"], id: nil, in: world.account)
                _ = try await server.service.webhooks.create(
                    ["name": name, "uri": "http://receiver.example/", "hook": "object"], id: nil, in: world.account)
                _ = try await server.leave(in: world.mailbox, of: world.account)
            }
            token = try await server.makeToken(for: root)
            names = ["account_id": world.account.id, "box_id": world.mailbox.id, "user_id": world.user.id]
        }

        /// - Returns: nil for a path with a placeholder that stands for nothing in this world.
        func path(_ template: String) -> String? {
            var path = template
            for (name, value) in names { path = path.replacing("{\(name)}", with: value) }
            path = path.replacing("/languages/{name}", with: "/languages/en-gb").replacing("/prompts/{name}", with: "/prompts/p")
            return path.contains("{") ? nil : path
        }

        func get(_ path: String, _ query: String) async throws -> JSON {
            let answer = try await server.send("GET", path + (path.hasSuffix("/search") ? "?t=account&q=name&v=acme&" : "?") + query, token: token)
            #expect(answer.status == 200, "\(path)?\(query)")
            return answer.json
        }
    }

    @Test func listingsAreDescribed() async throws {
        let description = try Description.load()
        try await TestServer.run { server in
            let world = try await World(server)
            var listings = 0
            for operation in description.operations where operation.method == .get && operation.path.contains("{account_id}") {
                guard let path = world.path(operation.path) else { continue }
                let parameters = try operation.object["parameters"]?.array?.map(description.resolved).compactMap { $0["name"]?.string } ?? []
                let page = try await world.get(path, "page_size=1")
                let described = Self.paging.filter(parameters.contains)
                guard page["page_size"] != nil else {
                    #expect(described == [], "\(operation.path) has no pages")
                    continue
                }
                #expect(described == Self.paging, "\(operation.path)")
                try await expectPages(of: path, world)
                listings += 1
            }
            #expect(listings >= 12)
        }
    }

    /// One row at a time, from either end, is the whole listing in its order.
    private func expectPages(of path: String, _ world: World) async throws {
        let all = try await world.get(path, "paginate=false")["data"]?.array ?? []
        #expect(all.count >= 3, "\(path)")
        for (ascending, expected) in [("", all), ("&ascending=true", nil), ("&ascending=false", nil)] {
            let whole = try await world.get(path, "paginate=false" + ascending)["data"]?.array ?? []
            #expect(whole == expected ?? whole)
            var rows: [JSON] = [], start = ""
            repeat {
                let page = try await world.get(path, "page_size=1" + ascending + start)
                rows += page["data"]?.array ?? []
                #expect(page["page_size"] == 1, "\(path)")
                guard let next = page["next_start_key"]?.string else { break }
                start = "&start_key=" + next
            } while rows.count <= all.count
            #expect(rows == whole, "\(path)\(ascending)")
        }
        let forth = try await world.get(path, "paginate=false&ascending=true")["data"]?.array ?? []
        let back = try await world.get(path, "paginate=false&ascending=false")["data"]?.array ?? []
        #expect(forth == back.reversed(), "\(path)")
        #expect([forth, back].contains(all), "\(path)")
    }
}
