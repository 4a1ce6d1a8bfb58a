import TestKit
import Testing
import Voicemail

/// What a legal hold looks like to KAZOO's clients: as retention does, in words of its own.
@Suite struct HoldTests {
    @Test func whatIsHeldIsRefusedWithARow() async throws {
        try await TestServer.run { server in
            let world = try await server.makeWorld()
            let other = try await server.makeMailbox("4000", in: world.account)
            let message = try await server.leave(in: world.mailbox, of: world.account)
            _ = try await server.service.holds.place(on: .message, message.id, in: world.account, reason: "case 12")
            let path = world.boxPath + "/messages/" + message.monthID
            func expectRow(_ answer: Answer, _ id: String, at location: SourceLocation = #_sourceLocation) {
                #expect(answer.status == 400, sourceLocation: location)
                #expect(answer.json["message"] == "validation error", sourceLocation: location)
                let row: JSON = [id: ["legal_hold": ["message": "cannot remove what is under legal hold"]]]
                #expect(answer.data == row, "\(answer.data)", sourceLocation: location)
            }
            expectRow(try await server.send("DELETE", path, token: world.token), message.monthID)
            expectRow(try await server.send("POST", path, token: world.token, data: ["source_id": .string(other.id)]), message.monthID)
            expectRow(try await server.send("DELETE", world.boxPath, token: world.token), world.mailbox.id)
            let bulk = try await server.send("DELETE", world.boxPath + "/messages", token: world.token, data: ["messages": [.string(message.monthID)]])
            #expect(bulk.status == 200)
            #expect(bulk.data["failed"] == [[message.monthID: "legal_hold"]])
            // Filed under deleted it is there as ever.
            let filed = try await server.send("POST", path, token: world.token, data: ["folder": "deleted"])
            #expect(filed.status == 200)
            let there = try await server.send("GET", path, token: world.token)
            #expect(there.status == 200)
        }
    }
}
