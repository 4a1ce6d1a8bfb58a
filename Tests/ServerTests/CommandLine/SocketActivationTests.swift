import Foundation
import TestKit
import Testing

/// Sockets that somebody else listens on, as systemd does for `aftertone.socket`.
@Suite struct SocketActivationTests {
    private static let environment = ["PATH": "/usr/bin:/bin"]

    /// Programs that ask again and again, each time over a connection of their own. Not tasks of this process, whose threads all tests share: who gets
    /// none of them for seconds has not asked in time. They end with their directory at the latest.
    private struct Askers {
        private static let script = """
            import os, socket, sys, threading

            counted = os.open("asked", os.O_WRONLY | os.O_CREAT | os.O_APPEND)

            def ask():
                with socket.create_connection(("127.0.0.1", int(sys.argv[1]))) as connection:
                    connection.sendall(b"GET /livez HTTP/1.1\\r\\nHost: h\\r\\nConnection: close\\r\\n\\r\\n")
                    return b"".join(iter(lambda: connection.recv(65536), b""))

            def go_on():
                while os.path.exists("asked") and not os.path.exists("over"):
                    try:
                        answer = ask()
                        if not answer.startswith(b"HTTP/1.1 200 "):
                            print("answered with", answer[:100], flush=True)
                    except OSError as error:
                        print(error, flush=True)
                    os.write(counted, b".")

            askers = [threading.Thread(target=go_on) for _ in range(4)]
            for asker in askers: asker.start()
            for asker in askers: asker.join()

            """
        private let directory: String
        private let process: ChildProcess
        private let output: FileHandle

        init(_ port: Int, in directory: String) throws {
            self.directory = directory
            _ = FileManager.default.createFile(atPath: directory + "/failures", contents: nil)
            output = try FileHandle(forWritingTo: URL(filePath: directory + "/failures"))
            process = try ChildProcess(
                ["python3", "-c", Self.script, String(port)], environment: SocketActivationTests.environment, directory: directory,
                output: output.fileDescriptor, errors: output.fileDescriptor)
        }

        private var asked: Int { (try? FileManager.default.attributesOfItem(atPath: directory + "/asked")[.size] as? Int) ?? 0 }

        /// Waits until they have asked so many times more.
        func wait(for more: Int) async throws {
            let wanted = asked + more
            while asked < wanted { try await Task.sleep(for: .milliseconds(5)) }
        }

        /// Has them come to their end.
        /// - Returns: what went wrong.
        func end() async throws -> String {
            _ = FileManager.default.createFile(atPath: directory + "/over", contents: nil)
            #expect(await process.status() == 0)
            return try String(contentsOfFile: directory + "/failures", encoding: .utf8)
        }
    }

    /// The answer to one request.
    private static func ask(_ port: Int) async throws -> String {
        try await RawConnection.run(port: port) { connection in
            try await connection.write(Array("GET /livez HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n".utf8))
            return String(decoding: try await connection.readToEnd(), as: UTF8.self)
        }
    }

    @Test("A server that is started anew under the same socket refuses nobody and loses no request")
    func restarts() async throws {
        try await TemporaryDirectory.run { scratch in
            let port = try FreePort.draw(), program = CommandLineProgram.executable.path
            // Holds the socket, as systemd does, and starts one server after the other on it.
            let holder = try scratch.write(
                """
                for round in 1 2 3; do
                    (
                        export LISTEN_PID=$BASHPID
                        echo $BASHPID >pid.partial && mv pid.partial pid.$round
                        exec '\(program)' serve --data data --listen 127.0.0.1:\(port) >out.$round 2>errors.$round
                    ) || exit 1
                done

                """, to: "holder")
            let process = try ChildProcess(
                ["systemd-socket-activate", "--fdname=http", "-l", "127.0.0.1:\(port)", "bash", holder], environment: Self.environment, directory: scratch.path)
            // The first who connects has the server started, once somebody listens there.
            while (try? await Self.ask(port)) == nil { try await Task.sleep(for: .milliseconds(20)) }
            let askers = try Askers(port, in: scratch.path)
            var failures = ""
            for round in 1...3 {
                while !FileManager.default.fileExists(atPath: "\(scratch.path)/pid.\(round)") { try await Task.sleep(for: .milliseconds(10)) }
                let said = "listening on http://127.0.0.1:\(port)\n"
                while (try? String(contentsOfFile: "\(scratch.path)/out.\(round)", encoding: .utf8))?.hasPrefix(said) != true {
                    try await Task.sleep(for: .milliseconds(10))
                }
                try await askers.wait(for: 50)
                let id = try #require(
                    pid_t(try String(contentsOfFile: "\(scratch.path)/pid.\(round)", encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)))
                // Whoever comes after the last has nobody to come to.
                if round == 3 { failures = try await askers.end() }
                kill(id, SIGTERM)
            }
            #expect(await process.status() == 0)
            #expect(failures == "")
            for round in 1...3 {
                let errors = try String(contentsOfFile: "\(scratch.path)/errors.\(round)", encoding: .utf8)
                #expect(!errors.contains(" error "), "\(errors)")
            }
        }
    }

    @Test("A socket that stands for an address of the page's own has the page and no interface, and the other the interfaces and no page")
    func page() async throws {
        try await TemporaryDirectory.run { scratch in
            let ports = try [FreePort.draw(), FreePort.draw()], program = CommandLineProgram.executable.path
            let process = try ChildProcess(
                [
                    "systemd-socket-activate", "-l", "127.0.0.1:\(ports[0])", "-l", "127.0.0.1:\(ports[1])", "-E", "AFTERTONE_WEB_LISTEN=127.0.0.1:\(ports[1])",
                    program, "serve", "--data", scratch.path + "/data", "--listen", "127.0.0.1:\(ports[0])",
                ], environment: Self.environment, directory: scratch.path)
            while (try? await Self.ask(ports[0])) == nil { try await Task.sleep(for: .milliseconds(20)) }
            var found: [String] = []
            for port in ports {
                for path in ["login", "v2/user_auth"] {
                    let answer = try await Shell.run(
                        "curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1:\(port)/\(path)", environment: Self.environment, in: scratch.path)
                    found.append(answer.output)
                }
            }
            process.send(SIGTERM)
            #expect(await process.status() == 0)
            #expect(found == ["404", "405", "200", "404"])
        }
    }

    /// Starts the server with its standard input, which is nothing, as the socket that is handed over.
    private static func serve(pid: String, count: Int = 1, in scratch: TemporaryDirectory) async throws -> Shell.Outcome {
        try await Shell.run(
            """
            exec 3<&0
            export LISTEN_FDS=\(count) LISTEN_PID=\(pid) LISTEN_FDNAMES=http
            exec '\(CommandLineProgram.executable.path)' serve --data data --listen 127.0.0.1:0
            """, environment: environment, in: scratch.path)
    }

    @Test("What is no socket that listens is refused by its number")
    func noSocket() async throws {
        try await TemporaryDirectory.run { scratch in
            let outcome = try await Self.serve(pid: "$$", in: scratch)
            #expect(outcome.status == 1)
            #expect(outcome.output == "aftertone: the descriptor 3 that was handed over is no socket of TCP that listens\n")
            let many = try await Self.serve(pid: "$$", count: 1000, in: scratch)
            #expect(many.status == 1)
            #expect(many.output == "aftertone: LISTEN_FDS is 1000, and at most 64 sockets are taken\n")
        }
    }

    @Test("What is for another process is nothing to this one")
    func another() async throws {
        let environment = ["LISTEN_FDS": "1", "LISTEN_PID": "1", "LISTEN_FDNAMES": "http"]
        try await TemporaryDirectory.run { scratch in
            try await CommandLineProgram.running(["serve", "--data", scratch.path + "/data", "--listen", "127.0.0.1:0"], environment: environment) { program in
                let port = try #require(await program.port())
                let answer = try await Shell.run(
                    "curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1:\(port)/livez", environment: Self.environment, in: scratch.path)
                #expect(answer.output == "200")
            }
        }
    }
}
