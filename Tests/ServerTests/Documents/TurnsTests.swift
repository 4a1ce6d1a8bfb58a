import Audio
import Foundation
import TestKit
import Testing

/// The clients that the guides show, at three servers on one database and one bucket that take turns request by request.
struct TurnsTests {
    @Test("A client of each interface sees one installation, whichever of three servers answers", arguments: ["kazoo", "p-series", "s-series"])
    func turns(_ document: String) async throws {
        let session = try DocumentedSession("client", in: "docs/\(document).md")
        let store = try await ObjectStore.shared.value
        try await PostgresCluster.shared.value.withDatabase { url in
            try await store.withBucket { bucket in
                try await TemporaryDirectory.run { directory in
                    var settings = store.environment(bucket: bucket)
                    settings.merge(["AFTERTONE_STORE_KIND": "postgres", "AFTERTONE_STORE_URL": url, "AFTERTONE_STORE_POOL": "4"]) { $1 }
                    let nodes = (0..<3).map { "\(directory.path)/node\($0)" }
                    let key = Data(Bytes.pattern(32, seed: UInt64.random(in: 1...UInt64.max)))
                    var servers: [ServerProcess] = []
                    for node in nodes {
                        try FileManager.default.createDirectory(atPath: node, withIntermediateDirectories: true)
                        try key.write(to: URL(filePath: node + "/secret.key"))
                        servers.append(try await ServerProcess.start(in: node, environment: settings))
                    }
                    let sound = Data(try AudioSamples.murmur(seconds: 2).encoded(as: .wavPCM16))
                    _ = try directory.write(sound, to: "voice.wav")
                    var environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("AFTERTONE_") }.merging(settings) { $1 }
                    environment["PATH"] = CommandLineProgram.executable.deletingLastPathComponent().path + ":" + (environment["PATH"] ?? "/usr/bin:/bin")
                    environment["AFTERTONE_DATA"] = nodes[0]
                    let front = RoundRobin(over: servers.map(\.port))
                    let lines = SessionTests.furnishing + String(repeating: session.lines, count: 2)
                    let outcome = try await front.run { [environment] port in
                        try await Shell.run(lines, environment: environment.merging(["URL": "http://127.0.0.1:\(port)"]) { $1 }, in: directory.path)
                    }
                    #expect(outcome.status == 0, "\(outcome.output)")
                    #expect(front.count >= 4)
                    for server in servers { #expect(await server.stop() == 0) }
                    let verified = try await CommandLineProgram.run(["verify", "--data", nodes[0]], environment: settings)
                    #expect(verified.status == 0, "\(verified.errors) \(verified.output)")
                }
            }
        }
    }
}
