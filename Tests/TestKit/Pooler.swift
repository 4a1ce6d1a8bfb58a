import Foundation
import Voicemail

/// A PgBouncer of the test process's own before a cluster, which gives each transaction another of its connections. It ends with the process, however
/// that ends.
public final class Pooler: Sendable {
    private let directory: String
    private let process: ChildProcess
    /// While it is open the pooler runs.
    private let leash: Pipe

    /// It refuses to be root, as the server does.
    private static let script = """
        set -eu
        directory=$1 cluster=$2
        # Another one's leash, if this was begun just when that was made: it would hold it for ever.
        for file in /proc/$$/fd/*; do
            number=${file##*/}
            if [ "$number" -gt 2 ] && [ "$number" -ne 255 ]; then eval "exec $number>&-"; fi
        done
        chmod 755 "$directory"
        cd "$directory"
        echo '"aftertone" ""' > users
        cat > pgbouncer.ini <<END
        [databases]
        * = host=$cluster
        [pgbouncer]
        listen_addr =
        unix_socket_dir = $directory
        listen_port = 5432
        auth_type = trust
        auth_file = $directory/users
        pool_mode = transaction
        default_pool_size = 8
        max_client_conn = 200
        END
        if [ "$(id -u)" -eq 0 ]; then chown -R postgres "$directory"; user="setpriv --reuid=postgres --regid=postgres --clear-groups"; else user=; fi
        $user pgbouncer pgbouncer.ini &
        pooler=$!
        until [ -S .s.PGSQL.5432 ]; do kill -0 $pooler; sleep 0.05; done
        touch ready
        read -r nothing || true
        kill -INT $pooler
        wait $pooler || true
        rm -rf "$directory"
        """

    public init(before cluster: PostgresCluster) async throws {
        directory = FileManager.default.temporaryDirectory.path + "/aftertone-pool-" + String(HexID.random().prefix(8))
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let script = directory + "/run.sh", log = directory + "/log"
        try Self.script.write(toFile: script, atomically: true, encoding: .utf8)
        _ = FileManager.default.createFile(atPath: log, contents: nil)
        let output = try FileHandle(forWritingTo: URL(filePath: log))
        leash = Pipe.closing()
        process = try ChildProcess(
            ["bash", script, directory, cluster.directory], input: leash.fileHandleForReading.fileDescriptor, output: output.fileDescriptor,
            errors: output.fileDescriptor)
        try output.close()
        let end = ContinuousClock.now + .seconds(300)
        while !FileManager.default.fileExists(atPath: directory + "/ready") {
            guard ContinuousClock.now < end, FileManager.default.fileExists(atPath: log) else {
                throw PostgresCluster.NotReady(log: (try? String(contentsOfFile: log, encoding: .utf8)) ?? "")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// The one that tests share, before the cluster that they share.
    public static let shared = Task { try await Pooler(before: PostgresCluster.shared.value) }

    /// Where a database of the cluster is reached through the pooler.
    public func url(of database: String) -> String { "postgresql:///\(database)?host=\(directory)&user=aftertone" }

    /// Runs `body` with the URL of an empty database.
    public func withDatabase<Value: Sendable>(_ body: (_ url: String) async throws -> Value) async throws -> Value {
        try await PostgresCluster.shared.value.withDatabase { url in
            try await body(self.url(of: String(url.dropFirst("postgresql:///".count).prefix { $0 != "?" })))
        }
    }
}
