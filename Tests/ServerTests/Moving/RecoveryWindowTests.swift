import Foundation
import TestKit
import Testing
import Voicemail

/// A database taken back to an earlier time, with the bucket as it is.
struct RecoveryWindowTests {
    @Test("Within the window what was removed since is still there; without one verify says what is missing", arguments: [24, 0])
    func pointInTime(_ hours: Int) async throws {
        let store = try await ObjectStore.shared.value
        let cluster = try await PostgresCluster.shared.value
        try await store.withBucket { bucket in
            try await cluster.withDatabase { url in
                try await TemporaryDirectory.run { directory in
                    let place = (endpoint: store.endpoint, name: bucket)
                    let home = try Home("now", in: directory, url: url, bucket: place)
                    let window = "  recovery_hours: \(hours)\n"
                    try (String(contentsOfFile: home.file, encoding: .utf8) + window).write(toFile: home.file, atomically: true, encoding: .utf8)
                    var world = try await MovingWorld(in: home)
                    var server = try await home.serve()
                    for number in 0..<2 { try await world.leave(WAV.tones([440], milliseconds: 200 + number), at: RemoteServer(port: server.port)) }
                    #expect(await server.stop() == 0)
                    // As the database was then: nobody is connected to it while it is copied.
                    let earlier = "e" + HexID.random()
                    let name = String(url.split(separator: "?")[0].split(separator: "/").last ?? "")
                    try await cluster.run("CREATE DATABASE \(earlier) TEMPLATE \(name)")

                    server = try await home.serve()
                    let id = try #require(world.sounds.keys.sorted().first)
                    let replaced = try await RemoteServer(port: server.port).send(
                        "PUT", "\(world.path)/\(id)/raw", headers: ["Content-Type": "audio/wav"], token: world.token, body: WAV.silence(milliseconds: 50))
                    #expect(replaced.status == 201 || replaced.status == 200, "\(replaced.text)")
                    // The server removes what is due by itself; stopping it leaves nothing half done.
                    let end = ContinuousClock.now + .seconds(120)
                    while hours == 0, try await cluster.run("SELECT count(*) FROM blob", in: name) != "2", ContinuousClock.now < end {
                        try await Task.sleep(for: .milliseconds(50))
                    }
                    #expect(await server.stop() == 0)
                    #expect(try await cluster.run("SELECT count(*) FROM blob", in: name) == (hours == 0 ? "2" : "3"))
                    #expect(try await home("verify").status == 0)

                    let then = try Home("then", in: directory, url: cluster.url(of: earlier), bucket: place, more: "")
                    try FileManager.default.createDirectory(atPath: then.data, withIntermediateDirectories: true)
                    try FileManager.default.copyItem(atPath: home.data + "/secret.key", toPath: then.data + "/secret.key")
                    let old = try await then.serve()
                    if hours > 0 { try await world.check(RemoteServer(port: old.port)) }
                    #expect(await old.stop() == 0)
                    let found = try await then("verify")
                    #expect(found.status == (hours > 0 ? 0 : 1), "\(found.errors) \(found.output)")
                    if hours == 0 { #expect(found.json["damages"]?.array?.map { $0["kind"]?.string } == ["missing_blob"], "\(found.output)") }
                    try await cluster.run("DROP DATABASE \(earlier) WITH (FORCE)")
                }
            }
        }
    }
}
