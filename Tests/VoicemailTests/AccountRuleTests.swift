import Testing
import Voicemail

/// What accounts may be called, whom they may stand below, and what goes with one.
@Suite struct AccountRuleTests {
    private static func long(_ count: Int) -> String { String(repeating: "n", count: count) }

    private static let bounds: [(key: String, good: [JSON], bad: [JSON], rules: [Violation.Rule])] = [
        ("name", ["n", .string(long(128))], ["", .string(long(129)), 1, .null], [.minLength(1), .maxLength(128), .type(["string"]), .type(["string"])]),
        ("realm", ["a.bc", .string(long(253))], ["a.b", .string(long(254)), []], [.minLength(4), .maxLength(253), .type(["string"])]),
        ("timezone", ["UTC", "Europe/Dublin", "abcde"], ["abcd", .string(long(33)), 1], [.minLength(5), .maxLength(32), .type(["string"])]),
        ("message_retention_duration", [1, 36_500, "7"], [0, 36_501, "x"], [.minimum(1), .maximum(36_500), .type(["integer"])]),
        ("recording_retention_days", [1, 36_500], [0, 36_501], [.minimum(1), .maximum(36_500)]),
        ("recording_maximum_bytes", [1, .int(.max)], [0, 1.5], [.minimum(1), .type(["integer"])]),
        ("message_keep_days", [1, 36_500], [0, 36_501], [.minimum(1), .maximum(36_500)]),
        ("message_keep_bytes", [1], [0, -1], [.minimum(1), .minimum(1)]),
        ("enabled", [true, false, "true"], ["yes", 1], [.type(["boolean"]), .type(["boolean"])]),
        ("audit_listening", [true, "false"], ["on"], [.type(["boolean"])]),
    ]

    @Test(arguments: bounds) func aSettingIsTakenUpToItsBoundAndNoFurther(
        key: String, good: [JSON], bad: [JSON], rules: [Violation.Rule]
    ) async throws {
        try await MemoryWorld.run { world in
            let accounts = world.service.accounts
            for value in good {
                let changed = try await accounts.change(world.account.id, .patch([key: value]))
                #expect(changed.published[key] != nil, "\(value)")
            }
            let before = try await accounts.find(world.account.id)
            for (value, rule) in zip(bad, rules) {
                // A replacement may say null; in a patch that takes away.
                var whole: JSONObject = ["name": "Other"]
                whole[key] = value
                let found = try await broken { try await accounts.change(world.account.id, .replace(whole)) }
                #expect(found.map(\.path) == [[key]] && found.map(\.rule) == [rule], "\(value): \(found)")
                let made = try await broken { try await accounts.create(whole, below: nil) }
                #expect(made.map(\.rule) == [rule], "\(value)")
            }
            #expect(try await accounts.find(world.account.id) == before)
            #expect(try await accounts.only()?.id == world.account.id)
        }
    }

    @Test func aRealmIsOneAccountsWhateverItsCase() async throws {
        try await MemoryWorld.run { world in
            let accounts = world.service.accounts
            var settings = AccountSettings(name: "First")
            settings.realm = "Voice.Example"
            let first = try await accounts.create(settings, below: nil)
            settings = AccountSettings(name: "Second")
            settings.realm = "voice.EXAMPLE"
            let wanted = settings
            let second = try await world.makeAccount("Second")
            for found in [
                try await broken { try await accounts.create(wanted, below: nil) }, try await broken { try await accounts.change(second.id, wanted) },
            ] {
                #expect(found.map(\.setting) == [.realm] && found.map(\.rule) == [.unique] && found.first?.value == "voice.EXAMPLE")
            }
            #expect(try await accounts.find(realm: "VOICE.example")?.id == first.id)
            // Written otherwise it is still its own.
            #expect(try await accounts.change(first.id, wanted).realm == "voice.EXAMPLE")
            _ = try await accounts.remove(first.id)
            #expect(try await accounts.change(second.id, wanted).realm == "voice.EXAMPLE")
        }
    }

    @Test func aRealmStaysWhereAReplacementNamesNone() async throws {
        try await MemoryWorld.run { world in
            let accounts = world.service.accounts
            #expect(world.account.realm.hasSuffix(".sip.aftertone.invalid") && world.account.realm.hasPrefix(String(world.account.id.prefix(6))))
            let replaced = try await accounts.change(world.account.id, .replace(["name": "Other", "x": 1]))
            #expect(replaced.realm == world.account.realm && replaced.published["x"] == 1 && replaced.revision == world.account.revision + 1)
            let patched = try await accounts.change(world.account.id, .patch(["realm": .null]))
            #expect(patched.realm == world.account.realm)
        }
    }

    @Test func namesArePlainOrTheirOwnAsTheOneWhoMakesThemWants() async throws {
        try await MemoryWorld.run { world in
            let accounts = world.service.accounts
            let twin = try await world.makeAccount("ACME!")
            #expect(Set(try await accounts.list(named: "acme").map(\.id)) == [world.account.id, twin.id])
            for name in ["Acme", "a-c-m-e", "A c m e"] {
                let found = try await broken { try await accounts.create(AccountSettings(name: name), below: nil, hasOwnName: true) }
                #expect(found == [Violation(.name, .unique, value: .string(name))])
            }
            let other = try await accounts.create(AccountSettings(name: "Acme 2"), below: nil, hasOwnName: true)
            // By id and by realm each is one, whatever its name.
            for account in [world.account, twin, other] {
                #expect(try await accounts.list(named: account.id).map(\.id) == [account.id])
                #expect(try await accounts.list(named: account.realm.uppercased()).map(\.id) == [account.id])
            }
            // Signs alone name nobody.
            for name in ["", "!", "  "] { #expect(try await accounts.list(named: name).isEmpty, "\(name)") }
            #expect(try await accounts.only() == nil)
        }
    }

    @Test func accountsStandBelowEachOtherAsDeepAsTheLimitSays() async throws {
        try await MemoryWorld.run(Limits(maximumAccountDepth: 3)) { world in
            let accounts = world.service.accounts
            let child = try await world.makeAccount("Child", below: world.account), grandchild = try await world.makeAccount("Grandchild", below: child)
            #expect(grandchild.lineage == [world.account.id, child.id])
            await #expect(throws: VoicemailError.forbidden) { try await world.makeAccount("Too deep", below: grandchild) }
            // Whoever has others below him stays, and so does everything in him.
            let box = try await world.makeMailbox("1", in: child)
            await #expect(throws: VoicemailError.conflict) { try await accounts.remove(child.id) }
            #expect(try await world.service.mailboxes.find(box.id, of: child).id == box.id)
            #expect(try await accounts.list(below: world.account.id, ListingRange(limit: 9)) { $0.name }.items == ["Child"])
            _ = try await accounts.remove(grandchild.id)
            _ = try await accounts.remove(child.id)
            #expect(try await accounts.list(below: world.account.id, ListingRange(limit: 9)) { $0.name }.items == [])
        }
    }

    @Test func nothingIsMadeBelowAnAccountThatIsGone() async throws {
        try await MemoryWorld.run { world in
            let accounts = world.service.accounts, parent = try await world.makeAccount("Parent", below: world.account)
            _ = try await accounts.remove(parent.id)
            await #expect(throws: VoicemailError.notFound(id: parent.id)) { try await world.makeAccount("Child", below: parent) }
            #expect(try await accounts.list(named: "Child").isEmpty)
            #expect(try await accounts.only()?.id == world.account.id)
        }
    }

    @Test func whatIsNotThereIsNotFound() async throws {
        try await MemoryWorld.run { world in
            let accounts = world.service.accounts
            let gone = try await world.makeAccount("Gone"), box = try await world.makeMailbox("1")
            _ = try await accounts.remove(gone.id)
            for id in [gone.id, box.id, "none", ""] {
                let missing = VoicemailError.notFound(id: id)
                await #expect(throws: missing) { try await accounts.change(id, AccountSettings(name: "New")) }
                await #expect(throws: missing) { try await accounts.remove(id) }
                #expect(try await accounts.find(id) == nil)
            }
            // A removed id is not given away, and one that is none is refused.
            await #expect(throws: VoicemailError.conflict) { try await accounts.create(["name": "New"], id: gone.id, below: nil) }
            await #expect(throws: VoicemailError.conflict) { try await accounts.create(["name": "New"], id: world.account.id, below: nil) }
            for id in ["x", HexID.random().uppercased() + "A", String(HexID.random().dropLast())] {
                let found = try await broken { try await accounts.create(["name": "New"], id: id, below: nil) }
                #expect(found.map(\.path) == [["id"]], "\(id)")
            }
            #expect(try await accounts.list([world.account.id, gone.id, "none"]).map(\.id) == [world.account.id])
        }
    }

    @Test func everythingInAnAccountGoesWithIt() async throws {
        try await MemoryWorld.run { world in
            let service = world.service, other = try await world.makeAccount("Other")
            let user = try await world.makeUser("anna", password: "anna horse", in: other)
            let box = try await world.makeMailbox("1", in: other)
            let greeting = try await service.greetings.create(named: "Away", in: other)
            try await service.tickets.open("token", TicketDraft(Ticket.Kind(rawValue: "test"), accountID: other.id, userID: user.id, lifetime: 60))
            func holdings() async throws -> [Int] {
                let held = try await service.accounts.holdings(of: other)
                return [held.users, held.mailboxes, held.messages, held.greetings, held.webhooks, held.recordings, held.keys]
            }
            #expect(try await holdings() == [1, 1, 0, 1, 0, 0, 0])
            #expect(try await service.accounts.remove(other.id).name == "Other")
            await #expect(throws: VoicemailError.notFound(id: user.id)) { try await service.users.find(user.id, of: other) }
            await #expect(throws: VoicemailError.notFound(id: box.id)) { try await service.mailboxes.find(box.id, of: other) }
            await #expect(throws: VoicemailError.notFound(id: greeting.id)) { try await service.greetings.find(greeting.id, of: other) }
            await #expect(throws: TicketError.unknown) { try await service.tickets.enter("token", Ticket.Kind(rawValue: "test")) }
            #expect(try await !world.logsIn("anna", "anna horse", to: other))
            #expect(try await holdings() == [0, 0, 0, 0, 0, 0, 0])
            let told = try await world.events(.documentDeleted).map(\.subjectID)
            #expect(told.contains(other.id))
        }
    }

    @Test func anAccountInWhichSomethingIsHeldStays() async throws {
        try await MemoryWorld.run { world in
            let service = world.service, box = try await world.makeMailbox("1")
            let hold = try await service.holds.place(on: .mailbox, box.id, in: world.account, reason: "case 12")
            await #expect(throws: VoicemailError.held(id: world.account.id)) { try await service.accounts.remove(world.account.id) }
            await #expect(throws: VoicemailError.held(id: box.id)) { try await service.mailboxes.remove(box.id, in: world.account) }
            _ = try await service.holds.lift(hold.id)
            _ = try await service.accounts.remove(world.account.id)
        }
    }

    @Test func anAccountThatIsOffLetsNobodyIn() async throws {
        try await MemoryWorld.run { world in
            _ = try await world.makeUser("anna", password: "anna horse")
            var settings = AccountSettings()
            settings.isEnabled = false
            _ = try await world.service.accounts.change(world.account.id, settings)
            await #expect(throws: VoicemailError.disabled) { try await world.logsIn("anna", "anna horse") }
            // A wrong password is not told that.
            #expect(try await !world.logsIn("anna", "another horse"))
            settings.isEnabled = true
            _ = try await world.service.accounts.change(world.account.id, settings)
            #expect(try await world.logsIn("anna", "anna horse"))
        }
    }

    @Test func aDocumentMayGrowToItsLimitAndShrinkBelowALowerOne() async throws {
        try await MemoryWorld.run(Limits(maximumDocumentBytes: 2000)) { world in
            let accounts = world.service.accounts
            let many = JSON.string(String(repeating: "x", count: 1500))
            _ = try await accounts.change(world.account.id, .patch(["x": many]))
            await #expect(throws: VoicemailError.documentTooLarge(limit: 2000)) { try await accounts.change(world.account.id, .patch(["y": many])) }
            await #expect(throws: VoicemailError.documentTooLarge(limit: 2000)) {
                try await accounts.create(["name": "New", "x": many, "y": many], below: nil)
            }
            // What one interface keeps counts as well.
            await #expect(throws: VoicemailError.documentTooLarge(limit: 2000)) {
                try await accounts.changeKept(by: "test", of: world.account) { _ in ["z": many] }
            }
            #expect(try await accounts.find(world.account.id)?.published["y"] == nil)
            let kept = try await accounts.changeKept(by: "test", of: world.account) { _ in ["z": 1] }
            #expect(kept.kept(by: "test") == ["z": 1] && kept.kept(by: "other") == [:] && kept.published["z"] == nil)
        }
    }

    @Test func keysThatClientsMayNotSetArePassedOver() async throws {
        try await MemoryWorld.run { world in
            let sent: JSONObject = ["name": "New", "id": "mine", "_read_only": 1, "pvt_tree": 1, "superduper_admin": true, "x": 1]
            let made = try await world.service.accounts.create(sent, below: nil)
            #expect(made.id != "mine" && !made.actsOnAllAccounts && made.published["_read_only"] == nil && made.published["pvt_tree"] == nil)
            #expect(made.published["x"] == 1 && made.published["id"] == .string(made.id))
        }
    }
}
