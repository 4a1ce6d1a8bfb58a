import Foundation
import NIOCore
import TestKit
import Testing
import Voicemail
import Waiting

/// Audio that nothing names any more goes behind the requests that left it, and takes its renderings along.
@Suite struct GarbageTests {
    private func file(_ id: BlobID, in server: TestServer) -> String { "\(server.directory)/blobs/\(id.hex.prefix(2))/\(id.hex)" }

    private func store(_ sounds: Int, in server: TestServer) async throws -> [BlobID] {
        var ids: [BlobID] = []
        for number in 0..<sounds {
            let intake = server.service.messages.receiveAudio()
            try await intake.write(ByteBuffer(bytes: Sound.bytes(1, number)))
            let record = try await intake.finish(contentType: "audio/wav", fileName: "a.wav", policy: .playableOnly).record
            try await server.service.store.write { try $0.insert(record, at: server.clock.now) }
            ids.append(record.blob.id)
        }
        return ids
    }

    private func release(_ ids: [BlobID], in server: TestServer) async throws {
        try await server.service.store.write { writer in for id in ids { try writer.release(id) } }
    }

    private func renderings(_ server: TestServer) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: server.directory + "/cache").filter { $0 != "boot" }
    }

    /// The server's own task does it: the test only rings.
    @Test func aRingIsEnough() async throws {
        try await TestServer.run { server in
            let ids = try await store(2, in: server)
            for id in ids {
                let copy = try await server.service.archive.open(id).localCopy()
                _ = try await server.service.codec.render(.stored(copy), key: id, as: .telephone, for: "")
            }
            #expect(try renderings(server).count == 2)
            try await release([ids[0]], in: server)
            server.service.garbageBell.ring()
            while try await server.service.store.read({ try $0.blob(id: ids[0]) }) != nil { await Task.yield() }
            #expect(!FileManager.default.fileExists(atPath: file(ids[0], in: server)))
            #expect(FileManager.default.fileExists(atPath: file(ids[1], in: server)))
            #expect(try renderings(server).map { String($0.prefix(32)) } == [ids[1].hex])
        }
    }

    /// What is marked when a server stops is removed by the next one.
    @Test func aStartRemovesWhatIsMarked() async throws {
        try await TemporaryDirectory.run { scratch in
            let data = scratch.path + "/data"
            let ids = try await TestServer.run(in: data) { server in
                let ids = try await store(1, in: server)
                try await release(ids, in: server)
                return ids
            }
            try await TestServer.run(in: data) { server in
                while try await server.service.store.read({ try $0.blob(id: ids[0]) }) != nil { await Task.yield() }
                #expect(!FileManager.default.fileExists(atPath: file(ids[0], in: server)))
            }
        }
    }

    /// One that cannot be removed holds up no other, and is tried again after a minute, then after two.
    @Test func oneThatStaysHoldsUpNoOther() async throws {
        try await TestServer.run { server in
            let ids = try await store(3, in: server)
            let stuck = file(ids[0], in: server)
            // A directory in its place is no file to be unlinked.
            try FileManager.default.removeItem(atPath: stuck)
            try FileManager.default.createDirectory(atPath: stuck + "/x", withIntermediateDirectories: true)
            try await release(ids, in: server)
            await server.service.housekeeping.collectGarbage()
            let left = try await server.service.store.read { reader in try ids.filter { try reader.blob(id: $0) != nil } }
            #expect(left == [ids[0]])
            func due() async throws -> [GarbageBlob] {
                let now = server.clock.now
                return try await server.service.store.read { try $0.garbage(dueAt: now, limit: 9) }
            }
            for (failures, pause) in [(1, 60), (2, 120)] {
                server.clock.advance(by: pause - 1)
                #expect(try await due() == [])
                server.clock.advance(by: 1)
                #expect(try await due() == [GarbageBlob(id: ids[0], failures: failures)])
                if failures == 1 { await server.service.housekeeping.collectGarbage() }
            }
            try FileManager.default.removeItem(atPath: stuck)
            await server.service.housekeeping.collectGarbage()
            #expect(try await server.service.store.read { try $0.blob(id: ids[0]) } == nil)
        }
    }
}
