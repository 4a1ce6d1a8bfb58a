import Foundation
import Server
import TestKit
import Testing
import Voicemail
import YeastarPSeriesAPI
import YeastarSSeriesAPI

/// What is kept of one thing is bounded, in every interface's words: `limits.document_bytes`.
@Suite struct DocumentSizeTests {
    private static let limit = 4096

    private static func size(_ noun: any Noun) -> Int { JSON.object(noun.published.filter { $0.key != "id" }).encoded.utf8.count }

    private static func stored(_ collection: String, _ id: String, _ server: TestServer, _ account: Account) async throws -> any Noun {
        switch collection {
        case "vmboxes": try await server.service.mailboxes.find(id, of: account)
        case "media": try await server.service.greetings.find(id, of: account)
        case "users": try await server.service.users.find(id, of: account)
        default: try await server.service.webhooks.find(id, of: account)
        }
    }

    private static func text(_ count: Int) -> JSON { .string(String(repeating: "x", count: count)) }

    private static let tooLarge: JSON = [
        "file": ["maxSize": ["message": .string("Payload or Files must not be more than \(limit) bytes"), "target": .int(limit)]]
    ]

    private static func run(_ body: @Sendable (TestServer, TestWorld) async throws -> Void) async throws {
        try await TestServer.run {
            $0.limits.maximumDocumentBytes = limit
        } _: { server in
            try await body(server, try await server.makeWorld())
        }
    }

    @Test func everyKindAtTheLimitAndOnePast() async throws {
        try await Self.run { server, world in
            let base = world.accountPath
            for (collection, fields) in [
                ("vmboxes", ["name": "B", "mailbox": "4000"]),
                ("users", ["first_name": "A", "last_name": "B", "username": "u"]),
                ("webhooks", ["name": "W", "uri": "https://example.com/x", "hook": "all"]),
            ] as [(String, JSONObject)] {
                let made = try await server.send("PUT", "\(base)/\(collection)", token: world.token, data: .object(fields.merging(["note": ""]) { $1 }))
                #expect(made.status == 201, "\(collection): \(made.text)")
                let id = made.data.text("id"), path = "\(base)/\(collection)/\(id)"
                let stored = try await Self.stored(collection, id, server, world.account)
                let room = Self.limit - Self.size(stored)
                #expect(try await server.send("PATCH", path, token: world.token, data: ["note": Self.text(room)]).status == 200, "\(collection)")
                let full = try await Self.stored(collection, id, server, world.account)
                #expect(Self.size(full) == Self.limit, "\(collection)")
                let refused = try await server.send("PATCH", path, token: world.token, data: ["note": Self.text(room + 1)])
                #expect(refused.status == 413 && refused.data == Self.tooLarge, "\(collection): \(refused.text)")
                #expect(try await Self.stored(collection, id, server, world.account).published == full.published)
                let another = fields.merging(["note": Self.text(Self.limit), "mailbox": "4001", "username": "v"]) { $1 }
                #expect(try await server.send("PUT", "\(base)/\(collection)", token: world.token, data: .object(another)).status == 413, "\(collection)")
            }
            let refused = try await server.send("PATCH", base, token: world.token, data: ["note": Self.text(Self.limit)])
            #expect(refused.status == 413 && refused.data == Self.tooLarge)
        }
    }

    @Test func theOtherInterfacesRefuseInTheirWords() async throws {
        try await Self.run { server, world in
            let room = Self.limit - Self.size(world.mailbox) - #","note":"""#.utf8.count
            let full = try await server.service.mailboxes.change(world.mailbox.id, .patch(["note": Self.text(room)]), in: world.account)
            #expect(Self.size(full) == Self.limit)
            let application = try await Applications(server.service).create(name: "crm", in: world.account)
            let pair = try await Applications(server.service).openPair(
                for: Applications(server.service).logIn(application.credential.handle, secret: application.secret), TokenRules())
            let name = String(repeating: "n", count: 100)
            let update: JSON = ["id": .int(full.serial), "first_name": .string(name)]
            let pSeries = try await server.send(
                "POST", "/openapi/v1.0/extension/update?access_token=\(pair.access)", body: Array(update.encoded.utf8))
            #expect(pSeries.text == #"{"errcode":40002,"errmsg":"PARAMETER ERROR"}"#)
            let user = try await APIUsers(server.service).create(name: nil, in: world.account)
            let tokens = try await APIUsers(server.service).open(user.credential, details: [:])
            let change: JSON = ["extid": "3000", "username": .string(name)]
            let sSeries = try await server.send("POST", "/api/v1.1.0/extension/update?token=\(tokens.access)", body: Array(change.encoded.utf8))
            #expect(sSeries.text == #"{"status":"Failed","errno":"10017"}"#)
            #expect(try await server.service.mailboxes.find(full.id, of: world.account) == full)
        }
    }

    /// What one interface alone has words for is kept with the mailbox, and counts.
    @Test func whatAnInterfaceKeepsCounts() async throws {
        try await Self.run { server, world in
            let service = server.service, account = world.account
            let room = Self.limit - Self.size(world.mailbox) - #"{"x":{"a":""}}"#.utf8.count
            func kept(_ count: Int) -> KeptFields { KeptFields(interface: "x", values: ["a": Self.text(count)]) }
            let tooLarge = VoicemailError.documentTooLarge(limit: Self.limit)
            await #expect(throws: tooLarge) { try await service.mailboxes.change(world.mailbox.id, .patch([:]), keeping: kept(room + 1), in: account) }
            #expect(try await service.mailboxes.find(world.mailbox.id, of: account) == world.mailbox)
            let full = try await service.mailboxes.change(world.mailbox.id, .patch([:]), keeping: kept(room), in: account)
            #expect(full.kept(by: "x")["a"] == Self.text(room))
            // It leaves no room to others.
            await #expect(throws: tooLarge) { try await service.mailboxes.change(full.id, .patch(["note": ""]), in: account) }
            await #expect(throws: tooLarge) {
                try await service.mailboxes.create(["name": "B", "mailbox": "4000"], id: nil, keeping: kept(Self.limit), in: account)
            }
            let application = try await Applications(service).create(name: "crm", in: account)
            let pair = try await Applications(service).openPair(
                for: Applications(service).logIn(application.credential.handle, secret: application.secret), TokenRules())
            let update: JSON = ["id": .int(full.serial), "mobile_number": "1"]
            let answer = try await server.send("POST", "/openapi/v1.0/extension/update?access_token=\(pair.access)", body: Array(update.encoded.utf8))
            #expect(answer.text == #"{"errcode":40002,"errmsg":"PARAMETER ERROR"}"#)
            #expect(try await service.mailboxes.find(full.id, of: account) == full)
        }
    }

    /// A greeting that is replaced, over KAZOO's interface.
    @Test func aGreetingAtTheLimitAndOnePast() async throws {
        try await Self.run { server, world in
            func fields(_ count: Int) -> JSON { ["name": "G", "note": Self.text(count)] }
            let made = try await server.send("PUT", "\(world.accountPath)/media", token: world.token, data: fields(0))
            #expect(made.status == 201, "\(made.text)")
            let id = made.data.text("id"), path = "\(world.accountPath)/media/\(id)"
            let room = Self.limit - Self.size(try await server.service.greetings.find(id, of: world.account))
            #expect(try await server.send("POST", path, token: world.token, data: fields(room)).status == 200)
            let full = try await server.service.greetings.find(id, of: world.account)
            #expect(Self.size(full) == Self.limit)
            let refused = try await server.send("POST", path, token: world.token, data: fields(room + 1))
            #expect(refused.status == 413 && refused.data == Self.tooLarge, "\(refused.text)")
            #expect(try await server.service.greetings.find(id, of: world.account).published == full.published)
        }
    }

    @Test func whatIsTooLargeFromBeforeMayShrinkAndNotGrow() async throws {
        try await Self.run { server, world in
            let id = world.mailbox.id
            try await server.service.store.write { writer in
                guard var old = try writer.document(id: id) else { return }
                old.attributes["note"] = Self.text(2 * Self.limit)
                try writer.update(old)
            }
            let path = "\(world.accountPath)/vmboxes/\(id)"
            #expect(try await server.send("PATCH", path, token: world.token, data: ["note": Self.text(2 * Self.limit + 1)]).status == 413)
            #expect(try await server.send("PATCH", path, token: world.token, data: ["skip_greeting": "true"]).status == 200)
            #expect(try await server.send("PATCH", path, token: world.token, data: ["note": Self.text(2 * Self.limit - 1)]).status == 200)
            #expect(try await server.send("PATCH", path, token: world.token, data: ["note": Self.text(2 * Self.limit)]).status == 413)
        }
    }
}
