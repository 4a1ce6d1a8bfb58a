import NIOPosix
import Synchronization
import TestKit
import Testing
import Voicemail

/// What has no row is told from what has one, many at a time.
struct UnnamedBlobTests {
    /// Audio of one age, every second piece of which has a row.
    private struct Scene {
        let audio: MemoryAudio
        let store = CountingStore()
        let service: VoicemailService
        private(set) var named: Set<BlobID> = []
        private(set) var orphans: Set<BlobID> = []

        init(_ count: Int, age: Int) async throws {
            audio = MemoryAudio(written: SystemClock().now.advanced(by: -age))
            service = VoicemailService(store: store, archive: audio, codec: audio, secrets: Secrets(key: .random(), pool: .singleton, cost: 16))
            var rows: [BlobRecord] = []
            for number in 0..<count {
                let blob = try await ArchiveContract.store([1, 2, 3], in: audio)
                if number.isMultiple(of: 2) { orphans.insert(blob.id) } else { rows.append(BlobRecord(blob: blob, facts: nil)) }
            }
            named = Set(rows.map(\.blob.id))
            try await store.write { [rows] writer in
                for row in rows { try writer.insert(row, at: Timestamp(unix: 0)) }
            }
        }

        var listed: Set<BlobID> {
            get async throws { Set(try await ArchiveContract.listing(of: audio).keys) }
        }

        /// What verification says of audio without a row.
        func verify() async throws -> (orphans: [BlobID], arriving: [BlobID]) {
            let orphans = Mutex<[BlobID]>([]), young = Mutex<[BlobID]>([])
            try await service.housekeeping.verifyArchive(
                arriving: { id in young.withLock { $0.append(id) } },
                found: { damage in
                    if case .orphanBlob(let id) = damage { orphans.withLock { $0.append(id) } }
                })
            return (orphans.withLock(\.self), young.withLock(\.self))
        }
    }

    @Test("Every orphan is found and nothing else, with one question for five hundred pieces", arguments: [0, 1, 499, 500, 501, 1000, 1001])
    func batches(count: Int) async throws {
        let scene = try await Scene(count, age: 86_400), batches = (count + 499) / 500
        let found = try await scene.verify()
        #expect(found.orphans.count == scene.orphans.count && Set(found.orphans) == scene.orphans && found.arriving.isEmpty)
        // Verification reads the rows first, as many at once, up to an empty page.
        #expect(scene.store.takeReads() <= 2 * batches + 1)
        let removed = try await scene.service.housekeeping.removeOrphans()
        #expect(removed == scene.orphans.count)
        // Each is asked for once more before it goes.
        #expect(scene.store.takeReads() == batches + scene.orphans.count)
        #expect(try await scene.listed == scene.named)
    }

    @Test("What is young stays, in the last batch as in the first", arguments: [500, 501])
    func young(count: Int) async throws {
        let scene = try await Scene(count, age: 60)
        let found = try await scene.verify()
        #expect(found.orphans.isEmpty && found.arriving.count == scene.orphans.count && Set(found.arriving) == scene.orphans)
        let removed = try await scene.service.housekeeping.removeOrphans()
        #expect(removed == 0)
        #expect(try await scene.listed == scene.named.union(scene.orphans))
    }
}
