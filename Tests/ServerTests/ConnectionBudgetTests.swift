import Foundation
import HTTPFront
import Synchronization
import TestKit
import Testing

@testable import Server

/// As many connections as there are files for, and what becomes of those beyond.
@Suite struct ConnectionBudgetTests {
    @Test func whatFitsIsLeftAsItIs() {
        let files = ConnectionBudget.reserve + 50 + 2 * 4096
        let fits = ConnectionBudget(4096, listeners: 1, files: files, kept: 50)
        #expect(fits.connections == 4096 && !fits.isCut)
        let cut = ConnectionBudget(4096, listeners: 1, files: files - 1, kept: 50)
        #expect(cut.connections == 4095 && cut.isCut)
        let shared = ConnectionBudget(4096, listeners: 2, files: files, kept: 50)
        #expect(shared.connections == 2048 && shared.isCut)
        #expect(ConnectionBudget(4096, listeners: 1, files: 10, kept: 50).connections == 1)
        #expect(ConnectionBudget(4096, listeners: 1, files: nil, kept: 50).connections == 4096)
    }

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
