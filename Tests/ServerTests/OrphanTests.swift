import NIOCore
import PostgresStore
import S3Archive
import Server
import Synchronization
import TestKit
import Testing
import Voicemail

/// What a crash between a bucket and PostgreSQL leaves, in either order, and what only looks like it.
@Suite(.oneServer("it has a database and a bucket of its own, whose objects are older than they are")) struct OrphanTests {
    private typealias Fault = FaultyService.Fault

    /// What the bucket's service says of objects, and of the mark that says whose they are.
    private final class Pretence: Sendable {
        private static let age = 2 * 3600

        private let old = Mutex<Set<BlobID>>([])
        private let marks = Mutex<[Fault]>([])

        func age(_ ids: BlobID...) { old.withLock { $0.formUnion(ids) } }

        /// - Parameter faults: for one request each.
        func spoilMark(_ faults: [Fault]) { marks.withLock { $0 = faults } }

        func fault(of request: FaultyService.Request) -> Fault {
            if request.path.hasSuffix("/aftertone-installation") { return marks.withLock { $0.isEmpty ? .none : $0.removeFirst() } }
            return old.withLock { $0.contains { request.path.hasSuffix("/" + $0.hex) } } ? .aged(Self.age) : .none
        }
    }

    private struct NoService: Error {}

    private func withServer(_ body: @Sendable (TestServer, Pretence) async throws -> Void) async throws {
        let store = try await ObjectStore.shared.value, pretence = Pretence()
        let service = try FaultyService(before: store.endpoint) { request, _ in pretence.fault(of: request) }
        try await PostgresCluster.shared.value.withDatabase { url in
            try await store.withBucket { bucket in
                try await service.run { address in
                    guard let endpoint = S3Endpoint(address), let keys = S3Credentials(accessKey: ObjectStore.accessKey, secretKey: ObjectStore.secretKey)
                    else { throw NoService() }
                    var options = S3Options(endpoint: endpoint, bucket: bucket, region: ObjectStore.region, pathStyle: true, credentials: .given(keys))
                    options.partBytes = 5 << 20
                    try await TestServer.run({
                        $0.postgres = PostgresOptions(url: url, pool: 4)
                        $0.archive.s3 = options
                    }) { server in try await body(server, pretence) }
                }
            }
        }
    }

    /// Audio with a row, as a deposit leaves it.
    private func deposit(_ number: Int, in server: TestServer) async throws -> StoredBlob {
        let intake = server.service.messages.receiveAudio()
        try await intake.write(ByteBuffer(bytes: Sound.bytes(1, number)))
        let record = try await intake.finish(contentType: "audio/wav", fileName: "a.wav", policy: .playableOnly).record
        try await server.service.store.write { try $0.insert(record, at: server.clock.now) }
        return record.blob
    }

    private func rows(_ server: TestServer) async throws -> [BlobID] {
        try await server.service.store.read { try $0.blobs(after: nil, limit: 100).map(\.blob.id) }
    }

    @Test("What a crash left goes once it is old, whichever was first; what is young, under way or has a row stays")
    func bothOrders() async throws {
        try await withServer { server, bucket in
            let archive = server.installation.archive, housekeeping = server.service.housekeeping
            // The object is there and no row: after a crash long ago, and before the row that is written just now.
            let old = try await ArchiveContract.store([1, 2, 3], in: archive), young = try await ArchiveContract.store([4, 5], in: archive)
            let kept = try await deposit(1, in: server), released = try await deposit(2, in: server)
            // The row is there and no object: a crash between the two when audio is removed.
            try await server.service.store.write { try $0.release(released.id) }
            try await archive.remove(released.id)
            bucket.age(old.id, kept.id, released.id)
            // Not all has come of one that goes up at once, and of one that goes up in parts.
            let short = try await archive.begin(limit: 100), long = try await archive.begin(limit: 100_000_000)
            let sound = Bytes.pattern((5 << 20) + 1)
            try await short.write(ByteBuffer(bytes: [6, 7]))
            try await long.write(ByteBuffer(bytes: sound))

            #expect(try await housekeeping.removeOrphans() == 1)
            await housekeeping.collectGarbage()
            // Aborts uploads that are old.
            try await archive.recount()
            #expect(try await ArchiveContract.listing(of: archive) == [young.id: 2, kept.id: kept.size])
            #expect(try await rows(server) == [kept.id])

            let shortStored = try await short.finish(), longStored = try await long.finish()
            #expect(try await ArchiveContract.contents(of: longStored.id, in: archive) == sound)
            #expect(try await housekeeping.removeOrphans() == 0)
            // What came in parts may have become whole only now, however old it is.
            bucket.age(young.id, shortStored.id, longStored.id)
            #expect(try await housekeeping.removeOrphans() == 2)
            #expect(try await ArchiveContract.listing(of: archive) == [kept.id: kept.size, longStored.id: sound.count])
            #expect(try await ArchiveContract.contents(of: kept.id, in: archive) == Sound.bytes(1, 1))
        }
    }

    @Test("A bucket whose mark is another installation's or missing, then or only after it was listed, loses nothing")
    func foreignMark() async throws {
        try await withServer { server, bucket in
            let archive = server.service.archive, housekeeping = server.service.housekeeping
            let orphan = try await ArchiveContract.store([1, 2, 3], in: archive)
            bucket.age(orphan.id)
            let foreign = Fault.say(200, "another\n", [:]), missing = Fault.refuse(404, "NoSuchKey"), unclear = Fault.say(404, "", [:])
            for marks in [[foreign], [missing], [unclear], [.none, foreign], [.none, missing]] {
                bucket.spoilMark(marks)
                await #expect(throws: ArchiveError.self, "\(marks)") { _ = try await housekeeping.removeOrphans() }
                #expect(try await ArchiveContract.listing(of: archive) == [orphan.id: 3], "\(marks)")
            }
            bucket.spoilMark([])
            #expect(try await housekeeping.removeOrphans() == 1)
        }
    }
}
