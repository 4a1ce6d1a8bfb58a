import Foundation
import TestKit
import Voicemail

/// Three processes on one database and one bucket, each with a directory of its own.
actor Cluster {
    struct Node: Sendable {
        let data: String
        let environment: [String: String]
    }

    /// Connections that each has to serve with.
    static let pool = 4

    let nodes: [Node]
    /// What the database knows its connections by.
    private let name: String
    private var processes: [ServerProcess?]

    private init(_ nodes: [Node], name: String) {
        self.nodes = nodes
        self.name = name
        processes = nodes.map { _ in nil }
    }

    /// Runs `body` with a cluster that has not been started.
    /// - Parameters:
    ///   - url: the database.
    ///   - endpoint: the bucket's service, where it is not the real one.
    static func run<Value: Sendable>(
        url: String, endpoint: String? = nil, nodes count: Int = 3, environment: [String: String] = [:],
        _ body: (Cluster) async throws -> Value
    ) async throws -> Value {
        let store = try await ObjectStore.shared.value
        return try await store.withBucket { bucket in
            try await TemporaryDirectory.run { directory in
                let name = "c" + HexID.random()
                var settings = store.environment(bucket: bucket)
                let url = url + "&application_name=" + name
                settings.merge(["AFTERTONE_STORE_KIND": "postgres", "AFTERTONE_STORE_URL": url, "AFTERTONE_STORE_POOL": String(pool)]) { $1 }
                if let endpoint { settings["AFTERTONE_ARCHIVE_ENDPOINT"] = endpoint }
                settings.merge(environment) { $1 }
                let nodes = (0..<count).map { Node(data: "\(directory.path)/node\($0)", environment: settings) }
                let key = Data(Bytes.pattern(32, seed: UInt64.random(in: 1...UInt64.max)))
                for node in nodes {
                    try FileManager.default.createDirectory(atPath: node.data, withIntermediateDirectories: true)
                    try key.write(to: URL(filePath: node.data + "/secret.key"))
                }
                let cluster = Cluster(nodes, name: name)
                let result: Result<Value, any Error>
                do { result = .success(try await body(cluster)) } catch { result = .failure(error) }
                await cluster.killAll()
                return try result.get()
            }
        }
    }

    /// Runs a command on the first one's directory.
    nonisolated func command(_ arguments: [String]) async throws -> CommandLineProgram.Outcome {
        try await CommandLineProgram.run(arguments + ["--data", nodes[0].data, "--json"], environment: nodes[0].environment)
    }

    /// Starts what does not run.
    func start() async throws {
        for index in nodes.indices where processes[index] == nil {
            processes[index] = try await ServerProcess.start(in: nodes[index].data, environment: nodes[index].environment)
        }
    }

    var ports: [Int] { processes.compactMap { $0?.port } }
    var servers: [RemoteServer] { ports.map { RemoteServer(port: $0) } }
    var ids: [pid_t] { processes.compactMap { $0?.id } }

    /// Waits until the database has done what it was asked for, also by those that were killed since: what they have sent it still does.
    func isSettled(_ database: PostgresCluster) async throws {
        let busy = "SELECT count(*) FROM pg_stat_activity WHERE application_name = '\(name)' AND state <> 'idle'"
        try await Patience.until { try await database.run(busy) == "0" }
    }

    /// How many connections of its servers the database has; nil where it says no number.
    func connections(_ database: PostgresCluster) async throws -> Int? {
        Int(try await database.run("SELECT count(*) FROM pg_stat_activity WHERE application_name = '\(name)'"))
    }

    /// Ends one as a power cut would.
    func kill(_ index: Int) {
        processes[index]?.kill()
        processes[index] = nil
    }

    func killAll() { for index in nodes.indices { kill(index) } }

    /// Asks all to stop.
    /// - Returns: their exit statuses.
    func stop() async -> [Int32] {
        let running = processes.compactMap(\.self)
        processes = nodes.map { _ in nil }
        var statuses: [Int32] = []
        for process in running { statuses.append(await process.stop()) }
        return statuses
    }
}
