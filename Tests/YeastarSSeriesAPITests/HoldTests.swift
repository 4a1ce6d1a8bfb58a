import TestKit
import Testing
import Voicemail

@Suite struct HoldTests {
    @Test("What is under legal hold is not deleted: 20010, one by one and all together")
    func refused() async throws {
        try await SSeriesWorld.run(extensions: ["1000"]) { world in
            try await world.leave(in: "1000", from: "9")
            _ = try await world.server.service.holds.place(on: .account, world.account.id, in: world.account, reason: "case 12")
            for files in ["msg0000.wav", "all"] {
                let answer = try await world.client.send("voicemail/delete", #"{"extid":"1000","voicemailfile":"\#(files)"}"#)
                #expect(answer.json == failed("20010"))
            }
            let left = try await world.listed("1000")
            #expect(left.count == 1)
        }
    }
}
