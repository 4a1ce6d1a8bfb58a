import Foundation
import Testing
import Voicemail

/// Lists of what is to be there: all of it or nothing, and once, however often it is said.
@Suite struct ProvisioningTests {
    private static let columns =
        "account,realm,account_timezone,username,password,first_name,last_name,email,admin,timezone,mailbox,mailbox_name,pin,owner,notify\n"

    private func apply(_ text: String, in world: MemoryWorld, setsSecrets: Bool = false, isTrial: Bool = false) async throws -> ProvisioningReport {
        let list = try ProvisioningList(text, account: world.account.id)
        return try await world.service.provisioning.apply(list.rows, setsSecrets: setsSecrets, isTrial: isTrial)
    }

    @Test func everyColumnIsAPropertyAfterwards() async throws {
        try await MemoryWorld.run { world in
            let service = world.service
            let row = "New,new.example,Europe/Dublin,anna,anna horse,Anna,Berg,anna@example.com,yes,Europe/Paris,0100,Desk,8392,,a@example.com b@example.com\n"
            let report = try await apply(Self.columns + row, in: world)
            #expect(report.isGood && report.rows.map(\.account) == [.made] && report.rows.map(\.user) == [.made] && report.rows.map(\.mailbox) == [.made])
            let account = try #require(try await service.accounts.find(realm: "new.example"))
            #expect(account.name == "New" && service.mailboxes.timeZone(of: account).identifier == "Europe/Dublin" && account.lineage == [])
            let user = try #require(try await service.users.find(named: "ANNA", of: account))
            #expect(user.firstName == "Anna" && user.lastName == "Berg" && user.email == "anna@example.com" && user.isAdministrator)
            #expect(user.timeZoneName == "Europe/Paris")
            let box = try #require(try await service.mailboxes.find(number: "100", of: account))
            #expect(box.number == "0100" && box.name == "Desk" && box.ownerID == user.id && box.timeZone?.identifier == "Europe/Paris")
            #expect(service.mailboxes.pin(of: box) == PIN("8392") && box.notificationAddresses == ["a@example.com", "b@example.com"])
            let digest = LoginDigest.sha.digest("anna", "anna horse")
            #expect(try await service.access.logIn(digest: digest, form: .sha, accountID: account.id).user.id == user.id)
            // Said again it changes nothing, and a number is the same with other zeros.
            let again = try await apply(Self.columns + row.replacing(",0100,", with: ",100,"), in: world)
            #expect(again.isGood && again.rows.map(\.account) == [.same] && again.rows.map(\.user) == [.same] && again.rows.map(\.mailbox) == [.same])
            #expect(try await service.mailboxes.find(box.id, of: account).revision == box.revision)
            #expect(try await service.users.find(user.id, of: account).revision == user.revision)
        }
    }

    @Test func whatIsNotSaidHasItsStandardFirstAndStaysLater() async throws {
        try await MemoryWorld.run { world in
            let service = world.service
            #expect(try await apply("username,mailbox\nanna,100\n", in: world).isGood)
            let user = try #require(try await service.users.find(named: "anna", of: world.account))
            #expect(user.firstName == "anna" && user.lastName == "anna" && !user.isAdministrator && user.email == nil)
            let box = try #require(try await service.mailboxes.find(number: "100", of: world.account))
            #expect(box.name == "anna" && box.ownerID == user.id && service.mailboxes.pin(of: box) == nil)
            #expect(try await apply("mailbox,pin\n200,8392\n", in: world).isGood)
            #expect(try await service.mailboxes.find(number: "200", of: world.account)?.name == "200")
            // A row of one column changes that one.
            let changed = try await apply("mailbox,mailbox_name\n200,Hall\n", in: world)
            #expect(changed.rows.map(\.mailbox) == [.changed] && changed.rows.map(\.user) == [nil] && changed.rows.map(\.account) == [.same])
            let hall = try #require(try await service.mailboxes.find(number: "200", of: world.account))
            #expect(hall.name == "Hall" && service.mailboxes.pin(of: hall) == PIN("8392"))
        }
    }

    @Test func secretsOfThoseWhoAreThereStayUnlessTheyAreMeant() async throws {
        try await MemoryWorld.run { world in
            let service = world.service, text = "username,password,mailbox,pin\nanna,anna horse,100,8392\n"
            #expect(try await apply(text, in: world).isGood)
            let other = text.replacing("anna horse", with: "another horse").replacing("8392", with: "1234")
            func opens(_ password: String) async throws -> Bool {
                do {
                    _ = try await service.access.logIn(digest: LoginDigest.sha.digest("anna", password), form: .sha, accountID: world.account.id)
                    return true
                } catch VoicemailError.badCredentials { return false }
            }
            func pin() async throws -> PIN? { try await service.mailboxes.find(number: "100", of: world.account).flatMap { service.mailboxes.pin(of: $0) } }
            let kept = try await apply(other, in: world)
            #expect(kept.rows.map(\.user) == [.same] && kept.rows.map(\.mailbox) == [.same])
            let old = try await (opens("anna horse"), opens("another horse"), pin())
            #expect(old.0 && !old.1 && old.2 == PIN("8392"))
            // A trial sets none either.
            #expect(try await apply(other, in: world, setsSecrets: true, isTrial: true).rows.map(\.mailbox) == [.changed])
            let tried = try await pin()
            #expect(tried == PIN("8392"))
            let set = try await apply(other, in: world, setsSecrets: true)
            #expect(set.rows.map(\.user) == [.changed] && set.rows.map(\.mailbox) == [.changed])
            let new = try await (opens("anna horse"), opens("another horse"), pin())
            #expect(!new.0 && new.1 && new.2 == PIN("1234"))
        }
    }

    @Test func rowsSeeWhatThoseBeforeThemHaveMade() async throws {
        try await MemoryWorld.run { world in
            let text = """
                account,username,mailbox,owner
                New,anna,100,
                New,,101,anna
                "new",ben,102,
                """
            let report = try await apply(text, in: world)
            #expect(report.isGood && report.rows.map(\.account) == [.made, .same, .same])
            let account = try #require(try await world.service.accounts.list(named: "New").first)
            let anna = try #require(try await world.service.users.find(named: "anna", of: account))
            #expect(try await world.service.mailboxes.find(number: "101", of: account)?.ownerID == anna.id)
            #expect(try await world.service.accounts.list(named: "New").count == 1)
        }
    }

    /// A row, and the column that is wrong with it.
    @Test(arguments: [
        ("account\n" + String(repeating: "x", count: 129), "account", Violation.Rule.maxLength(128)),
        ("account_timezone\nx", "account_timezone", .minLength(5)),
        ("realm\nx", "realm", .minLength(4)), ("username,email\nanna,x", "email", .format("email")), ("username,timezone\nanna,x", "timezone", .minLength(5)),
        ("username\n" + String(repeating: "x", count: 257), "username", .maxLength(256)), ("mailbox\nx", "mailbox", .format("number that can be dialled")),
        ("mailbox,mailbox_name\n1," + String(repeating: "x", count: 129), "mailbox_name", .maxLength(128)), ("mailbox,pin\n1,123", "pin", .minLength(4)),
        ("mailbox,notify\n1,a@example.com x", "notify", .format("email")),
        ("mailbox\n" + String(repeating: "1", count: 31), "mailbox", .format("number that can be dialled")),
    ])
    func whatIsWrongIsNamedByItsColumn(text: String, column: String, rule: Violation.Rule) async throws {
        try await MemoryWorld.run { world in
            let report = try await apply(text, in: world)
            guard case .invalid(let violations)? = report.rows.first?.problem else {
                Issue.record("\(report)")
                return
            }
            let first = try #require(violations.first)
            #expect(ProvisioningList.column(of: first) == column && ProvisioningList.columns.contains(column))
            #expect(violations.map(\.rule) == [rule])
            #expect(try await world.service.mailboxes.personalCount(of: world.account) == 0)
            #expect(try await world.service.accounts.only()?.id == world.account.id)
        }
    }

    @Test(arguments: [("mailbox,pin\n4711,04711", PIN.Fault.number), ("mailbox,pin\n4711,12a4", .notDigits)])
    func aPINThatOpensNothingIsRefused(text: String, fault: PIN.Fault) async throws {
        try await MemoryWorld.run { world in
            let report = try await apply(text, in: world)
            #expect(report.rows.first?.problem == .invalid([fault.violation]))
        }
    }

    @Test func oneWrongRowLeavesNothingOfTheOthers() async throws {
        try await MemoryWorld.run { world in
            let service = world.service
            let report = try await apply("account,username,mailbox,owner\nNew,anna,100,\nNew,,101,nobody\nNew,ben,100,\n", in: world)
            #expect(!report.isGood && report.rows.map { $0.problem == nil } == [true, false, true])
            guard case .invalid(let violations)? = report.rows[1].problem else {
                Issue.record("\(report)")
                return
            }
            #expect(violations.map(\.path) == [["owner"]])
            #expect(try await service.accounts.list(named: "New").isEmpty)
            let events = try await service.store.read { try $0.events(after: 0, limit: 99).map(\.subjectID) }
            #expect(Set(events) == [world.account.id])
        }
    }

    @Test func aTrialSaysWhatWouldBeAndChangesNothing() async throws {
        try await MemoryWorld.run { world in
            let report = try await apply("username,mailbox\nanna,100\n", in: world, isTrial: true)
            #expect(report.isGood && report.rows.map(\.user) == [.made] && report.rows.map(\.mailbox) == [.made])
            #expect(try await world.service.users.find(named: "anna", of: world.account) == nil)
            #expect(try await world.service.mailboxes.personalCount(of: world.account) == 0)
        }
    }

    @Test func aNameOfSeveralAccountsIsNone() async throws {
        try await MemoryWorld.run { world in
            for _ in 0..<2 { _ = try await world.service.accounts.create(AccountSettings(name: "Twin"), below: nil) }
            let report = try await apply("account,mailbox\nTwin,100\n", in: world)
            guard case .invalid(let violations)? = report.rows.first?.problem, case .other("ambiguous", _, _, _)? = violations.first?.rule else {
                Issue.record("\(report)")
                return
            }
            #expect(violations.map(\.path) == [["account"]])
        }
    }

    @Test func aRealmThatAnotherHasIsRefused() async throws {
        try await MemoryWorld.run { world in
            var settings = AccountSettings(name: "Other")
            settings.realm = "other.example"
            _ = try await world.service.accounts.create(settings, below: nil)
            for text in ["realm\nOTHER.example", "account,realm\nNew,other.EXAMPLE"] {
                let report = try await apply(text, in: world)
                guard case .invalid(let violations)? = report.rows.first?.problem else {
                    Issue.record("\(report)")
                    continue
                }
                #expect(violations.map(\.setting) == [.realm] && violations.map(\.rule) == [.unique])
            }
        }
    }
}
