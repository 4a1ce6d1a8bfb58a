import Foundation
import TestKit
import Testing

/// Whatever is counted moves when its cause is there: a metric that stays where it is tells nobody anything.
@Suite struct MetricCauseTests {
    @Test(arguments: MetricCause.all) func theCauseMovesIt(_ cause: MetricCause) async throws {
        try await TemporaryDirectory.run { scratch in
            let spool = scratch.path + "/spool"
            try FileManager.default.createDirectory(atPath: spool, withIntermediateDirectories: true)
            try await TestServer.run {
                cause.configure(&$0, spool)
            } _: { (server: TestServer) async throws in
                let bench = MetricBench(server: server, world: try await server.makeWorld(), scratch: spool)
                // What is in a hurry with clients may cut the one who asks.
                let ask: @Sendable () async -> Double? = { (try? await server.send("GET", "/metrics").text).map { cause.value(in: $0) } }
                var before = await ask()
                while before == nil { before = await ask() }
                let wanted = (before ?? 0) + cause.least
                try await cause.happen(bench) {
                    while await ask() ?? 0 < wanted { try await Task.sleep(for: .milliseconds(10)) }
                }
            }
        }
    }

    /// What the kernel says of the process before and after is what is served in between, give or take what comes and goes meanwhile.
    @Test func theProcessIsWhatTheKernelSaysOfIt() async throws {
        try await TemporaryDirectory.run { scratch in
            try await CommandLineProgram.running(["serve", "--data", scratch.path + "/data", "--listen", "127.0.0.1:0"]) { program in
                let port = try #require(await program.port())
                func ask() async throws -> (memory: Double, files: Double) {
                    let text = try await Shell.run("curl -s http://127.0.0.1:\(port)/metrics", environment: ["PATH": "/usr/bin:/bin"], in: scratch.path).output
                    return (MetricCause("process_resident_memory_bytes") { _ in }.value(in: text), MetricCause("process_open_fds") { _ in }.value(in: text))
                }
                func kernel() throws -> (memory: Double, files: Double) {
                    let files = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(program.id)/fd").count
                    return (Double(try program.memory("VmRSS")), Double(files))
                }
                func hold(_ count: Int) async throws {
                    guard count > 0 else {
                        let before = try kernel(), served = try await ask(), after = try kernel()
                        let memory = Double(24 << 20)
                        #expect(served.memory > min(before.memory, after.memory) - memory && served.memory < max(before.memory, after.memory) + memory)
                        #expect(served.files > min(before.files, after.files) - 16 && served.files < max(before.files, after.files) + 16)
                        #expect(served.files > 40)
                        return
                    }
                    try await RawConnection.run(port: port) { connection in
                        try await connection.write(Array("GET /openapi/ HTTP/1.1\r\nHost: h\r\n\r\n".utf8))
                        _ = try await connection.read()
                        try await hold(count - 1)
                    }
                }
                try await hold(40)
            }
        }
    }

    /// `MetricsTests` holds the table to what is served, `DeployTests` rules and dashboard to the table.
    @Test func everyMetricHasACause() throws {
        let documented = Set(try MetricsTests.documented().keys),
            caused = Set(MetricCause.all.map(\.metric)).union(MetricCause.ofTheProcess).union(MetricCause.ofRegistrations)
        #expect(documented.subtracting(caused) == [], "has no row in MetricCauses.swift")
        #expect(caused.subtracting(documented) == [], "is not in docs/operations.md")
    }

    /// What an alert rule names of a label is made to happen too, but for a fault of the server itself.
    @Test func everyKindThatARuleNamesHasACause() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let rules = try String(contentsOf: root.appending(path: "deploy/prometheus/aftertone.rules.yaml"), encoding: .utf8)
        for match in rules.matches(of: /(aftertone_[a-z_]+)\{([^}]*)\}/) {
            let metric = String(match.1).replacing(/_(bucket|count|sum)$/, with: "")
            for label in match.2.matches(of: /(status|result|state|reason)=~?"([^"]*)"/) {
                let isCaused = label.2.split(separator: "|").contains { value in
                    MetricCause.all.contains { $0.metric == metric && $0.label.contains("\(label.1)=\"\(value)\"") }
                }
                #expect(isCaused || label.2 == "500", "\(metric): \(label.0)")
            }
        }
    }
}
