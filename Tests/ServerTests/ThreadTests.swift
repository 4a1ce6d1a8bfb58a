import Foundation
import TestKit
import Testing

/// A process that has had many servers, as a run of all tests, has the threads of none.
@Suite struct ThreadTests {
    /// In a process of its own: the threads of other tests come and go.
    @Test func aServersThreadsEndWithIt() async {
        await #expect(processExitsWith: .success) {
            for _ in 0..<5 {
                try await TestServer.run { server in
                    let world = try await server.makeWorld()
                    _ = try await server.leave(audio: Sound.bytes(1, 1), in: world.mailbox, of: world.account)
                    #expect(try await server.send("GET", world.boxPath, token: world.token).status == 200)
                    #expect(try ThreadTests.pooled > 0)
                }
                // Their owner has waited for them, the system may still be clearing them away.
                let deadline = ContinuousClock.now + .seconds(60)
                while try ThreadTests.pooled > 0, ContinuousClock.now < deadline { await Task.yield() }
                #expect(try ThreadTests.pooled == 0)
            }
        }
    }

    /// Threads of this process that belong to pools of somebody's own, and not to the process.
    private static var pooled: Int {
        get throws {
            let ids = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")
            // One that has just ended has no name.
            return ids.count { (try? String(contentsOfFile: "/proc/self/task/\($0)/comm", encoding: .utf8))?.hasPrefix("TP-#") == true }
        }
    }
}
