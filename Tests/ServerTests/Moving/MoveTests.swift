import Foundation
import Logging
import Server
import Synchronization
import TestKit
import Testing
import Voicemail

/// From a file and a directory to a database and a bucket that servers share, and back.
struct MoveTests {
    private func withHomes<Value: Sendable>(_ body: (TemporaryDirectory, _ url: String, _ bucket: (endpoint: String, name: String)) async throws -> Value)
        async throws -> Value
    {
        let store = try await ObjectStore.shared.value
        return try await PostgresCluster.shared.value.withDatabase { url in
            try await store.withBucket { bucket in
                try await TemporaryDirectory.run { try await body($0, url, (endpoint: store.endpoint, name: bucket)) }
            }
        }
    }

    enum Place: String, CaseIterable, Sendable { case postgresAndDirectory, postgresAndBucket, fileAndBucket, fileAndDirectory }

    @Test("An installation moves while its server runs, with all its ids, and moves back", arguments: Place.allCases)
    func move(_ place: Place) async throws {
        try await withHomes { directory, url, bucket in
            let old = try Home("old", in: directory)
            let new =
                switch place {
                case .postgresAndDirectory: try Home("new", in: directory, url: url)
                case .postgresAndBucket: try Home("new", in: directory, url: url, bucket: bucket)
                case .fileAndBucket: try Home("new", in: directory, bucket: bucket)
                case .fileAndDirectory: try Home("new", in: directory)
                }
            var world = try await MovingWorld(in: old)
            let server = try await old.serve()
            let remote = RemoteServer(port: server.port)
            for number in 0..<3 { try await world.leave(WAV.tones([440], milliseconds: 200 + number), at: remote) }
            try await world.leave(WAV.tones([440, 620], milliseconds: 40_000), at: remote)

            let moved = try await old.move(to: new)
            #expect(moved.status == 0, "\(moved.errors)")
            #expect(moved.json["blobs"]?.int == 4 && moved.json["rows"]?["message"]?.int == 4, "\(moved.output)")
            #expect(moved.json["read_only_seconds"]?.text.flatMap { Double($0) } ?? 99 < 60)

            // The server that still runs shows what there was, and takes nothing that would be lost.
            try await world.check(remote)
            #expect(try await remote.send("PUT", world.path, token: world.token, data: ["caller_id_number": "1"]).status >= 500)
            #expect(try await remote.send("GET", "/readyz").status == 503)
            #expect(await server.stop() == 0)
            let refused = try await old("account", "list")
            #expect(refused.status == 1 && refused.refusal?.contains("moved away from") == true, "\(refused.errors)")

            let verified = try await new("verify")
            #expect(verified.status == 0, "\(verified.errors) \(verified.output)")
            let next = try await new.serve()
            try await world.check(RemoteServer(port: next.port))
            try await world.leave(WAV.tones([620], milliseconds: 300), at: RemoteServer(port: next.port))
            #expect(await next.stop() == 0)

            // Back to where it was, over what is left there.
            let back = try await new.move(to: old)
            #expect(back.status == 0, "\(back.errors)")
            #expect(back.json["blobs"]?.int == 1, "\(back.output)")
            let again = try await old("verify")
            #expect(again.status == 0, "\(again.errors) \(again.output)")
            let last = try await old.serve()
            try await world.check(RemoteServer(port: last.port))
            try await world.leave(WAV.tones([620], milliseconds: 300), at: RemoteServer(port: last.port))
            #expect(await last.stop() == 0)
            #expect(try await new("account", "list").status == 1)
        }
    }

    @Test("A move that is killed again and again comes to its end, and nobody opens what is not whole")
    func killed() async throws {
        try await withHomes { directory, url, bucket in
            let old = try Home("old", in: directory), new = try Home("new", in: directory, url: url, bucket: bucket)
            var world = try await MovingWorld(in: old)
            let server = try await old.serve()
            for number in 0..<24 { try await world.leave(WAV.tones([440], milliseconds: 100 + number), at: RemoteServer(port: server.port)) }
            #expect(await server.stop() == 0)
            var random = SeededRandom(seed: UInt64.random(in: 0...UInt64(UInt32.max)))
            var kills = 0
            for _ in 0..<6 {
                let pause = Duration.milliseconds(Int.random(in: 50...1200, using: &random))
                let environment = new.environment
                let status = try await CommandLineProgram.running(["move", "--config", old.file, "--to", new.file], environment: environment) { program in
                    try await Task.sleep(for: pause)
                    program.send(SIGKILL)
                    return await program.status()
                }
                if status == 0 { break }
                kills += 1
                let looked = try await new("account", "list")
                if looked.status == 0 { break }
            }
            let moved = try await old.move(to: new)
            // Killed between the two switches, or behind them.
            #expect(moved.status == 0 || moved.refusal?.contains("moved away from here already") == true, "\(moved.errors)")
            let verified = try await new("verify")
            #expect(verified.status == 0, "\(kills) kills: \(verified.errors) \(verified.output)")
            let next = try await new.serve()
            try await world.check(RemoteServer(port: next.port))
            #expect(await next.stop() == 0)
        }
    }

    @Test("A move that was cut off between audio and its rows takes up the audio that is there")
    func resumed() async throws {
        try await withHomes { directory, url, bucket in
            let old = try Home("old", in: directory), twin = try Home("twin", in: directory), new = try Home("new", in: directory, url: url, bucket: bucket)
            var world = try await MovingWorld(in: old)
            let server = try await old.serve()
            for number in 0..<3 { try await world.leave(WAV.tones([440], milliseconds: 200 + number), at: RemoteServer(port: server.port)) }
            #expect(await server.stop() == 0)
            // The first is closed by its move.
            try FileManager.default.copyItem(atPath: old.data, toPath: twin.data)
            let whole = try await old.move(to: new)
            #expect(whole.status == 0 && whole.json["blobs"]?.int == 3, "\(whole.errors)")

            // What is left of a move that is killed when audio is there, and its rows are not.
            let database = try #require(URLComponents(string: url)).path.dropFirst()
            for statement in ["DELETE FROM message", "DELETE FROM blob", "UPDATE installation SET value = 'arriving' WHERE name = 'residence'"] {
                _ = try await PostgresCluster.shared.value.run(statement, in: String(database))
            }
            #expect(try await new("account", "list").status == 1)
            let moved = try await twin.move(to: new)
            #expect(moved.status == 0 && moved.json["blobs"]?.int == 0, "\(moved.errors) \(moved.output)")
            #expect(moved.json["rows"]?["message"]?.int == 3)
            let verified = try await new("verify")
            #expect(verified.status == 0, "\(verified.errors) \(verified.output)")
            let next = try await new.serve()
            try await world.check(RemoteServer(port: next.port))
            #expect(await next.stop() == 0)
        }
    }

    @Test("A move that is taken up with another bucket puts all audio there, also that whose rows were written before")
    func otherBucket() async throws {
        try await withHomes { directory, url, bucket in
            let old = try Home("old", in: directory), twin = try Home("twin", in: directory),
                mistaken = try Home("new", in: directory, url: url, bucket: bucket)
            var world = try await MovingWorld(in: old)
            let server = try await old.serve()
            for number in 0..<3 { try await world.leave(WAV.tones([440], milliseconds: 200 + number), at: RemoteServer(port: server.port)) }
            #expect(await server.stop() == 0)
            try FileManager.default.copyItem(atPath: old.data, toPath: twin.data)
            let first = try await old.move(to: mistaken)
            #expect(first.status == 0 && first.json["blobs"]?.int == 3, "\(first.errors)")
            let database = String(try #require(URLComponents(string: url)).path.dropFirst())
            // One piece of audio whose row was not written yet; the other two stand where the first run has put them.
            for statement in [
                "DELETE FROM message", "DELETE FROM blob WHERE ctid IN (SELECT ctid FROM blob LIMIT 1)",
                "UPDATE installation SET value = 'arriving' WHERE name = 'residence'",
            ] {
                _ = try await PostgresCluster.shared.value.run(statement, in: database)
            }
            try await ObjectStore.shared.value.withBucket { name in
                let right = try Home("new", in: directory, url: url, bucket: (endpoint: bucket.endpoint, name: name))
                let moved = try await twin.move(to: right)
                #expect(moved.status == 0 && moved.json["blobs"]?.int == 3, "\(moved.errors) \(moved.output)")
                let verified = try await right("verify")
                #expect(verified.status == 0, "\(verified.errors) \(verified.output)")
                let next = try await right.serve()
                try await world.check(RemoteServer(port: next.port))
                #expect(await next.stop() == 0)
            }
        }
    }

    @Test("Audio that was removed where the installation comes back to is copied back")
    func emptied() async throws {
        try await withHomes { directory, _, bucket in
            let old = try Home("old", in: directory), new = try Home("new", in: directory, bucket: bucket)
            var world = try await MovingWorld(in: old)
            let server = try await old.serve()
            for number in 0..<3 { try await world.leave(WAV.tones([440], milliseconds: 200 + number), at: RemoteServer(port: server.port)) }
            #expect(await server.stop() == 0)
            #expect(try await old.move(to: new).status == 0)
            try FileManager.default.removeItem(atPath: old.data + "/blobs")
            let back = try await new.move(to: old)
            #expect(back.status == 0 && back.json["blobs"]?.int == 3, "\(back.errors) \(back.output)")
            let verified = try await old("verify")
            #expect(verified.status == 0, "\(verified.errors) \(verified.output)")
            let last = try await old.serve()
            try await world.check(RemoteServer(port: last.port))
            #expect(await last.stop() == 0)
        }
    }

    @Test("A bucket that both know, by another name of its service, is not copied onto itself")
    func twoNames() async throws {
        try await withHomes { directory, url, bucket in
            let old = try Home("old", in: directory, bucket: bucket)
            let endpoint = bucket.endpoint.replacing("127.0.0.1", with: "localhost")
            #expect(endpoint != bucket.endpoint)
            let new = try Home("new", in: directory, url: url, bucket: (endpoint: endpoint, name: bucket.name))
            var world = try await MovingWorld(in: old)
            let server = try await old.serve()
            for number in 0..<3 { try await world.leave(WAV.tones([440], milliseconds: 200 + number), at: RemoteServer(port: server.port)) }
            #expect(await server.stop() == 0)
            let moved = try await old.move(to: new)
            #expect(moved.status == 0 && moved.json["blobs"]?.int == 0, "\(moved.errors) \(moved.output)")
            let verified = try await new("verify")
            #expect(verified.status == 0, "\(verified.errors) \(verified.output)")
            let next = try await new.serve()
            try await world.check(RemoteServer(port: next.port))
            #expect(await next.stop() == 0)
        }
    }

    @Test("What belongs to another installation, or is in use, is not moved to")
    func refusals() async throws {
        try await withHomes { directory, url, bucket in
            let old = try Home("old", in: directory), other = try Home("other", in: directory, url: url, bucket: bucket)
            #expect(try await old("account", "create", "Acme").status == 0)
            #expect(try await other("account", "create", "Other").status == 0)
            let foreign = try await old.move(to: other)
            #expect(foreign.status == 1 && foreign.refusal?.contains("belongs to another installation") == true, "\(foreign.errors)")
            // With a directory of its own, the database says whose it is, and the bucket.
            let database = try await old.move(to: try Home("third", in: directory, url: url))
            #expect(database.status == 1 && database.refusal?.contains("another key") == true, "\(database.errors)")
            let audio = try await old.move(to: try Home("fourth", in: directory, bucket: bucket))
            #expect(audio.status == 1 && audio.refusal?.contains("another installation") == true, "\(audio.errors)")
            let itself = try await old.move(to: old)
            #expect(itself.status == 1 && itself.refusal?.contains("is in use") == true, "\(itself.errors)")
            let nothing = try await other("move", "--to", directory.path + "/none.yaml")
            #expect(nothing.status == 1 && nothing.refusal?.contains("cannot be read") == true, "\(nothing.errors)")
            // Nothing has changed by all that.
            #expect(try await old("account", "list").json.array?.count == 1)
            #expect(try await other("account", "list").json.array?.count == 1)
        }
    }

    /// Runs `body` with an installation of three messages, whose server runs, and another place for it.
    private func withServedHome(_ body: (_ old: Home, _ new: Home, MovingWorld, RemoteServer) async throws -> Void) async throws {
        try await TemporaryDirectory.run { directory in
            let old = try Home("old", in: directory), new = try Home("new", in: directory)
            var world = try await MovingWorld(in: old)
            let server = try await old.serve()
            let remote = RemoteServer(port: server.port)
            for number in 0..<3 { try await world.leave(WAV.tones([440], milliseconds: 200 + number), at: remote) }
            try await body(old, new, world, remote)
            #expect(await server.stop() == 0)
        }
    }

    /// Moves within the process, so that a test can look on.
    private func move(_ old: Home, to new: Home, holdLimit: Duration, progress: @escaping ProgressReport = { _ in }) async throws -> Move.Summary {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let source = try await Installation.open(.load(file: old.file, environment: [:]), for: .moves, creating: false, logger: logger)
        let target = try await Installation.open(.load(file: new.file, environment: [:]), forMoveOf: source, logger: logger)
        let result: Result<Move.Summary, any Error>
        do { result = .success(try await Move(source, to: target, holdLimit: holdLimit, progress: progress).run()) } catch { result = .failure(error) }
        try await target.close()
        try await source.close()
        return try result.get()
    }

    @Test("Where the last look takes longer than nobody may change anything, all go on, and what they do comes along with the next")
    func heldTooLong() async throws {
        try await withServedHome { old, new, world, remote in
            let (held, note) = AsyncStream.makeStream(of: Void.self)
            let goesOn = DispatchSemaphore(value: 0), looks = Mutex(0), stages = Mutex<[MaintenanceProgress]>([])
            // Somebody who wants to change something just then. He waits for no longer than the hold may last.
            let (path, token) = (world.path, world.token)
            let late = Task {
                for await _ in held { break }
                let created = try await remote.send("PUT", path, token: token, data: ["caller_id_number": "100"])
                goesOn.signal()
                return created.status
            }
            // Enough for the looks that are to succeed, on a busy machine.
            let summary = try await move(old, to: new, holdLimit: .seconds(5)) { progress in
                stages.withLock { $0.append(progress) }
                guard progress.stage == "rows of blob",
                    looks.withLock({
                        $0 += 1; return $0
                    }) == 2
                else { return }
                // The first look while writers are held: it does not come to its end before somebody has written.
                note.yield()
                _ = goesOn.wait(timeout: .now() + 60)
            }
            #expect(try await late.value == 201)
            #expect(summary.releases == 1 && summary.readOnlySeconds >= 5 && summary.rows["message"] == 4)
            #expect(stages.withLock { $0.filter { $0.stage == "holds given up" } } == [MaintenanceProgress("holds given up", 1, of: 3)])
            let listed = try await remote.send("PUT", path, token: token, data: ["caller_id_number": "101"])
            #expect(listed.status >= 500)
            let verified = try await new("verify")
            #expect(verified.status == 0, "\(verified.errors) \(verified.output)")
        }
    }

    @Test("One that never has time enough switches nothing and says so, and can be run again with more")
    func neverInTime() async throws {
        try await withServedHome { old, new, world, remote in
            let error = await #expect(throws: MoveError.self) { try await move(old, to: new, holdLimit: .zero) }
            #expect(error == .heldTooLong(.zero, times: 3))
            #expect(error?.description.contains("for which nobody may change anything, 3 times; nothing was switched") == true)
            var world = world
            try await world.leave(WAV.tones([620], milliseconds: 300), at: remote)
            #expect(try await new("account", "list").refusal?.contains("has not come to its end") == true)
            for seconds in ["0", "86401", "-1", "soon"] {
                let misused = try await old("move", "--to", new.file, "--hold-seconds", seconds)
                #expect(misused.status == 2 && misused.output == "", "\(misused.errors)")
            }
            let moved = try await old("move", "--to", new.file, "--hold-seconds", "86400")
            #expect(moved.status == 0 && moved.json["holds_given_up"] == 0 && moved.json["rows"]?["message"] == 4, "\(moved.errors)")
        }
    }

    @Test("Damage is told and moves along; all else is whole")
    func damage() async throws {
        try await withHomes { directory, url, _ in
            let old = try Home("old", in: directory), new = try Home("new", in: directory, url: url)
            var world = try await MovingWorld(in: old)
            let server = try await old.serve()
            for number in 0..<3 { try await world.leave(WAV.tones([440], milliseconds: 200 + number), at: RemoteServer(port: server.port)) }
            #expect(await server.stop() == 0)
            let blobs = (FileManager.default.enumerator(atPath: old.data + "/blobs")?.compactMap { $0 as? String } ?? []).filter { $0.count > 30 }.sorted()
            #expect(blobs.count == 3)
            try FileManager.default.removeItem(atPath: "\(old.data)/blobs/\(blobs[0])")
            try Data([1, 2, 3]).write(to: URL(filePath: "\(old.data)/blobs/\(blobs[1])"))
            let moved = try await old.move(to: new)
            #expect(moved.status == 1 && moved.refusal?.contains("2 pieces of audio were damaged before") == true, "\(moved.errors)")
            #expect(Set(moved.json["damages"]?.array?.compactMap { $0["kind"]?.string } ?? []) == ["missing_blob", "truncated_blob"], "\(moved.output)")
            let verified = try await new("verify")
            #expect(verified.status == 1 && verified.json["damages"]?.array?.count == 2, "\(verified.output)")
        }
    }
}
