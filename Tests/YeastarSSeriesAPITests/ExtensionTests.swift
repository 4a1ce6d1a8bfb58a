import TestKit
import Testing
import Voicemail

@Suite("Extensions (S§6)")
struct ExtensionTests {
    private func info(_ world: SSeriesWorld, _ number: String) async throws -> JSON {
        try await world.client.speaking("v1.1.0").post("extension/query", ["extid": .string(number)])["extinfos"]?.array?.first ?? .null
    }

    private static let queries = [
        ("v0.0.1", "", "30 1000 1001"), ("v1.1.0", "{}", "30 1000 1001"), ("v1.1.0", #"{"extid":"1001,30"}"#, "1001 30"),
        ("v2.0.0", #"{"number":"all"}"#, "30 1000 1001"), ("v2.0.0", #"{"number":"1000,9999"}"#, "1000"),
    ]

    @Test("Which ones extension/query shows")
    func query() async throws {
        try await SSeriesWorld.run(extensions: ["1001", "30", "1000"]) { (world: SSeriesWorld) async throws in
            for (version, body, expected) in Self.queries {
                let answer = try await world.client.speaking(version).send("extension/query", body).json
                let numbers = (answer["extinfos"]?.array ?? []).compactMap { $0["extnumber"]?.string ?? $0["number"]?.string }
                #expect(numbers.joined(separator: " ") == expected, "\(version) \(body)")
            }
        }
    }

    private static let refusedQueries = [
        ("v2.0.0", "", "20007"), ("v2.0.0", "{}", "10004"), ("v2.0.0", #"{"number":"9999"}"#, "10006"), ("v1.1.0", #"{"extid":"9999"}"#, "10006"),
    ]

    @Test("Version 2 wants to be told which; unknown ones are 10006")
    func queryRefused() async throws {
        try await SSeriesWorld.run(extensions: ["1000"]) { (world: SSeriesWorld) async throws in
            for (version, body, errno) in Self.refusedQueries {
                let answer = try await world.client.speaking(version).send("extension/query", body)
                #expect(answer.json == failed(errno), "\(version) \(body)")
            }
        }
    }

    @Test("Without extensions the lists are empty")
    func none() async throws {
        try await SSeriesWorld.run("v0.0.1") { (world: SSeriesWorld) async throws in
            #expect(try await world.client.post("extensionlist/query") == ["extlist": [], "status": "Success"])
            #expect(try await world.client.post("extension/query") == ["extinfos": [], "status": "Success"])
        }
    }

    @Test("A new extension is a mailbox everywhere; voicemail is on and the PIN its number")
    func add() async throws {
        try await SSeriesWorld.run("v2.0.0") { (world: SSeriesWorld) async throws in
            #expect(try await world.client.post("extension/add", ["number": "2001", "username": "Amy", "email": "amy@example.com"]) == succeeded)
            let shown = try await info(world, "2001")
            #expect(shown["username"] == "Amy")
            #expect(shown["hasvoicemail"] == "on")
            #expect(shown["vmsecret"] == "2001")
            #expect(shown["email"] == "amy@example.com")
            let token = try await world.server.makeToken(for: world.account)
            let boxes = try await world.server.send("GET", "/v2/accounts/\(world.account.id)/vmboxes", token: token)
            #expect(boxes.data.array?.first?["mailbox"] == "2001")
            #expect(boxes.data.array?.first?["name"] == "Amy")
            try await world.leave(in: "2001")
            #expect(try await world.listed("2001").count == 1)
        }
    }

    @Test("A number too short for a PIN starts without one")
    func shortNumber() async throws {
        try await SSeriesWorld.run("v0.0.1") { (world: SSeriesWorld) async throws in
            #expect(try await world.client.post("extension/add", ["extid": "101"]) == succeeded)
            #expect(try await info(world, "101")["vmsecret"] == "")
        }
    }

    private static let refusedAdditions = [
        (#"{"extid":"1000"}"#, "10017"), (#"{"extid":"01000"}"#, "10017"), (#"{"extid":"12ab"}"#, "10017"), (#"{"extid":"2000","vmsecret":"123"}"#, "10017"),
        (#"{"extid":"2000","vmsecret":"12a4"}"#, "10017"), (#"{"extid":"2000","vmsecret":"1234567890123456"}"#, "10017"),
        (#"{"extid":"2000","email":"nobody"}"#, "10017"), (#"{"extid":"2000","hasvoicemail":"yes"}"#, "10017"),
        (#"{"extid":"1234567890123456789012345678901"}"#, "10017"), ("{}", "10004"), ("", "20007"),
    ]

    @Test("What add refuses")
    func addRefused() async throws {
        try await SSeriesWorld.run(extensions: ["1000"]) { (world: SSeriesWorld) async throws in
            for (body, errno) in Self.refusedAdditions {
                let answer = try await world.client.send("extension/add", body)
                #expect(answer.json == failed(errno), "\(body)")
                #expect(try await world.server.service.mailboxes.personalCount(of: world.account) == 1, "\(body)")
            }
        }
    }

    @Test("An update changes what it names, in every version, and KAZOO sees it", arguments: ["v0.0.1", "v1.0.0", "v1.1.0", "v2.0.0"])
    func update(version: String) async throws {
        try await SSeriesWorld.run(version, extensions: ["1002"]) { (world: SSeriesWorld) async throws in
            let key = version == "v2.0.0" ? "number" : "extid"
            for change in [
                ["username": "Amy"], ["vmsecret": "4711"], ["vmsecret": 123456], ["email": "amy@example.com"], ["enablevmtoemail": "off"],
                ["moblie": "0123"], ["callerid": "858585", "language": "cn"], ["mobile": "0124"],
            ] as [JSONObject] {
                var body = change
                body[key] = "1002"
                #expect(try await world.client.post("extension/update", .object(body)) == succeeded, "\(change)")
            }
            let shown = try await info(world, "1002")
            #expect(shown["username"] == "Amy")
            #expect(shown["vmsecret"] == "123456")
            #expect(shown["email"] == "amy@example.com")
            #expect(shown["enablevmtoemail"] == "off")
            #expect(shown["moblie"] == "0124")
            #expect(shown["callerid"] == "858585")
            #expect(shown["language"] == "cn")
            let box = try await world.mailbox("1002")
            #expect(world.server.service.mailboxes.pin(of: box) == PIN("123456"))
            #expect(box.notificationAddresses == ["amy@example.com"])
            #expect(box.published["skip_greeting"] == false)
        }
    }

    @Test("Forwarding that was set is shown, also where the version's example leaves it out", arguments: ["v0.0.1", "v1.1.0", "v2.0.0"])
    func forwarding(version: String) async throws {
        try await SSeriesWorld.run(version, extensions: ["1000"]) { (world: SSeriesWorld) async throws in
            let key = version == "v2.0.0" ? "number" : "extid"
            func shown() async throws -> JSON {
                try await world.client.post("extension/query", [key: "1000"])["extinfos"]?.array?.first ?? .null
            }
            #expect(try await shown()["atransferto"] == nil)
            let change: JSON = [key: "1000", "alwaysforward": "on", "atransferto": "Voicemail", "btransferto": "1001"]
            #expect(try await world.client.post("extension/update", change) == succeeded)
            let after = try await shown()
            #expect(after["alwaysforward"] == "on")
            #expect(after["atransferto"] == "Voicemail")
            #expect(after["btransferto"] == "1001")
        }
    }

    @Test("Changing the one address this interface knows keeps the others")
    func addresses() async throws {
        try await SSeriesWorld.run { (world: SSeriesWorld) async throws in
            _ = try await world.server.makeMailbox("1000", in: world.account, ["notify_email_addresses": ["a@example.com", "b@example.com"]])
            #expect(try await world.client.post("extension/update", ["extid": "1000", "email": "c@example.com"]) == succeeded)
            #expect(try await world.mailbox("1000").notificationAddresses == ["c@example.com", "b@example.com"])
        }
    }

    @Test("With voicemail off nothing can be left; on again it can")
    func switchedOff() async throws {
        try await SSeriesWorld.run(extensions: ["1000"]) { (world: SSeriesWorld) async throws in
            #expect(try await world.client.post("extension/update", ["extid": "1000", "hasvoicemail": "off"]) == succeeded)
            #expect(try await info(world, "1000")["hasvoicemail"] == "off")
            await #expect(throws: VoicemailError.mailboxDisabled) { try await world.leave(in: "1000") }
            #expect(try await world.client.post("extension/update", ["extid": "1000", "hasvoicemail": "on"]) == succeeded)
            try await world.leave(in: "1000")
        }
    }

    @Test("The address of the owner shows where the mailbox has none")
    func owner() async throws {
        try await SSeriesWorld.run { (world: SSeriesWorld) async throws in
            let user = try await world.server.service.users.create(
                ["first_name": "A", "last_name": "B", "email": "owner@example.com", "vm_to_email_enabled": false], id: nil, in: world.account)
            _ = try await world.server.makeMailbox("1000", in: world.account, ["owner_id": .string(user.id)])
            #expect(try await info(world, "1000")["email"] == "owner@example.com")
            #expect(try await info(world, "1000")["enablevmtoemail"] == "off")
        }
    }

    private static let refusedUpdates = [
        (#"{"extid":"9999","username":"x"}"#, "10006"), (#"{"extid":"1000","vmsecret":"123"}"#, "10017"), (#"{"username":"x"}"#, "10004"), ("", "20007"),
        (#"{"extid":"1000","enablevmtoemail":"maybe"}"#, "10017"), (#"{"extid":"1000","username":["x"]}"#, "20000"),
        // What is asked is judged before who it is asked of (S§2.6).
        (#"{"extid":"9999","username":["x"]}"#, "20000"), (#"{"extid":"9999","hasvoicemail":"yes"}"#, "10017"),
    ]

    @Test("What update refuses")
    func updateRefused() async throws {
        try await SSeriesWorld.run(extensions: ["1000"]) { (world: SSeriesWorld) async throws in
            for (body, errno) in Self.refusedUpdates {
                let before = try await world.mailbox("1000")
                let answer = try await world.client.send("extension/update", body)
                #expect(answer.json == failed(errno), "\(body)")
                #expect(try await world.mailbox("1000") == before, "\(body)")
            }
        }
    }

    @Test("Boxes of groups are no extensions: no list has them, and no call changes or deletes them (S§1)", arguments: ["share", "broadcast"])
    func groups(mode: String) async throws {
        try await SSeriesWorld.run("v2.0.0", extensions: ["1000", "6300"]) { (world: SSeriesWorld) async throws in
            let service = world.server.service, member = try await world.mailbox("1000")
            let group = MailboxGroup(mode: try #require(MailboxGroup.Mode(rawValue: mode)), members: [member.id])
            let box = try await world.mailbox("6300")
            // A broadcasting group has what was left before it had members.
            try await world.leave(in: "6300")
            let before = try await service.groups.set(group, of: box.id, in: world.account)
            let old = world.client.speaking("v1.1.0")
            for (list, key) in [
                (try await world.client.post("extension/list")["extlist"], "number"), (try await old.post("extensionlist/query")["extlist"], "extnumber"),
                (try await world.client.post("extension/query", ["number": "all"])["extinfos"], "number"),
                (try await old.post("extension/query")["extinfos"], "extnumber"),
                (try await world.client.post("extension/query", ["number": "6300,1000"])["extinfos"], "number"),
            ] {
                #expect(list?.array?.compactMap { $0[key]?.string } == ["1000"])
            }
            #expect(try await world.client.post("deviceinfo/query")["deviceinfo"]?["extensionstatus"] == "0/1")
            for (endpoint, body) in [
                ("extension/query", ["number": "6300"]), ("extension/update", ["number": "6300", "username": "x"]), ("extension/delete", ["number": "6300"]),
                ("extension/delete", ["number": "1000,6300"]), ("voicemail/query", ["number": "6300"]),
                ("voicemail/get_random", ["number": "6300", "voicemailfile": "msg0000.wav"]),
                ("voicemail/delete", ["number": "6300", "voicemailfile": "all"]), ("voicemail/delete", ["number": "1000,6300", "voicemailfile": "all"]),
            ] as [(String, JSON)] {
                #expect(try await world.client.post(endpoint, body) == failed("10006"), "\(endpoint)")
            }
            #expect(try await old.post("voicemail/delete", ["extid": "6300", "voicemailfile": "all"]) == failed("10006"))
            #expect(try await world.client.post("voicemail/query") == succeeded)
            #expect(try await world.client.post("voicemail/delete", ["number": "all", "voicemailfile": "all"]) == succeeded)
            #expect(try await world.client.post("extension/add", ["number": "6300"]) == failed("10017"))
            #expect(try await world.mailbox("6300") == before)
            #expect(try await service.messages.positioned(of: box.id, offset: 0, limit: 9).total == 1)
        }
    }

    @Test("Deleting takes the messages along: all that are named, or none")
    func delete() async throws {
        try await SSeriesWorld.run("v2.0.0", extensions: ["1000", "1001", "1002"]) { (world: SSeriesWorld) async throws in
            try await world.leave(in: "1000")
            #expect(try await world.client.post("extension/delete", ["number": "1000,9999"]) == failed("10006"))
            #expect(try await world.client.post("extension/delete", ["number": "all"]) == failed("10006"))
            #expect(try await world.server.service.mailboxes.personalCount(of: world.account) == 3)
            #expect(try await world.client.post("extension/delete", ["number": "1000, 1001"]) == succeeded)
            #expect(try await world.server.service.mailboxes.personalDirectory(of: world.account).map(\.number) == ["1002"])
            // The number is free, and what is new under it is empty.
            #expect(try await world.client.post("extension/add", ["number": "1000"]) == succeeded)
            #expect(try await world.client.post("voicemail/query") == succeeded)
        }
    }
}
