import TestKit
import Testing
import Voicemail

@Suite("The other side goes over to another format while the caller hears the tone")
struct FormatChangeTests {
    /// How a call begins, what it goes over to, and what it is kept in.
    struct Change: Sendable, CustomTestStringConvertible {
        let first: String
        let then: (formats: String, type: UInt8)
        let kept: String

        var testDescription: String { "\(first) to \(then.formats)" }

        static let all = [
            Change(first: "0 101", then: ("8 101", 8), kept: "audio/wav"), Change(first: "8 101", then: ("0 101", 0), kept: "audio/wav"),
            Change(first: "9 101", then: ("0 101", 0), kept: "audio/wav"), Change(first: "96 101", then: ("0 101", 0), kept: "audio/ogg"),
        ]
    }

    @Test("The message is what was said, whole, in the format that its file says", arguments: Change.all)
    func changes(change: Change) async throws {
        try await CallWorld.run(["skip_greeting": true, "skip_instructions": true]) { world in
            let captures = world.server.directory + "/captures"
            try await world.withPhone { phone in
                try await phone.call("1000", offer: phone.offer(formats: change.first, extra: "a=rtpmap:96 opus/48000/2\r\n"))
                // What it will be kept in is on the disk before the tone.
                while try FileList.bytes(in: captures) == 0 { try await Task.sleep(for: .milliseconds(2)) }
                let head = try FileList.bytes(in: captures)
                #expect(try await phone.ask("INVITE", body: phone.offer(formats: change.then.formats)).status == 200)
                phone.send(phone.request("ACK"))
                while try FileList.bytes(in: captures) <= head { try await phone.sound.say(hertz: nil, milliseconds: 40, type: change.then.type) }
                try await phone.sound.say(hertz: 500, milliseconds: 2000, type: change.then.type)
                try await phone.sound.say(hertz: nil, milliseconds: 200, type: change.then.type)
                try await phone.hangUp()
            }
            let message = try #require(try await world.messages(1).first)
            #expect(message.audio?.contentType == change.kept)
            #expect(message.reception == Reception())
            let heard = try await world.sound(of: message)
            #expect(TestTone.milliseconds(of: 500, in: heard) >= 1900)
            // Silence is silence still.
            let first = try #require(heard.firstIndex { abs($0) > 2000 })
            #expect(heard[..<max(0, first - 800)].allSatisfy { abs($0) < 600 })
        }
    }
}
