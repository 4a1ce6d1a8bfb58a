import TestKit
import Testing
import Voicemail

/// A removal of many never removes more than its sender said (K§7.7, K§12-20).
@Suite struct BulkRemovalTests {
    private struct Stage: Sendable {
        let server: TestServer
        let world: TestWorld
        let ids: [String]

        var list: String { world.boxPath + "/messages" }

        func left() async throws -> Set<String> { Set(try await server.send("GET", list, token: world.token).mediaIDs) }

        func remove(_ query: String = "", type: String?, _ body: String, tunnelled: Bool = false) async throws -> Answer {
            let verb = tunnelled ? (query.isEmpty ? "?verb=DELETE" : "&verb=DELETE") : ""
            return try await server.send(
                tunnelled ? "POST" : "DELETE", list + query + verb, headers: type.map { ["Content-Type": $0] } ?? [:], token: world.token,
                body: Array(body.utf8))
        }
    }

    private func stage(_ body: @escaping @Sendable (Stage) async throws -> Void) async throws {
        try await TestServer.run { server in
            let world = try await server.makeWorld()
            var ids: [String] = []
            for age in [0, 10, 20] {
                let draft = MessageDraft(timestamp: server.clock.now.advanced(by: -age))
                ids.append(try await server.leave(draft, in: world.mailbox, of: world.account).monthID)
            }
            try await body(Stage(server: server, world: world, ids: ids))
        }
    }

    @Test(arguments: ["text/plain", "application/octet-stream", "audio/wav", "application/base64", "multipart/form-data; boundary=x"], [false, true])
    func aBodyThatIsNoEnvelopeIsRefused(_ type: String, _ tunnelled: Bool) async throws {
        try await stage { stage in
            let answer = try await stage.remove(type: type, #"{"data":{"messages":["\#(stage.ids[0])"]}}"#, tunnelled: tunnelled)
            #expect(answer.status == 415, "\(answer.text)")
            #expect(answer.bytes.isEmpty)
            #expect(try await stage.left() == Set(stage.ids))
            // A type without a body says nothing.
            #expect(try await stage.remove("?folder=saved", type: type, "", tunnelled: tunnelled).status == 200)
            #expect(try await stage.left() == Set(stage.ids))
        }
    }

    @Test(arguments: [false, true]) func aPayloadThatSelectsNothingKnownIsRefused(_ tunnelled: Bool) async throws {
        try await stage { stage in
            let id = stage.ids[0]
            let bodies = [
                #"{"data":["\#(id)"]}"#, #"{"data":[]}"#, #"{"data":{"message":["\#(id)"]}}"#, #"{"data":{"ids":[]}}"#,
                #"{"data":{},"messages":["\#(id)"]}"#, #"{"data":{"messages":null}}"#, #"{"data":{"folder":null}}"#, #"{"messages":["\#(id)"]}"#,
            ]
            for body in bodies {
                let answer = try await stage.remove(type: "application/json", body, tunnelled: tunnelled)
                #expect(answer.status == 400, "\(body): \(answer.text)")
                #expect(answer.json["message"] == "validation error", "\(body)")
            }
            for form in ["messages[]=\(id)", "messages%5B%5D=\(id)", "messages=\(id)", "id=\(id)"] {
                let answer = try await stage.remove(type: "application/x-www-form-urlencoded", form, tunnelled: tunnelled)
                #expect(answer.status == 400, "\(form): \(answer.text)")
            }
            for query in ["?messages=\(id)", "?messages%5B%5D=\(id)"] {
                #expect(try await stage.remove(query, type: nil, "", tunnelled: tunnelled).status == 400, "\(query)")
            }
            #expect(try await stage.left() == Set(stage.ids))
        }
    }

    @Test func whatEveryEnvelopeMayHoldSelectsNothing() async throws {
        for body in ["", #"{"data":{}}"#, #"{"data":{"ui_metadata":{}},"accept_charges":true}"#, #"{"data":{"accept_charges":true}}"#] {
            try await stage { stage in
                let answer = try await stage.remove(type: "application/json", body)
                #expect(answer.status == 200, "\(body): \(answer.text)")
                #expect(try await stage.left().isEmpty, "\(body)")
            }
        }
    }

    @Test func timesNarrowARemoval() async throws {
        try await stage { stage in
            let now = stage.server.clock.now.gregorian
            for query in ["created_from=x", "created_from=\(now)&created_to=\(now - 1)", "modified_from=x", "modified_from=\(now)&modified_to=\(now - 1)"] {
                #expect(try await stage.remove("?" + query, type: nil, "").status == 400, "\(query)")
            }
            #expect(try await stage.left() == Set(stage.ids))
            // Between the messages nothing is; bounds are inclusive.
            for (query, removed) in [
                ("created_from=\(now - 19)&created_to=\(now - 11)", []), ("created_to=\(now - 20)", [stage.ids[2]]),
                ("modified_to=\(now - 1)", []), ("modified_from=\(now + 1)", []), ("created_from=\(now - 9)&modified_from=\(now)", [stage.ids[0]]),
            ] as [(String, [String])] {
                let answer = try await stage.remove("?" + query, type: nil, "")
                #expect(answer.data["succeeded"] == JSON(removed), "\(query): \(answer.text)")
            }
            #expect(try await stage.left() == [stage.ids[1]])
            let listed = try await stage.server.send("GET", stage.list + "?modified_to=\(now - 1)", token: stage.world.token)
            #expect(listed.mediaIDs == [])
        }
    }
}
