import Foundation
import Voicemail

/// A PostgreSQL server of the test process's own, on a socket in a directory of its own. It ends with the process, however that ends.
public final class PostgresCluster: Sendable {
    public struct NotReady: Error { public let log: String }

    /// Where its socket is.
    public let directory: String
    private let process: ChildProcess
    /// While it is open the server runs.
    private let leash: Pipe

    /// The server refuses to be root, so its files belong to Debian's user `postgres` then. Texts are in an order that no machine would choose:
    /// what compares byte by byte has to say so.
    private static let script = """
        set -eu
        directory=$1 settings=$2 primary=$3
        # Another one's leash, if this was begun just when that was made: it would hold it for ever.
        for file in /proc/$$/fd/*; do
            number=${file##*/}
            if [ "$number" -gt 2 ] && [ "$number" -ne 255 ]; then eval "exec $number>&-"; fi
        done
        bin=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
        as() { if [ "$(id -u)" -eq 0 ]; then setpriv --reuid=postgres --regid=postgres --clear-groups "$@"; else "$@"; fi; }
        chmod 755 "$directory"
        if [ "$(id -u)" -eq 0 ]; then chown postgres "$directory"; fi
        cd "$directory"
        if [ -n "$primary" ]; then
            as "$bin/pg_basebackup" -D "$directory/data" -h "$primary" -U aftertone -R -X stream -C -S standby
        else
            as "$bin/initdb" -D "$directory/data" -U aftertone --auth=trust -E UTF8 --locale=C.UTF-8 --locale-provider=icu --icu-locale=en-US --no-sync
            echo "local replication all trust" >> "$directory/data/pg_hba.conf"
        fi
        if [ "$(id -u)" -eq 0 ]; then user="setpriv --reuid=postgres --regid=postgres --clear-groups"; else user=; fi
        # Not by `as`: a shell would stand between, which does not hear the signal that ends the server.
        begin() {
            $user "$bin/postgres" -D "$directory/data" -k "$directory" -c listen_addresses= -c max_connections=300 -c shared_buffers=32MB $settings &
            server=$!
        }
        begin
        word=
        while :; do
            until as "$bin/pg_isready" -q -h "$directory" -d postgres -U aftertone; do
                # After a kill it does not begin before the last process of the one before has gone.
                if ! kill -0 $server 2>/dev/null; then [ -n "$word" ]; begin; fi
                sleep 0.05
            done
            echo $server > "$directory/ready.partial"
            mv "$directory/ready.partial" "$directory/ready"
            read -r word || word=
            [ "$word" = again ] || break
            wait $server || true
            begin
        done
        kill -INT $server || true
        wait $server || true
        rm -rf "$directory"
        """

    /// - Parameter settings: more options of the server's command line.
    public convenience init(settings: String = "-c fsync=off") async throws { try await self.init(settings: settings, primary: nil) }

    /// One that repeats what another one does, and can take its place.
    public convenience init(standbyOf primary: PostgresCluster) async throws { try await self.init(settings: "-c fsync=on", primary: primary) }

    private init(settings: String, primary: PostgresCluster?) async throws {
        directory = FileManager.default.temporaryDirectory.path + "/aftertone-pg-" + String(HexID.random().prefix(8))
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let script = directory + "/run.sh", log = directory + "/log"
        try Self.script.write(toFile: script, atomically: true, encoding: .utf8)
        _ = FileManager.default.createFile(atPath: log, contents: nil)
        let output = try FileHandle(forWritingTo: URL(filePath: log))
        leash = Pipe.closing()
        process = try ChildProcess(
            ["bash", script, directory, settings, primary?.directory ?? ""], input: leash.fileHandleForReading.fileDescriptor, output: output.fileDescriptor,
            errors: output.fileDescriptor)
        try output.close()
        try await isReady()
    }

    private func isReady() async throws {
        let log = directory + "/log", end = ContinuousClock.now + .seconds(300)
        while !FileManager.default.fileExists(atPath: directory + "/ready") {
            guard ContinuousClock.now < end, FileManager.default.fileExists(atPath: log) else {
                throw NotReady(log: (try? String(contentsOfFile: log, encoding: .utf8)) ?? "")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// Sends a signal to the server and all of its processes.
    public func signal(_ signal: Int32) throws {
        let text = try String(contentsOfFile: directory + "/ready", encoding: .utf8).trimmingCharacters(in: .newlines)
        guard let server = pid_t(text) else { throw NotReady(log: "no process") }
        let children = try String(contentsOfFile: "/proc/\(server)/task/\(server)/children", encoding: .utf8).split(separator: " ").compactMap { pid_t($0) }
        // All at a standstill before the first dies: one that sees the server gone would still write something down.
        if signal == SIGKILL { for process in [server] + children { kill(process, SIGSTOP) } }
        for process in [server] + children { kill(process, signal) }
    }

    /// Begins the server anew that was killed.
    public func restart() async throws {
        try FileManager.default.removeItem(atPath: directory + "/ready")
        try leash.fileHandleForWriting.write(contentsOf: Array("again\n".utf8))
        try await isReady()
    }

    /// Makes a standby the primary.
    public func promote() async throws { try await run("SELECT pg_promote(true, 60)") }

    /// The one that most tests share. Nothing in it outlives a crash of the machine, which no test of these is about.
    public static let shared = Task { try await PostgresCluster() }

    public func url(of database: String) -> String { "postgresql:///\(database)?host=\(directory)&user=aftertone" }

    /// Runs a statement as an administrator would.
    /// - Returns: what was printed, unaligned.
    @discardableResult
    public func run(_ statement: String, in database: String = "postgres") async throws -> String {
        let log = directory + "/" + HexID.random()
        _ = FileManager.default.createFile(atPath: log, contents: nil)
        let output = try FileHandle(forWritingTo: URL(filePath: log))
        let psql = try ChildProcess(
            ["psql", "-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-d", url(of: database), "-c", statement], output: output.fileDescriptor,
            errors: output.fileDescriptor)
        let status = await psql.status()
        try output.close()
        let text = try String(contentsOfFile: log, encoding: .utf8).trimmingCharacters(in: .newlines)
        try FileManager.default.removeItem(atPath: log)
        guard status == 0 else { throw NotReady(log: text) }
        return text
    }

    /// Runs `body` with the URL of an empty database.
    public func withDatabase<Value: Sendable>(_ body: (_ url: String) async throws -> Value) async throws -> Value {
        try await ServerTurns.hold {
            let name = "t" + HexID.random()
            try await run("CREATE DATABASE \(name)")
            let result = await Result { () async throws -> Value in try await body(url(of: name)) }
            try await run("DROP DATABASE \(name) WITH (FORCE)")
            return try result.get()
        }
    }

    /// Stops the server, and waits until it has gone.
    public func stop() async throws {
        try leash.fileHandleForWriting.write(contentsOf: Array("\n".utf8))
        try leash.fileHandleForWriting.close()
        _ = await process.status()
    }
}
