import Foundation
import TestKit
import Testing
import Voicemail

/// What an account may say of how long its recordings are kept, and that no number of it brings the server down.
@Suite struct RetentionTests {
    @Test(arguments: [
        ("recording_retention_days", [1, 36_500], [0, -1, 36_501, .max, .min]), ("recording_maximum_bytes", [1, .max], [0, -1, .min]),
        ("message_keep_days", [1, 36_500], [0, -1, 36_501, .max, .min]), ("message_keep_bytes", [1, .max], [0, -1, .min]),
    ])
    func anAccountSaysHowLongItsRecordingsAreKept(_ key: String, _ good: [Int], _ bad: [Int]) async throws {
        try await TestServer.run { server in
            let world = try await server.makeWorld()
            for number in bad {
                let answer = try await server.send("PATCH", world.accountPath, token: world.token, data: [key: .int(number)])
                #expect(answer.status == 400, "\(number)")
                #expect(answer.data[key]?.object?.isEmpty == false, "\(number)")
            }
            for number in good {
                let answer = try await server.send("PATCH", world.accountPath, token: world.token, data: [key: .int(number)])
                #expect(answer.status == 200)
                #expect(answer.data[key] == .int(number))
                try await server.service.housekeeping.sweep()
            }
        }
    }

    @Test(arguments: [Int.max, .min, 0, -1])
    func aNumberThatIsStoredAlreadyAndMeansNothingCountsAsNone(_ number: Int) async throws {
        try await TestServer.run { server in
            let world = try await IntakeWorld(server)
            #expect(try await world.put("a.wav", try Sounds.wav()).status == 201)
            try await server.service.store.write { writer in
                var account = try #require(try writer.document(id: world.account.id))
                account.attributes["recording_retention_days"] = .int(number)
                account.attributes["recording_maximum_bytes"] = .int(min(number, 0))
                try writer.update(account)
            }
            try await server.service.housekeeping.sweep()
            #expect(try await world.recordings().count == 1)
        }
    }

    @Test func callsThatAreStoredForLongerThanTheAccountKeepsThemAreRemoved() async throws {
        try await TestServer.run { server in
            let world = try await IntakeWorld(server)
            _ = try await server.service.accounts.change(world.account.id, .patch(["recording_retention_days": 1]))
            // The clock of the one's recorder is at 1970, that of the other's an hour ahead.
            #expect(try await world.put("slow.wav?at=0", try Sounds.wav(1)).status == 201)
            #expect(try await world.put("fast.wav?at=\(server.clock.now.unix + 3600)", try Sounds.wav(2)).status == 201)
            for (seconds, left) in [(0, ["slow.wav", "fast.wav"]), (86_400, ["slow.wav", "fast.wav"]), (1, ["fast.wav"]), (3600, [])] {
                server.clock.advance(by: seconds)
                try await server.service.housekeeping.sweep()
                #expect(try await world.recordings().map(\.source) == left, "\(seconds)")
            }
        }
    }

    @Test func whatWasStoredFirstGoesFirstWhenThereIsTooMuch() async throws {
        try await TestServer.run { server in
            let world = try await IntakeWorld(server)
            let size = try Sounds.wav().count
            _ = try await server.service.accounts.change(world.account.id, .patch(["recording_maximum_bytes": .int(size)]))
            for (name, at) in [("first.wav", server.clock.now.unix), ("slow.wav", 0)] {
                #expect(try await world.put("\(name)?at=\(at)", try Sounds.wav(name.utf8.count)).status == 201)
            }
            try await server.service.housekeeping.sweep()
            #expect(try await world.recordings().map(\.source) == ["slow.wav"])
        }
    }
}
