import Synchronization
import Testing
import Voicemail
import Waiting

/// Lists whose accounts and users come and go between the plan, in which slow hashes are computed, and the transaction.
@Suite struct ProvisioningRaceTests {
    /// What happens to the list's user in between.
    enum Meanwhile: CaseIterable { case made, gone, madeAnew }

    /// A store before whose first writes something else happens.
    private final class Interrupted: VoicemailStore {
        private let store: any VoicemailStore
        private let times: Int
        private let interruption: @Sendable () async throws -> Void
        private let writes = Atomic<Int>(0)

        init(_ store: any VoicemailStore, times: Int, _ interruption: @escaping @Sendable () async throws -> Void) {
            self.store = store
            self.times = times
            self.interruption = interruption
        }

        func read<Value: Sendable>(_ body: @escaping @Sendable (any StoreReader) throws -> Value) async throws -> Value {
            try await store.read(body)
        }

        func write<Value: Sendable>(_ body: @escaping @Sendable (any StoreWriter) throws -> Value) async throws -> Value {
            if writes.add(1, ordering: .relaxed).oldValue < times { try await interruption() }
            return try await store.write(body)
        }

        var eventBell: Bell { store.eventBell }

        func unavailability() async -> String? { await store.unavailability() }
    }

    /// The world's lists, whose transactions come late.
    private func provisioning(
        in world: MemoryWorld, times: Int = 1, after interruption: @escaping @Sendable () async throws -> Void
    ) -> Provisioning {
        let service = world.service
        let late = VoicemailService(
            store: Interrupted(service.store, times: times, interruption), archive: service.archive, codec: service.codec, secrets: service.secrets,
            clock: service.clock, limits: service.limits)
        return late.provisioning
    }

    /// Whether an account's logins are those of its users, two each.
    private func hasWholeLogins(_ account: Account, in world: MemoryWorld) async throws -> Bool {
        let users = try await world.service.users.list(of: account, ListingRange(limit: 99)) { $0.id }.items
        let credentials = try await world.service.store.read { try $0.credentials(accountID: account.id) }.filter { $0.kind == .login }
        return credentials.compactMap { $0.details["user_id"]?.string }.sorted() == (users + users).sorted()
    }

    @Test(arguments: Meanwhile.allCases, [false, true])
    func theUserWhoIsThereInTheEndLogsIn(_ meanwhile: Meanwhile, setsSecrets: Bool) async throws {
        try await MemoryWorld.run { world in
            let users = world.service.users, account = world.account
            let rows = try ProvisioningList("username,password\nanna,anna horse\n", account: account.id).rows
            if meanwhile != .made { _ = try await world.makeUser("anna", password: "old horse") }
            let late = provisioning(in: world) {
                if let anna = try await users.find(named: "anna", of: account) { _ = try await users.remove(anna.id, in: account) }
                if meanwhile != .gone { _ = try await world.makeUser("anna", password: "other horse") }
            }
            let report = try await late.apply(rows, setsSecrets: setsSecrets)
            let change: ProvisioningReport.Outcome = meanwhile == .gone ? .made : setsSecrets ? .changed : .same
            #expect(report.isGood && report.rows.map(\.user) == [change], "\(report)")
            // Passwords of those who are there stay unless they are meant.
            let takesList = meanwhile == .gone || setsSecrets
            let opens = try await [world.logsIn("anna", "anna horse"), world.logsIn("anna", "other horse"), world.logsIn("anna", "old horse")]
            #expect(opens == [takesList, !takesList, false])
            #expect(try await users.list(of: account, ListingRange(limit: 99)) { $0.username }.items == ["anna"])
            #expect(try await hasWholeLogins(account, in: world))
        }
    }

    @Test func twoListsOfOneNewAccountShareIt() async throws {
        try await MemoryWorld.run { world in
            let first = try ProvisioningList("account,username,password\nNew,ben,ben horse\n").rows
            let second = try ProvisioningList("account,username,password\nnew,anna,anna horse\n").rows
            let late = provisioning(in: world) { _ = try await world.service.provisioning.apply(first) }
            let report = try await late.apply(second)
            #expect(report.isGood && report.rows.map(\.account) == [.same] && report.rows.map(\.user) == [.made], "\(report)")
            let accounts = try await world.service.accounts.list(named: "New")
            #expect(accounts.count == 1)
            let account = try #require(accounts.first)
            for name in ["anna", "ben"] { #expect(try await world.logsIn(name, name + " horse", to: account), "\(name)") }
            #expect(try await hasWholeLogins(account, in: world))
        }
    }

    @Test func listsThatComeAtOnceLeaveEachUserHisLogins() async throws {
        try await MemoryWorld.run { world in
            let rows = try ProvisioningList("account,username,password\nNew,anna,anna horse\nNew,ben,ben horse\n").rows
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<4 { group.addTask { try await world.service.provisioning.apply(rows, setsSecrets: true).isGood } }
                for try await isGood in group { #expect(isGood) }
            }
            let accounts = try await world.service.accounts.list(named: "New")
            #expect(accounts.count == 1)
            let account = try #require(accounts.first)
            for name in ["anna", "ben"] { #expect(try await world.logsIn(name, name + " horse", to: account), "\(name)") }
            #expect(try await hasWholeLogins(account, in: world))
        }
    }

    @Test func aListWhoseUserIsAnotherEachTimeIsGivenUp() async throws {
        try await MemoryWorld.run { world in
            let users = world.service.users, account = world.account
            let rows = try ProvisioningList("username,password,mailbox\nanna,anna horse,100\n", account: account.id).rows
            let late = provisioning(in: world, times: .max) {
                if let anna = try await users.find(named: "anna", of: account) { _ = try await users.remove(anna.id, in: account) }
                _ = try await world.makeUser("anna", password: "other horse")
            }
            await #expect(throws: VoicemailError.conflict) { try await late.apply(rows, setsSecrets: true) }
            let opens = try await [world.logsIn("anna", "anna horse"), world.logsIn("anna", "other horse")]
            #expect(opens == [false, true])
            #expect(try await hasWholeLogins(account, in: world))
            #expect(try await world.service.mailboxes.find(number: "100", of: account) == nil)
        }
    }

    /// It may be named by its id, which is no name for a new one.
    @Test func anAccountThatGoesMeanwhileIsNotMadeAgain() async throws {
        try await MemoryWorld.run { world in
            let account = world.account
            let rows = try ProvisioningList("username,password\nanna,anna horse\n", account: account.id).rows
            let late = provisioning(in: world) { _ = try await world.service.accounts.remove(account.id) }
            let report = try await late.apply(rows)
            #expect(report.rows.map(\.problem) == [.notFound(id: account.id)], "\(report)")
            #expect(try await world.service.accounts.list(below: nil, ListingRange(limit: 9)) { $0.id }.items == [])
        }
    }

    /// Rows may name a user in any case, and an account by the realm that a row before gives it.
    @Test(arguments: ["first horse", ""]) func rowsOfOneUserMeanTheSame(_ password: String) async throws {
        try await MemoryWorld.run { world in
            let text = "account,realm,username,password\nNew,new.example,anna,\(password)\nNEW.example,,ANNA,second horse\n"
            let report = try await world.service.provisioning.apply(try ProvisioningList(text).rows, setsSecrets: true)
            #expect(report.isGood && report.rows.map(\.account) == [.made, .same] && report.rows.map(\.user) == [.made, .changed], "\(report)")
            let account = try #require(try await world.service.accounts.find(realm: "new.example"))
            let opens = try await [world.logsIn("anna", "first horse", to: account), world.logsIn("anna", "second horse", to: account)]
            #expect(opens == [false, true])
            #expect(try await hasWholeLogins(account, in: world))
        }
    }

    @Test func aRowThatFailsIsToldAlthoughAnotherCountsOnIt() async throws {
        try await MemoryWorld.run { world in
            var settings = AccountSettings(name: "Other")
            settings.realm = "other.example"
            let other = try await world.service.accounts.create(settings, below: nil)
            let text = "account,realm,username,password\n\(world.account.id),other.example,,\nother.example,,anna,anna horse\n"
            let report = try await world.service.provisioning.apply(try ProvisioningList(text).rows)
            #expect(report.rows.map { $0.problem == nil } == [false, true], "\(report)")
            for account in [world.account, other] {
                #expect(try await world.service.users.find(named: "anna", of: account) == nil)
            }
        }
    }
}
