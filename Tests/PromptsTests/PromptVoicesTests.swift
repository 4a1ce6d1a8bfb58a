import Foundation
import NIOCore
import NIOPosix
import Speech
import TestKit
import Testing
import Voicemail

@testable import Prompts

/// Where the sound for a phrase comes from: the account, the voice, text to speech, another voice, and a tone.
@Suite struct PromptVoicesTests {
    /// A voice of short sounds, each of its own length, as Debian's packages lay them out.
    static func makeVoice(_ folder: String, _ names: [String], in scratch: TemporaryDirectory) throws {
        for (place, name) in names.enumerated() {
            let path = "\(scratch.path)/\(folder)/\(name).wav"
            try FileManager.default.createDirectory(atPath: String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)]), withIntermediateDirectories: true)
            try Data(wav(samples: 100 + place)).write(to: URL(fileURLWithPath: path))
        }
    }

    static func wav(samples: Int, value: UInt8 = 1, rate: Int = 8000) -> [UInt8] {
        func bytes(_ number: Int, _ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) } }
        let data = [UInt8](repeating: value, count: samples * 2)
        return Array("RIFF".utf8) + bytes(36 + data.count, 4) + Array("WAVEfmt ".utf8) + bytes(16, 4) + bytes(1, 2) + bytes(1, 2) + bytes(rate, 4)
            + bytes(rate * 2, 4)
            + bytes(2, 2) + bytes(16, 2) + Array("data".utf8) + bytes(data.count, 4) + data
    }

    /// A machine that speaks every text for a second.
    private struct Speaker: SpeechSynthesizer {
        func speak(_ request: SpeechRequest) async throws -> ByteBuffer { ByteBuffer(bytes: PromptVoicesTests.wav(samples: 16_000, rate: 16_000)) }
    }

    private func voices(_ service: VoicemailService, _ scratch: TemporaryDirectory, language: String = "en", speaks: Bool = false) -> PromptVoices {
        var settings = PromptSettings()
        (settings.directory, settings.language) = (scratch.path, language)
        return PromptVoices(settings, service: service, synthesizer: speaks ? Speaker() : nil)
    }

    @Test func theChain() async throws {
        try await TestServer.run { server in
            try await TemporaryDirectory.run { scratch in
                try Self.makeVoice("en_US_f_Allison", ["vm-theperson", "vm-isunavail", "digits/2", "digits/0", "vm-msgsaved"], in: scratch)
                try Self.makeVoice("fr_CA_f_June", ["vm-msgsaved"], in: scratch)
                let account = try await server.makeAccount("Acme"), silent = voices(server.service, scratch)
                let composed = await silent.find(.personUnavailable(number: "200"), language: "en-us", account: account)
                #expect(composed.origin == .voice && composed.samples.count == 100 + 102 + 103 + 103 + 101)
                #expect(await silent.find(.saved, language: "fr-ca", account: account).samples.count == 100)
                // Nothing of it is there: the voice of another language, then a tone.
                #expect(await silent.find(.saved, language: "it", account: account).origin == .foreign("en"))
                #expect(await silent.find(.saved, language: "xx", account: nil).origin == .voice)
                let tone = await silent.find(.mailboxFull, language: "en", account: account)
                #expect(tone.origin == .tone && tone.samples.count == 7920)
                // A machine that speaks comes before another language.
                let speaking = voices(server.service, scratch, speaks: true)
                let spoken = await speaking.find(.saved, language: "it", account: account)
                #expect(spoken.origin == .speech && abs(spoken.samples.count - 8000) < 100)
            }
        }
    }

    @Test func anAccountsOwnComesFirst() async throws {
        try await TestServer.run { server in
            try await TemporaryDirectory.run { scratch in
                try Self.makeVoice("en_US_f_Allison", ["vm-msgsaved", "digits/2", "digits/0"], in: scratch)
                let account = try await server.makeAccount("Acme"), other = try await server.makeAccount("Other")
                func upload(_ id: String, _ language: String, samples: Int) async throws {
                    let greeting = try await server.service.greetings.create(
                        ["name": .string("\(language) \(id)"), "language": .string(language), "prompt_id": .string(id)], id: nil, in: account)
                    let intake = server.service.messages.receiveAudio()
                    try await intake.write(ByteBuffer(bytes: Self.wav(samples: samples)))
                    let audio = try await intake.finish(contentType: "audio/wav", fileName: "a.wav", policy: .playableOnly)
                    _ = try await server.service.greetings.upload(greeting.id, audio: audio, in: account)
                }
                try await upload("vm-saved", "de-de", samples: 3000)
                try await upload("vm-saved", "en-us", samples: 4000)
                try await upload("vm-person", "en-us", samples: 500)
                try await upload("vm-not_available", "en-us", samples: 600)
                let voices = voices(server.service, scratch)
                #expect(await voices.audio(for: .saved, language: "en-us", account: account).count == 4000)
                #expect(await voices.audio(for: .saved, language: "en", account: account).count == 4000)
                #expect(await voices.audio(for: .saved, language: "de-de", account: account).count == 3000)
                #expect(await voices.audio(for: .saved, language: "en-us", account: other).count == 100)
                #expect(await voices.audio(for: .personUnavailable(number: "20"), language: "en-us", account: account).count == 500 + 101 + 102 + 600)
            }
        }
    }

    @Test func whatIsNoTelephoneSoundIsPassedOver() throws {
        #expect(TelephoneWAV.samples(Self.wav(samples: 3))?.count == 3 && TelephoneWAV.samples(Self.wav(samples: 3, rate: 16_000)) == nil)
        let whole = Self.wav(samples: 10)
        for count in 0..<whole.count { _ = TelephoneWAV.samples(Array(whole[..<count])) }
        var huge = whole
        huge.replaceSubrange(40..<44, with: [255, 255, 255, 255])
        #expect(TelephoneWAV.samples(huge)?.count == 10)
    }

    /// The voice that `scripts/install` installs says everything.
    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/usr/share/asterisk/sounds/en_US_f_Allison"))) func englishIsWhole() async throws {
        try await TestServer.run { server in
            let report = await PromptVoices(PromptSettings(), service: server.service, synthesizer: nil).check("en")
            #expect(report.missing == [] && report.toned == [] && report.spoken == [] && report.foreign == [], "\(report)")
            #expect(report.voiced.count == 24)
        }
    }
}
