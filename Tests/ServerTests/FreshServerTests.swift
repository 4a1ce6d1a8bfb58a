import Foundation
import TestKit
import Testing

@Suite struct FreshServerTests {
    #if DEBUG
    /// A debug build carries more of itself.
    private static let bound = 96 << 20
    #else
    private static let bound = 60 << 20
    #endif

    @Test func aFreshServerHoldsLittle() async throws {
        try await TemporaryDirectory.run { directory in
            try await CommandLineProgram.running(["serve", "--data", directory.path + "/data", "--listen", "127.0.0.1:0"]) { program in
                let server = RemoteServer(port: try #require(await program.port()))
                #expect(try await server.send("GET", "/readyz").status == 200)
                let held = try program.memory("VmRSS")
                #expect(held < Self.bound, "\(held >> 20) MiB")
            }
        }
    }
}
