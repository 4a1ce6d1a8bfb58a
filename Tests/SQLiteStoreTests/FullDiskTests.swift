@testable import SQLiteStore
import TestKit
import Testing
import Voicemail

struct FullDiskTests {
    private static func large(_ id: String, bytes: Int) -> Message {
        Message(
            id: id, accountID: "a", mailboxID: "m", timestamp: StoreContract.now, folder: .new, from: "", to: "",
            callerName: String(repeating: "x", count: bytes), callerNumber: "", callID: "", lengthMilliseconds: 1, modified: StoreContract.now)
    }

    @Test("A full database says so, keeps what it has, and takes more when there is room again")
    func fullAndBack() async throws {
        try await withStore(StoreOptions(maximumPages: 200, reservedBytes: 0)) { store in
            var stored: [String] = []
            do {
                while true {
                    let id = "m\(stored.count)"
                    _ = try await store.write { try $0.insert(Self.large(id, bytes: 20_000)) }
                    stored.append(id)
                }
            } catch {
                #expect(error as? StoreError == .full)
            }
            #expect(stored.count > 10)
            #expect(await store.unavailability() != nil)
            // Asking must not make it look better.
            #expect(await store.unavailability() != nil)
            let tally = try await store.read { try $0.tally(mailboxID: "m", cutoff: StoreContract.longAgo) }
            #expect(tally == Tally(new: stored.count))
            try await store.write { [stored] writer in
                for id in stored.prefix(8) { try writer.remove(messageID: id, at: StoreContract.now, physically: true) }
            }
            #expect(await store.unavailability() == nil)
            _ = try await store.write { try $0.insert(Self.large("again", bytes: 20_000)) }
            let damage = try await store.integrityCheck()
            #expect(damage == [])
            let differences = try await store.recount()
            #expect(differences == [])
        }
    }

    @Test("A transaction without room does not take those it is grouped with down")
    func otherTransactionsGoOn() async throws {
        try await withStore(StoreOptions(maximumPages: 200, reservedBytes: 0)) { store in
            await withTaskGroup(of: Void.self) { group in
                for number in 0..<60 {
                    let isGiant = number % 10 == 5
                    group.addTask {
                        do {
                            _ = try await store.write { try $0.insert(Self.large("m\(number)", bytes: isGiant ? 2_000_000 : 10)) }
                            #expect(!isGiant)
                        } catch {
                            #expect(isGiant)
                            #expect(error as? StoreError == .full)
                        }
                    }
                }
            }
            let tally = try await store.read { try $0.tally(mailboxID: "m", cutoff: StoreContract.longAgo) }
            #expect(tally == Tally(new: 54))
        }
    }

    /// SQLite undoes a message's statement, and the whole transaction with an event's.
    private static let giants: [@Sendable (any StoreWriter) throws -> Void] = [
        { _ = try $0.insert(large("giant", bytes: 2_000_000)) },
        { writer in
            let payload: JSONObject = ["x": .string(String(repeating: "x", count: 2_000_000))]
            try writer.append(Event(kind: .messageStored, accountID: "a", subjectID: "giant", payload: payload, created: StoreContract.now))
        },
    ]

    @Test("A body that goes on when there was no room leaves all or nothing", arguments: [0, 1], [0, 20])
    func goingOn(giant: Int, companions: Int) async throws {
        try await withStore(StoreOptions(maximumPages: 200, reservedBytes: 0)) { store in
            let outcomes = await withTaskGroup(of: Bool?.self) { group in
                for number in 0..<companions {
                    group.addTask {
                        do {
                            _ = try await store.write { try $0.insert(Self.large("companion-\(number)", bytes: 1)) }
                        } catch {
                            Issue.record(error)
                        }
                        return nil
                    }
                }
                group.addTask {
                    do {
                        try await store.write { writer in
                            _ = try writer.insert(Self.large("before", bytes: 1))
                            #expect(throws: StoreError.full) { try Self.giants[giant](writer) }
                            // It does not look at what it gets.
                            _ = try? writer.insert(Self.large("after", bytes: 1))
                        }
                        return true
                    } catch {
                        #expect(error as? StoreError == .full)
                        return false
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            let isDone = outcomes.contains(true)
            #expect(isDone == (giant == 0))
            let left = try await store.read { reader in try ["before", "giant", "after"].filter { try reader.message(id: $0) != nil } }
            #expect(left == (isDone ? ["before", "after"] : []))
            let tally = try await store.read { try $0.tally(mailboxID: "m", cutoff: StoreContract.longAgo) }
            #expect(tally == Tally(new: companions + left.count))
        }
    }

    @Test("A store whose disk has less than its reserve is not available")
    func reserve() async throws {
        try await withStore(StoreOptions(reservedBytes: .max)) { store in
            #expect(await store.unavailability() == "the database's disk is nearly full")
            // Not available is advice: what fits is taken.
            _ = try await store.write { try $0.insert(Self.large("m", bytes: 1)) }
        }
    }
}
