import TestKit
import Testing
import Voicemail

struct LiveProcessesTests {
    @Test("Each counts all that have said that they live, until their time is over or they have left")
    func counts() async throws {
        try await TestServer.run { (server: TestServer) async throws in
            let one = LiveProcesses(server.service), two = LiveProcesses(server.service), three = LiveProcesses(server.service)
            #expect(one.count == 1)
            try await one.announce(for: 90)
            #expect(one.count == 1)
            try await two.announce(for: 90)
            try await three.announce(for: 90)
            #expect(one.count == 1 && two.count == 2 && three.count == 3)
            try await one.announce(for: 90)
            #expect(one.count == 3)
            try await two.leave()
            try await one.announce(for: 90)
            #expect(one.count == 2)
            // Who has left twice, or never came, has left.
            try await two.leave()
            try await LiveProcesses(server.service).leave()
            server.clock.advance(by: 89)
            try await one.announce(for: 90)
            #expect(one.count == 2)
            server.clock.advance(by: 1)
            try await one.announce(for: 90)
            #expect(one.count == 1)
            // Who was thought to be gone is counted again.
            try await three.announce(for: 90)
            #expect(three.count == 2)
        }
    }
}
