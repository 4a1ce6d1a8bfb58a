import Foundation
import Logging
import StoredRows
import TestKit
import Testing
import Voicemail

@testable import Server

/// A move that was thought dead, so that another was begun, and that goes on.
struct OvertakenMoveTests {
    @Test("When another move has ended, one that goes on takes away nothing that servers have got since", arguments: [false, true])
    func goesOn(_ isShared: Bool) async throws {
        try await withHomes(isShared) { old, new in
            var world = try await MovingWorld(in: old)
            let server = try await old.serve()
            for number in 0..<3 { try await world.leave(WAV.tones([440], milliseconds: 200 + number), at: RemoteServer(port: server.port)) }
            #expect(await server.stop() == 0)
            let next = try await withSlowMove(from: old, to: new) { slow in
                // It has copied everything when its machine hangs.
                try await slow.to.beginFilling(.here)
                #expect(try await slow.copy.look().rows["message"] == 3)
                let moved = try await old.move(to: new)
                #expect(moved.status == 0 && moved.json["blobs"]?.int == 0, "\(moved.errors) \(moved.output)")
                let served = try await new.serve()
                try await world.leave(WAV.tones([620], milliseconds: 300), at: RemoteServer(port: served.port))

                await #expect(throws: FillingRefusal.notArriving(.here)) { _ = try await slow.copy.look() }
                await #expect(throws: FillingRefusal.notArriving(.here)) { try await slow.to.continueSerials(from: slow.from.serials()) }
                await #expect(throws: FillingRefusal.notArriving(.here)) { try await slow.to.endFilling() }
                return served
            }
            try await world.check(RemoteServer(port: next.port))
            #expect(await next.stop() == 0)
            let verified = try await new("verify")
            #expect(verified.status == 0, "\(verified.errors) \(verified.output)")
        }
    }

    @Test("A move whose target another one has taken says so before it closes anything, and can be run again")
    func takenOver() async throws {
        // The program waits for its turn to hold writes as long as the test needs.
        try await withHomes(false, more: "store:\n  busy_seconds: 300\n") { old, new in
            var world = try await MovingWorld(in: old)
            let server = try await old.serve()
            try await world.leave(WAV.tones([440], milliseconds: 200), at: RemoteServer(port: server.port))
            #expect(await server.stop() == 0)
            try await withSlowMove(from: old, to: new) { slow in
                let messages = try #require(try await slow.from.tables().first { $0.name == "message" })
                let hold = try await slow.from.holdWrites()
                async let moved = old.move(to: new)
                let end = ContinuousClock.now + .seconds(120)
                while try await slow.to.rows(of: messages, after: nil, through: nil, limit: 1).isEmpty, ContinuousClock.now < end {
                    try await Task.sleep(for: .milliseconds(10))
                }
                try await slow.to.beginFilling(.arriving)
                try await hold.release()
                let ended = try await moved
                #expect(ended.status == 1 && ended.refusal?.contains("another move was begun to the same database") == true, "\(ended.errors)")
                #expect(try await slow.from.residence() == .here)
                #expect(try await slow.to.residence() == .arriving)
            }
            let again = try await old.move(to: new)
            #expect(again.status == 0 && again.json["rows"]?["message"]?.int == 1, "\(again.errors)")
            let next = try await new.serve()
            try await world.check(RemoteServer(port: next.port))
            #expect(await next.stop() == 0)
        }
    }

    private func withHomes(_ isShared: Bool, more: String = "", _ body: (_ old: Home, _ new: Home) async throws -> Void) async throws {
        try await TemporaryDirectory.run { directory in
            let old = try Home("old", in: directory, more: more)
            guard isShared else { return try await body(old, Home("new", in: directory)) }
            try await PostgresCluster.shared.value.withDatabase { url in try await body(old, Home("new", in: directory, url: url)) }
        }
    }

    /// What a move has open, and what copies in it.
    private struct SlowMove {
        let from: any MovableStore
        let to: any MovableStore
        let copy: RowCopy

        init(_ source: Installation, _ target: Installation) async throws {
            from = try #require(source.store as? any MovableStore)
            to = try #require(target.store as? any MovableStore)
            let audio = AudioCopy(from: source, to: target, isResuming: false) { _ in }
            copy = RowCopy(tables: try await from.tables(), from: from, to: to, audio: audio) { _ in }
        }
    }

    private func withSlowMove<Value>(from old: Home, to new: Home, _ body: (SlowMove) async throws -> Value) async throws -> Value {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let source = try await Installation.open(.load(file: old.file, environment: [:]), for: .moves, creating: false, logger: logger)
        let target: Installation
        do { target = try await Installation.open(.load(file: new.file, environment: [:]), forMoveOf: source, logger: logger) } catch {
            try await source.close()
            throw error
        }
        let result: Result<Value, any Error>
        do { result = .success(try await body(SlowMove(source, target))) } catch { result = .failure(error) }
        try await target.close()
        try await source.close()
        return try result.get()
    }
}
