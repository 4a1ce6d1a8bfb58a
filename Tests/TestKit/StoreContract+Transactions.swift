import Testing
import Voicemail

extension StoreContract {
    private struct Refusal: Error, Equatable { let number: Int }

    static let transactions = [
        Case("what a transaction writes is there for the next read") { store in
            let stored = try await store.write { try $0.insert(message("one")) }
            let read = try await store.read { try $0.message(id: "one") }
            #expect(read == stored)
        },
        Case("a transaction reads what it has written") { store in
            let seen = try await store.write { writer in
                _ = try writer.insert(message("one"))
                return try writer.message(id: "one")?.id
            }
            #expect(seen == "one")
        },
        Case("a transaction that throws leaves nothing and throws what its body threw") { store in
            await #expect(throws: Refusal(number: 1)) {
                try await store.write { writer in
                    _ = try writer.insert(message("one"))
                    throw Refusal(number: 1)
                }
            }
            let read = try await store.read { try $0.message(id: "one") }
            #expect(read == nil)
        },
        Case("a read throws what its body threw") { store in
            await #expect(throws: Refusal(number: 2)) { try await store.read { _ in throw Refusal(number: 2) } }
            let works = try await store.read { try $0.message(id: "one") == nil }
            #expect(works)
        },
        Case("a document's conflict that the body catches does not end the transaction") { store in
            _ = try await store.write { try $0.insert(document("one")) }
            try await store.write { writer in
                _ = try writer.insert(message("before"))
                #expect(throws: StoreError.conflict) { try writer.insert(document("one")) }
                _ = try writer.insert(message("behind"))
            }
            let both = try await store.read { try [$0.message(id: "before"), $0.message(id: "behind")].compactMap(\.?.id) }
            #expect(both == ["before", "behind"])
        },
        Case("a message's conflict fails the transaction, whatever else it has done") { store in
            _ = try await store.write { try $0.insert(message("one")) }
            await #expect(throws: StoreError.conflict) {
                try await store.write { writer in
                    _ = try writer.insert(message("before"))
                    _ = try writer.insert(message("one"))
                    _ = try writer.insert(message("behind"))
                }
            }
            let left = try await store.read { try [$0.message(id: "before"), $0.message(id: "behind")].compactMap(\.?.id) }
            #expect(left == [])
        },
        Case("what a transaction asks again after a change is as it has changed it, and what another begins alike sees that too") { store in
            _ = try await store.write { try $0.insert(document("one")) }
            for round in 0..<3 {
                let seen = try await store.write { writer in
                    let before = try writer.document(id: "one"), there = try writer.message(id: "m\(round)")
                    guard var changed = before, there == nil else { throw StoreError.conflict }
                    changed.name = "round \(round)"
                    try writer.update(changed)
                    _ = try writer.insert(message("m\(round)"))
                    return try [writer.document(id: "one")?.name, writer.message(id: "m\(round)")?.id]
                }
                #expect(seen == ["round \(round)", "m\(round)"])
                let later = try await store.read { try [$0.document(id: "one")?.name, $0.message(id: "m\(round)")?.id] }
                #expect(later == ["round \(round)", "m\(round)"])
            }
        },
        Case("of many transactions at once exactly those that throw leave nothing") { store in
            let outcomes = await withTaskGroup(of: (Int, Bool).self) { group in
                for number in 0..<200 {
                    group.addTask {
                        do {
                            try await store.write { writer in
                                _ = try writer.insert(message("m\(number)", at: number))
                                if number % 3 == 0 { throw Refusal(number: number) }
                            }
                            return (number, true)
                        } catch {
                            #expect(error as? Refusal == Refusal(number: number))
                            return (number, false)
                        }
                    }
                }
                return await group.reduce(into: [Int: Bool]()) { $0[$1.0] = $1.1 }
            }
            #expect(outcomes.filter { !$0.value }.keys.sorted() == stride(from: 0, to: 200, by: 3).map { $0 })
            let there = try await list(MessageQuery(scope: .mailbox("m"), ascending: true), store).map(\.id)
            #expect(there == (0..<200).filter { $0 % 3 != 0 }.map { "m\($0)" })
            let tally = try await store.read { try $0.tally(mailboxID: "m", cutoff: Timestamp(unix: -1)) }
            #expect(tally == Tally(new: there.count, saved: 0))
        },
        Case("transactions that read and then write do not overlap") { store in
            _ = try await store.write { try $0.insert(document("counter")) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<100 {
                    group.addTask {
                        try await store.write { writer in
                            guard var counter = try writer.document(id: "counter") else { throw StoreError.conflict }
                            counter.revision += 1
                            try writer.update(counter)
                        }
                    }
                }
                try await group.waitForAll()
            }
            let revision = try await store.read { try $0.document(id: "counter")?.revision }
            #expect(revision == 101)
        },
        Case("a read sees one state from beginning to end") { store in
            for number in 0..<2 { _ = try await store.write { try $0.insert(document("d\(number)")) } }
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for _ in 0..<100 {
                        try await store.write { writer in
                            for number in 0..<2 {
                                guard var document = try writer.document(id: "d\(number)") else { throw StoreError.conflict }
                                document.revision += 1
                                try writer.update(document)
                            }
                        }
                    }
                }
                for _ in 0..<100 {
                    group.addTask {
                        let revisions = try await store.read { try [$0.document(id: "d0")?.revision, $0.document(id: "d1")?.revision] }
                        #expect(revisions[0] == revisions[1])
                    }
                }
                try await group.waitForAll()
            }
        },
        Case("a store in order is available") { store in
            let reason = await store.unavailability()
            #expect(reason == nil)
        },
    ]
}
