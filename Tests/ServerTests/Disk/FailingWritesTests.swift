import Foundation
import TestKit
import Testing
import Voicemail

/// Promise 1 while every write of the program fails: a limit on the size of its files is set and lifted from outside
/// (`prlimit`), so that the kernel refuses each of them.
@Suite struct FailingWritesTests {
    @Test func nothingIsHalfMadeAndItRecovers() async throws {
        try await TemporaryDirectory.run { directory in
            let world = try await DiskWorld.make(in: directory.path + "/data")
            try await world.serving { program, server in
                for _ in 0..<3 { #expect(try await world.deposit(at: server).status == 201) }
                #expect(try await world.change(at: server).status == 200)
                for _ in 0..<2 {
                    try await Self.limitFiles(of: program, to: "1")
                    for _ in 0..<3 {
                        expectStorageFault(try await world.deposit(at: server))
                        expectStorageFault(try await world.change(at: server))
                    }
                    let reasons = try await server.readiness(503).json["reasons"]
                    #expect(reasons?["archive"] != nil && reasons?["store"] != nil, "\(reasons?.encoded ?? "")")
                    try await world.expectWhole(at: server)
                    try await Self.limitFiles(of: program, to: "unlimited")
                    #expect(try await server.readiness(200).status == 200)
                    #expect(try await world.deposit(at: server).status == 201)
                    #expect(try await world.change(at: server).status == 200)
                    try await world.expectWhole(at: server)
                }
                // Killed while nothing can be written, it has lost nothing either.
                try await Self.limitFiles(of: program, to: "1")
                expectStorageFault(try await world.deposit(at: server))
            }
            try await world.serving { program, server in
                try await world.expectWhole(at: server)
                #expect(try await world.deposit(at: server).status == 201)
                program.send(SIGTERM)
                #expect(await program.status() == 0)
            }
            try await world.verify()
        }
    }

    /// - Parameter bytes: what util-linux' `prlimit` takes; the hard limit stays away.
    private static func limitFiles(of program: RunningProgram, to bytes: String) async throws {
        let tool = try ChildProcess(["prlimit", "--pid", String(program.id), "--fsize=\(bytes):unlimited"])
        try #require(await tool.status() == 0)
    }
}
