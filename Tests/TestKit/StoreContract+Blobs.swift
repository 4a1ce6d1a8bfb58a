import Testing
import Voicemail

extension StoreContract {
    static let blobs = [
        Case("a blob record comes back as it was stored; its name is taken") { store in
            let facts = AudioFacts(durationMilliseconds: 1, sampleRate: 8000, channels: 2, container: "wav")
            for record in [blob(), blob(facts: facts)] {
                try await store.write { try $0.insert(record, at: now) }
                let read = try await store.read { try $0.blob(id: record.blob.id) }
                #expect(read == record)
                await #expect(throws: StoreError.conflict) { try await store.write { try $0.insert(record, at: now) } }
            }
            let none = try await store.read { try $0.blob(id: BlobID()) }
            #expect(none == nil)
        },
        Case("blob records are found together, each once, and without those that are not there") { store in
            let records = [blob(), blob(facts: AudioFacts(frames: 8000, sampleRate: 8000, channels: 1, container: "wav")), blob()]
            try await store.write { writer in for record in records { try writer.insert(record, at: now) } }
            let wanted = Set(records.prefix(2).map(\.blob.id) + [BlobID()])
            let found = try await store.read { try $0.blobs(ids: wanted) }
            #expect(found.count == 2)
            for record in records.prefix(2) { #expect(found.contains(record)) }
            #expect(try await store.read { try $0.blobs(ids: []) }.isEmpty)
        },
        Case("blob records are listed in order of name, page by page") { store in
            let ids = (0..<25).map { _ in BlobID() }
            try await store.write { writer in for id in ids { try writer.insert(blob(id), at: now) } }
            var seen: [BlobID] = []
            while true {
                let after = seen.last
                let page = try await store.read { try $0.blobs(after: after, limit: 10).map(\.blob.id) }
                if page.isEmpty { break }
                #expect(page.count <= 10)
                seen += page
            }
            #expect(seen.map(\.hex) == ids.map(\.hex).sorted())
        },
        Case("a blob is garbage once released, unless a message or a document names it, removed ones too") { store in
            let ids = (0..<5).map { _ in BlobID() }
            try await store.write { writer in
                for id in ids { try writer.insert(blob(id), at: now) }
                _ = try writer.insert(message(blob: ids[0]))
                _ = try writer.insert(document(blob: ids[1]))
                _ = try writer.insert(message("gone", blob: ids[2]))
                try writer.remove(messageID: "gone", at: now, physically: false)
                _ = try writer.insert(document("gone", blob: ids[3]))
                try writer.remove(documentID: "gone", at: now, physically: false)
                for id in ids + ids { try writer.release(id) }
            }
            let garbage = try await store.read { try $0.garbage(dueAt: Timestamp(unix: 2_000_000_000), limit: 9).map(\.id) }
            #expect(garbage == [ids[4]])
        },
        Case("a released blob that is named again is no garbage") { store in
            let id = BlobID()
            try await store.write { writer in
                try writer.insert(blob(id), at: now)
                try writer.release(id)
                _ = try writer.insert(message("m", blob: id))
            }
            let held = try await store.read { try $0.garbage(dueAt: Timestamp(unix: 2_000_000_000), limit: 9).map(\.id) }
            #expect(held == [])
            try await store.write { writer in
                try writer.remove(messageID: "m", at: now, physically: true)
                try writer.release(id)
            }
            let freed = try await store.read { try $0.garbage(dueAt: Timestamp(unix: 2_000_000_000), limit: 9).map(\.id) }
            #expect(freed == [id])
        },
        Case("garbage that could not be removed waits for its time, behind what is new") { store in
            let ids = (0..<3).map { _ in BlobID() }
            try await store.write { writer in
                for id in ids {
                    try writer.insert(blob(id), at: now)
                    try writer.release(id)
                }
                try writer.postponeRemoval(of: ids[0], until: now.advanced(by: 60))
            }
            let due = try await store.read { try $0.garbage(dueAt: now.advanced(by: 59), limit: 9) }
            #expect(due == [GarbageBlob(id: ids[1], failures: 0), GarbageBlob(id: ids[2], failures: 0)])
            let later = try await store.read { try $0.garbage(dueAt: now.advanced(by: 60), limit: 9) }
            #expect(later == due + [GarbageBlob(id: ids[0], failures: 1)])
            try await store.write { try $0.postponeRemoval(of: ids[0], until: now.advanced(by: 120)) }
            let again = try await store.read { try $0.garbage(dueAt: now.advanced(by: 120), limit: 9) }
            #expect(again.last == GarbageBlob(id: ids[0], failures: 2))
            let marked = try await store.read { reader in try (ids + [BlobID()]).map { try reader.isGarbage($0) } }
            #expect(marked == [true, true, true, false])
        },
        Case("a blob tells what names it") { store in
            let id = BlobID(), other = BlobID()
            try await store.write { writer in
                for id in [id, other] { try writer.insert(blob(id), at: now) }
                _ = try writer.insert(message("m", blob: id))
                _ = try writer.insert(document("d", blob: id))
            }
            let holders = try await store.read { try $0.holders(of: id, limit: 9) }
            #expect(Set(holders.map { "\($0.kind) \($0.id)" }) == ["message m", "greeting d"])
            let first = try await store.read { try $0.holders(of: id, limit: 1) }
            #expect(first.count == 1)
            let none = try await store.read { try $0.holders(of: other, limit: 9) }
            #expect(none == [])
        },
        Case("garbage comes oldest first, at most the limit, until it is forgotten") { store in
            let ids = (0..<5).map { _ in BlobID() }
            for id in ids {
                try await store.write { writer in
                    try writer.insert(blob(id), at: now)
                    try writer.release(id)
                }
            }
            let first = try await store.read { try $0.garbage(dueAt: Timestamp(unix: 2_000_000_000), limit: 2).map(\.id) }
            #expect(first == Array(ids[..<2]))
            try await store.write { try $0.forget(first) }
            let rest = try await store.read { try $0.garbage(dueAt: Timestamp(unix: 2_000_000_000), limit: 9).map(\.id) }
            #expect(rest == Array(ids[2...]))
            let known = try await store.read { reader in try ids.filter { try reader.blob(id: $0) != nil } }
            #expect(known == Array(ids[2...]))
        },
        Case("forgetting a blob that is named keeps its record") { store in
            let id = BlobID()
            try await store.write { writer in
                try writer.insert(blob(id), at: now)
                try writer.release(id)
                _ = try writer.insert(message(blob: id))
                try writer.forget([id])
            }
            let record = try await store.read { try $0.blob(id: id) }
            #expect(record != nil)
        },
    ]
}
