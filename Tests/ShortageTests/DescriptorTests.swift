import Foundation
import TestKit
import Testing

/// What becomes of connections for which there is no file. In a module of its own, which runs by itself: until the server's event loop has had
/// its turn, nothing is given up for libdispatch, and beside a hundred servers that takes long.
@Suite struct DescriptorTests {
    /// The limit of the program's open files, as the system has it.
    private func limit(_ program: RunningProgram, to files: Int) async throws {
        let status = await (try ChildProcess(["prlimit", "--pid", "\(program.id)", "--nofile=\(files):400"])).status()
        try #require(status == 0)
    }

    /// The least number that no file of the program has: a limit with which it can open nothing more.
    private func firstFree(_ program: RunningProgram) throws -> Int {
        let open = Set(try FileManager.default.contentsOfDirectory(atPath: "/proc/\(program.id)/fd").compactMap { Int($0) })
        return try #require((0...open.count).first { !open.contains($0) })
    }

    private func wait(_ program: RunningProgram, for text: String) async throws {
        for _ in 0..<3000 where try !program.errors().contains(text) { try await Task.sleep(for: .milliseconds(20)) }
        let errors = try program.errors()
        #expect(errors.contains(text), "\(errors)")
    }

    @Test func aServerShortOfFilesSaysSoAndServesAgainWhenThereAreSome() async throws {
        try await TemporaryDirectory.run { directory in
            try await CommandLineProgram.running(
                ["serve", "--data", directory.path + "/data", "--listen", "127.0.0.1:0"], launcher: ["prlimit", "--nofile=400:400"]
            ) { program in
                let port = try #require(await program.port())
                // (400 - 192 - 84) / 2
                let errors = try program.errors()
                #expect(errors.contains("connections=62 files=400 wanted=4096"), "\(errors)")
                // Stopped, it has somebody to accept before its libraries open anything.
                kill(program.id, SIGSTOP)
                try await limit(program, to: try firstFree(program))
                try await RawConnection.run(port: port) { connection in
                    try await connection.write(Array("GET /livez HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n".utf8))
                    kill(program.id, SIGCONT)
                    try await wait(program, for: "a connection has to wait")
                    // Longer than libdispatch lets pass between two looks at its threads, which take a descriptor and end what has none.
                    try await Task.sleep(for: .seconds(2))
                    try await limit(program, to: 400)
                    #expect(String(decoding: try await connection.readToEnd(), as: UTF8.self).hasPrefix("HTTP/1.1 200 OK"))
                }
                #expect(try program.errors().split(separator: "\n").filter { $0.contains("a connection has to wait") }.count == 1)
            }
        }
    }
}
