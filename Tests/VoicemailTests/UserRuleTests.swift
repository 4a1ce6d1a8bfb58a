import Testing
import Voicemail

/// Who may be called what, what a change of name or password ends, and what goes with a user.
@Suite struct UserRuleTests {
    private static func long(_ count: Int) -> JSON { .string(String(repeating: "n", count: count)) }

    private static let bounds: [(key: String, good: [JSON], bad: [JSON], rules: [Violation.Rule])] = [
        ("first_name", ["n", long(128)], ["", long(129), 1], [.minLength(1), .maxLength(128), .type(["string"])]),
        ("last_name", ["n", long(128)], ["", long(129)], [.minLength(1), .maxLength(128)]),
        ("username", ["n", long(256)], ["", long(257), true], [.minLength(1), .maxLength(256), .type(["string"])]),
        ("email", ["a@b", "a b@c"], ["a", "@b", "a@", "a@b@c", 1], Array(repeating: .format("email"), count: 4) + [.type(["string"])]),
        ("priv_level", ["user", "admin"], ["king", "", 1], [.enumeration(["user", "admin"]), .enumeration(["user", "admin"]), .type(["string"])]),
        ("enabled", [true, "false"], ["off"], [.type(["boolean"])]), ("vm_to_email_enabled", [false], [0], [.type(["boolean"])]),
        ("timezone", ["GB", "Europe/Paris"], ["xyz", long(33)], [.minLength(5), .maxLength(32)]), ("language", ["", "fr-FR"], [1], [.type(["string"])]),
    ]

    @Test(arguments: bounds) func aSettingIsTakenUpToItsBoundAndNoFurther(
        key: String, good: [JSON], bad: [JSON], rules: [Violation.Rule]
    ) async throws {
        try await MemoryWorld.run { world in
            let users = world.service.users, names: JSONObject = ["first_name": "Anna", "last_name": "Berg"]
            let user = try await users.create(names, id: nil, in: world.account)
            for value in good { #expect(try await users.change(user.id, .patch([key: value]), in: world.account).published[key] != nil, "\(value)") }
            let before = try await users.find(user.id, of: world.account)
            for (value, rule) in zip(bad, rules) {
                let found = try await broken { try await users.change(user.id, .patch([key: value]), in: world.account) }
                #expect(found.map(\.path) == [[key]] && found.map(\.rule) == [rule], "\(value): \(found)")
                let request = names.merging([key: value]) { $1 }
                let made = try await broken { try await users.create(request, id: nil, in: world.account) }
                #expect(made.map(\.rule) == [rule], "\(value)")
            }
            #expect(try await users.find(user.id, of: world.account) == before)
            #expect(try await world.service.accounts.holdings(of: world.account).users == 1)
        }
    }

    @Test(arguments: [(0, [Violation.Rule.minLength(1)]), (1, []), (256, []), (257, [.maxLength(256)])])
    func aPasswordHasItsBoundsAndIsNotShownWhereItIsRefused(length: Int, rules: [Violation.Rule]) async throws {
        try await MemoryWorld.run { world in
            let users = world.service.users, user = try await world.makeUser("anna", password: "old horse")
            var settings = UserSettings()
            settings.password = String(repeating: "p", count: length)
            let wanted = settings
            let found = try await broken { try await users.change(user.id, wanted, in: world.account) }
            #expect(found.map(\.rule) == rules && found.allSatisfy { $0.setting?.isSecret == true })
            let old = try await world.logsIn("anna", "old horse")
            #expect(old == !rules.isEmpty)
            if rules.isEmpty { #expect(try await world.logsIn("anna", String(repeating: "p", count: length))) }
        }
    }

    @Test func namesOfSomeUsersAreThoseOfTheAccountWhoCanLogIn() async throws {
        try await MemoryWorld.run { world in
            let users = world.service.users, other = try await world.makeAccount("Other")
            let anna = try await world.makeUser("anna"), bert = try await world.makeUser("bert"), gone = try await world.makeUser("carl")
            let stranger = try await world.makeUser("dora", in: other)
            let nameless = try await users.create(["first_name": "Emil", "last_name": "Berg"], id: nil, in: world.account)
            _ = try await users.remove(gone.id, in: world.account)
            let asked: Set<String> = [anna.id, bert.id, gone.id, stranger.id, nameless.id, "none"]
            #expect(try await users.usernames(of: asked, in: world.account) == [anna.id: "anna", bert.id: "bert"])
            #expect(try await users.usernames(of: [], in: world.account).isEmpty)
        }
    }

    /// A user name may be longer than a name.
    @Test(arguments: [128, 129, 256]) func whoHasNoNameIsCalledByHisUserNameAsFarAsNamesGo(length: Int) async throws {
        try await MemoryWorld.run { world in
            let username = String(repeating: "n", count: length), name = String(repeating: "n", count: 128)
            let user = try await world.makeUser(username)
            #expect(user.username == username && user.firstName == name && user.lastName == name)
            let list = try ProvisioningList("username,last_name\nb\(username.dropFirst()),Berg\n", account: world.account.id)
            #expect(try await world.service.provisioning.apply(list.rows).isGood)
            let listed = try #require(try await world.service.users.find(named: "b" + username.dropFirst(), of: world.account))
            #expect(listed.firstName == "b" + name.dropFirst() && listed.lastName == "Berg")
        }
    }

    @Test func whatIsMissingIsToldAltogether() async throws {
        try await MemoryWorld.run { world in
            let users = world.service.users
            let found = try await broken { try await users.create(["email": "x", "priv_level": 1], id: nil, in: world.account) }
            #expect(Set(found.compactMap(\.setting)) == [.firstName, .lastName, .email, .privilege])
        }
    }

    @Test func aNameIsOneUsersOfAnAccountWhateverItsCase() async throws {
        try await MemoryWorld.run { world in
            let users = world.service.users, anna = try await world.makeUser("Anna", password: "anna horse"), ben = try await world.makeUser("ben")
            let other = try await world.makeAccount("Other")
            let taken = [Violation(.username, .unique, value: "ANNA")]
            var settings = UserSettings()
            settings.username = "ANNA"
            let wanted = settings
            #expect(try await broken { try await world.makeUser("ANNA") } == taken)
            #expect(try await broken { try await users.change(ben.id, wanted, in: world.account) } == taken)
            // In another account it is free, and of a user who is gone too.
            _ = try await world.makeUser("anna", in: other)
            _ = try await users.remove(anna.id, in: world.account)
            #expect(try await users.change(ben.id, wanted, in: world.account).username == "ANNA")
            #expect(try await users.find(named: "aNNa", of: world.account)?.id == ben.id)
        }
    }

    @Test func anotherWayToWriteANameIsNoOtherName() async throws {
        try await MemoryWorld.run { world in
            let users = world.service.users, anna = try await world.makeUser("anna", password: "anna horse")
            var settings = UserSettings()
            settings.username = "Anna"
            #expect(try await users.change(anna.id, settings, in: world.account).username == "Anna")
            #expect(try await world.logsIn("anna", "anna horse"))
        }
    }

    @Test func anotherNameNeedsThePasswordAndNoNameTakesTheLoginAway() async throws {
        try await MemoryWorld.run { world in
            let users = world.service.users, anna = try await world.makeUser("anna", password: "anna horse")
            var settings = UserSettings()
            settings.username = "berta"
            let renamed = settings
            let needed = try await broken { try await users.change(anna.id, renamed, in: world.account) }
            #expect(needed == [Violation(.password, .neededWithUserName)])
            let still = try await world.logsIn("anna", "anna horse")
            #expect(still)
            settings.password = "berta horse"
            _ = try await users.change(anna.id, settings, in: world.account)
            let logins = try await [world.logsIn("anna", "anna horse"), world.logsIn("berta", "anna horse"), world.logsIn("berta", "berta horse")]
            #expect(logins == [false, false, true])
            _ = try await users.change(anna.id, .patch(["username": .null]), in: world.account)
            let none = try await world.logsIn("berta", "berta horse")
            #expect(!none)
            // A name that comes back brings no password back.
            _ = try await users.change(anna.id, renamed, in: world.account)
            let back = try await world.logsIn("berta", "berta horse")
            #expect(!back)
        }
    }

    @Test func aPasswordIsGoodInBothFormsAndInNoOtherAccount() async throws {
        try await MemoryWorld.run { world in
            let access = world.service.access, user = try await world.makeUser("Anna", password: "Anna Horse")
            let other = try await world.makeAccount("Other")
            for form in LoginDigest.allCases {
                let digest = form.digest("anna", "Anna Horse")
                #expect(try await access.logIn(digest: digest.uppercased(), form: form, accountID: world.account.id).user.id == user.id)
                for wrong in [form.digest("anna", "anna horse"), form.digest("ben", "Anna Horse"), "", "x"] {
                    await #expect(throws: VoicemailError.badCredentials) { try await access.logIn(digest: wrong, form: form, accountID: world.account.id) }
                }
                await #expect(throws: VoicemailError.badCredentials) { try await access.logIn(digest: digest, form: form, accountID: other.id) }
                await #expect(throws: VoicemailError.badCredentials) { try await access.logIn(digest: digest, form: form, accountID: "none") }
            }
            // One form's digest is none of the other's.
            await #expect(throws: VoicemailError.badCredentials) {
                try await access.logIn(digest: LoginDigest.md5.digest("anna", "Anna Horse"), form: .sha, accountID: world.account.id)
            }
        }
    }

    @Test func aNewPasswordEndsSessionsAndAnotherNameForHimDoesNot() async throws {
        try await MemoryWorld.run { world in
            let service = world.service, kind = Ticket.Kind(rawValue: "test")
            let anna = try await world.makeUser("anna", password: "anna horse"), ben = try await world.makeUser("ben", password: "ben horse")
            for user in [anna, ben] {
                try await service.tickets.open(user.id, TicketDraft(kind, accountID: world.account.id, userID: user.id, lifetime: 60))
            }
            func isIn(_ user: User) async throws -> Bool {
                do {
                    _ = try await service.tickets.enter(user.id, kind)
                    return true
                } catch TicketError.unknown { return false }
            }
            var settings = UserSettings()
            settings.firstName = "Annabel"
            _ = try await service.users.change(anna.id, settings, in: world.account)
            let after = try await isIn(anna)
            #expect(after)
            settings.password = "another horse"
            _ = try await service.users.change(anna.id, settings, in: world.account)
            let ended = try await [isIn(anna), isIn(ben)]
            #expect(ended == [false, true])
            // Who is switched off is out while he is.
            settings = UserSettings()
            settings.isEnabled = false
            _ = try await service.users.change(ben.id, settings, in: world.account)
            let off = try await isIn(ben)
            #expect(!off)
            await #expect(throws: VoicemailError.disabled) { try await world.logsIn("ben", "ben horse") }
            settings.isEnabled = true
            _ = try await service.users.change(ben.id, settings, in: world.account)
            let on = try await isIn(ben)
            #expect(on)
        }
    }

    @Test func whoIsGoneOrAnotherAccountsIsNotFound() async throws {
        try await MemoryWorld.run { world in
            let users = world.service.users, other = try await world.makeAccount("Other")
            let gone = try await world.makeUser("gone"), foreign = try await world.makeUser("foreign", in: other), box = try await world.makeMailbox("1")
            _ = try await users.remove(gone.id, in: world.account)
            var settings = UserSettings()
            settings.firstName = "Anna"
            let change = settings
            for id in [gone.id, foreign.id, box.id, world.account.id, "none", ""] {
                let missing = VoicemailError.notFound(id: id)
                await #expect(throws: missing) { try await users.find(id, of: world.account) }
                await #expect(throws: missing) { try await users.change(id, change, in: world.account) }
                await #expect(throws: missing) { try await users.remove(id, in: world.account) }
            }
            #expect(try await users.find(foreign.id, of: other) == foreign)
            await #expect(throws: VoicemailError.conflict) {
                try await users.create(["first_name": "A", "last_name": "B"], id: gone.id, in: world.account)
            }
        }
    }

    @Test func aUserTakesHisLoginsAlongAndLeavesHisMailboxes() async throws {
        try await MemoryWorld.run { world in
            let service = world.service, anna = try await world.makeUser("anna", password: "anna horse")
            let box = try await world.makeMailbox("1", ["owner_id": .string(anna.id)])
            #expect(try await service.users.remove(anna.id, in: world.account).id == anna.id)
            let out = try await world.logsIn("anna", "anna horse")
            #expect(!out)
            let left = try await service.mailboxes.find(box.id, of: world.account)
            #expect(left.ownerID == anna.id)
            #expect(try await service.mailboxes.timeZone(of: left, account: world.account) == service.mailboxes.timeZone(of: world.account))
            // Somebody of the same name is somebody else.
            let second = try await world.makeUser("anna", password: "second horse")
            #expect(second.id != anna.id)
            let logins = try await [world.logsIn("anna", "anna horse"), world.logsIn("anna", "second horse")]
            #expect(logins == [false, true])
        }
    }

    @Test func theLogSaysWhoseRightsChangedAndNeverAPassword() async throws {
        try await MemoryWorld.run { world in
            let users = world.service.users, anna = try await world.makeUser("anna", password: "anna horse")
            var settings = UserSettings()
            settings.email = "anna@example.com"
            _ = try await users.change(anna.id, settings, in: world.account)
            settings.isAdministrator = true
            _ = try await users.change(anna.id, settings, in: world.account)
            settings.password = "another horse"
            _ = try await users.change(anna.id, settings, in: world.account)
            _ = try await users.remove(anna.id, in: world.account)
            let entries = try await world.service.audit.list(of: world.account.id, limit: 99).filter { $0.subjects == [anna.id] }
            #expect(entries.map(\.action) == [.userCreated, .userChanged, .userChanged, .userRemoved])
            #expect(entries.dropFirst().prefix(2).map { $0.details["password"] } == [false, true])
            #expect(entries.allSatisfy { !JSON.object($0.details).encoded.contains("horse") })
        }
    }

    @Test func aListIsInOrderOfNameAndGoesOnWhereItEnded() async throws {
        try await MemoryWorld.run { world in
            let users = world.service.users
            for name in ["carl", "anna", "ben"] { _ = try await world.makeUser(name) }
            _ = try await world.makeUser("else", in: world.makeAccount("Other"))
            let first = try await users.list(of: world.account, ListingRange(limit: 2)) { $0.username }
            #expect(first.items == ["anna", "ben"] && first.next?.name == "carl")
            let second = try await users.list(of: world.account, ListingRange(start: first.next, limit: 2)) { $0.username }
            #expect(second.items == ["carl"] && second.next == nil)
            let back = try await users.list(of: world.account, ListingRange(ascending: false, limit: 9)) { $0.username == "ben" ? nil : $0.username }
            #expect(back.items == ["carl", "anna"])
        }
    }
}
