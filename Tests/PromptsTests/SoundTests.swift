import Foundation
import NIOCore
import TestKit
import Testing
import Voicemail

@testable import Prompts

/// Sounds as they lie on the disk, those that accounts have uploaded, and the last resort.
@Suite struct SoundTests {
    private func bytes(_ number: Int, _ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) } }

    private func chunk(_ name: String, _ data: [UInt8], size: Int? = nil) -> [UInt8] { Array(name.utf8) + bytes(size ?? data.count, 4) + data }

    private func format(code: Int = 1, channels: Int = 1, rate: Int = 8000, bits: Int = 16, more: [UInt8] = []) -> [UInt8] {
        chunk(
            "fmt ",
            bytes(code, 2) + bytes(channels, 2) + bytes(rate, 4) + bytes(rate * channels * bits / 8, 4) + bytes(channels * bits / 8, 2) + bytes(bits, 2) + more)
    }

    private func file(_ chunks: [UInt8]...) -> [UInt8] { Array("RIFF".utf8) + bytes(4 + chunks.joined().count, 4) + Array("WAVE".utf8) + chunks.joined() }

    @Test func samplesAreReadWhereverTheyLie() {
        let data = chunk("data", [1, 0, 0xff, 0x7f, 0, 0x80, 0xfe, 0xff]), samples: [Int16] = [1, 32_767, -32_768, -2]
        #expect(TelephoneWAV.samples(file(format(), data)) == samples)
        #expect(TelephoneWAV.samples(file(format(more: [0, 0]), chunk("fact", [4, 0, 0, 0]), data, chunk("LIST", [9, 9]))) == samples)
        // A chunk of an odd size is followed by a byte of nothing.
        #expect(TelephoneWAV.samples(file(chunk("note", [7]) + [0], format(), data)) == samples)
        // A size of all there may be is that of a file that was being written; half a sample is none.
        #expect(TelephoneWAV.samples(file(format(), chunk("data", [1, 0, 2], size: 0xffff_ffff))) == [1])
        #expect(TelephoneWAV.samples(file(format(), chunk("data", []))) == [] && TelephoneWAV.samples(file(format(), chunk("data", [1]))) == [])
        // The first sound counts.
        #expect(TelephoneWAV.samples(file(format(), data, chunk("data", [5, 0]))) == samples)
    }

    @Test func otherFilesAreNone() {
        let data = chunk("data", [1, 0, 2, 0])
        let others = [
            file(format(code: 7, bits: 8), data), file(format(code: 3), data), file(format(code: 0xfffe), data), file(format(channels: 2), data),
            file(format(rate: 16_000), data), file(format(rate: 44_100), data), file(format(bits: 8), data), file(format(bits: 24), data), file(data, format()),
            file(data),
            file(format()), file(chunk("fmt ", [1, 0, 1, 0]), data), Array("RIFX".utf8) + file(format(), data).dropFirst(4), Array("OggS".utf8), [],
        ]
        for (place, other) in others.enumerated() { #expect(TelephoneWAV.samples(other) == nil, "\(place)") }
        var wave = file(format(), data)
        wave[8] = UInt8(ascii: "A")
        #expect(TelephoneWAV.samples(wave) == nil)
    }

    @Test func brokenFilesAreReadToTheirEndOrNotAtAll() {
        var random = SeededRandom(seed: 11), taken = 0
        let whole = file(chunk("LIST", [1, 2, 3]) + [0], format(), chunk("data", (0..<40).map { UInt8($0) }))
        for _ in 0..<20_000 {
            var broken = whole
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                broken[Int.random(in: 0..<broken.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            if Bool.random(using: &random) { broken.removeLast(Int.random(in: 0...broken.count, using: &random)) }
            guard let samples = TelephoneWAV.samples(broken) else { continue }
            taken += 1
            #expect(samples.count * 2 <= broken.count)
        }
        #expect(taken > 2000)
    }

    // MARK: The library

    private func language(_ folders: [String] = ["first", "second"]) throws -> Language {
        let list = folders.map { "\"\($0)\"" }.joined(separator: ",")
        let text =
            "{\"language\": \"xx\", \"package\": \"p\", \"date\": \"\", \"today\": \"\", \"yesterday\": \"\", \"directories\": [\(list)], \"phrases\": {}}"
        return try #require(Language(try JSON.parse(Array(text.utf8))))
    }

    @Test func foldersAreLookedIntoInTheirOrder() async throws {
        try await TemporaryDirectory.run { scratch in
            try PromptVoicesTests.makeVoice("second", ["one", "digits/two"], in: scratch)
            try PromptVoicesTests.makeVoice("first", ["other", "one"], in: scratch)
            let library = SoundLibrary(directory: scratch.path), language = try language()
            // By their lengths: the first folder's `one` has 101 samples, the second's 100.
            #expect(await library.samples(["one"], language)?.count == 101)
            #expect(await library.samples(["digits/two", "other", "one"], language)?.count == 101 + 100 + 101)
            #expect(await library.samples([], language) == [])
            // All or nothing.
            #expect(await library.samples(["one", "three"], language) == nil)
            #expect(await library.missing(["one", "three", "other", "four"], language) == ["three", "four"])
        }
    }

    @Test func aSoundThatIsNoneGivesWayToTheNextFoldersAndOneThatComesLaterIsFound() async throws {
        try await TemporaryDirectory.run { scratch in
            let library = SoundLibrary(directory: scratch.path), language = try language()
            #expect(await library.samples(["one"], language) == nil)
            try PromptVoicesTests.makeVoice("second", ["one"], in: scratch)
            try FileManager.default.createDirectory(atPath: scratch.path + "/first", withIntermediateDirectories: true)
            try Data("no sound".utf8).write(to: URL(fileURLWithPath: scratch.path + "/first/one.wav"))
            #expect(await library.samples(["one"], language)?.count == 100)
            // What was read once is kept: callers hear the same few.
            try FileManager.default.removeItem(atPath: scratch.path + "/second/one.wav")
            #expect(await library.samples(["one"], language)?.count == 100)
        }
    }

    @Test func namesLeadNowhereElse() async throws {
        try await TemporaryDirectory.run { scratch in
            try PromptVoicesTests.makeVoice("first", ["one", "a b", "ä"], in: scratch)
            try PromptVoicesTests.makeVoice("secret", ["one"], in: scratch)
            let library = SoundLibrary(directory: scratch.path), language = try language()
            for name in ["../secret/one", "..", "a b", "ä", "one.wav", "one\0", "~", "one;x"] {
                #expect(await library.samples([name], language) == nil, "\(name)")
            }
            #expect(await library.samples(["one"], language) != nil)
        }
    }

    @Test func whatIsTooLongIsCut() async throws {
        try await TemporaryDirectory.run { scratch in
            try FileManager.default.createDirectory(atPath: scratch.path + "/first", withIntermediateDirectories: true)
            try Data(PromptVoicesTests.wav(samples: 3 << 20)).write(to: URL(fileURLWithPath: scratch.path + "/first/long.wav"))
            let samples = await SoundLibrary(directory: scratch.path).samples(["long"], try language())
            // Four megabytes are read, of which 44 bytes are the head.
            #expect(samples?.count == (4 << 20 - 44) / 2)
        }
    }

    // MARK: Accounts

    private func upload(_ name: String, _ attributes: JSONObject, samples: Int, _ server: TestServer, _ account: Account) async throws {
        let greeting = try await server.service.greetings.create(attributes.merging(["name": .string(name)]) { old, _ in old }, id: nil, in: account)
        let intake = server.service.messages.receiveAudio()
        try await intake.write(ByteBuffer(bytes: PromptVoicesTests.wav(samples: samples)))
        _ = try await server.service.greetings.upload(
            greeting.id, audio: try await intake.finish(contentType: "audio/wav", fileName: "a.wav", policy: .playableOnly), in: account)
    }

    /// The tag itself comes first, then its language in any country; another language never does, however its tag begins.
    @Test func whichUploadIsHeard() async throws {
        try await TestServer.run { server in
            let account = try await server.makeAccount("Acme")
            try await upload("a", ["prompt_id": "vm-saved", "language": "fil-ph"], samples: 1000, server, account)
            try await upload("b", ["prompt_id": "vm-deleted", "language": "fr_CA"], samples: 2000, server, account)
            try await upload("c", ["prompt_id": "vm-deleted", "language": "fr-fr"], samples: 3000, server, account)
            try await upload("d", ["prompt_id": "de-de/vm-goodbye"], samples: 4000, server, account)
            _ = try await server.service.greetings.put(
                "vm-enter_id.wav", audio: try await server.audio(PromptVoicesTests.wav(samples: 5000)), origin: .upload, on: .prompts(account: account))
            let prompts = AccountPrompts(service: server.service)
            func heard(_ id: String, _ languages: String...) async -> [Int?] {
                var counts: [Int?] = []
                for language in languages { counts.append(await prompts.samples(id, language: language, account: account)?.count) }
                return counts
            }
            #expect(await heard("vm-saved", "fil-ph", "fil", "FIL_PH") == [1000, 1000, 1000])
            #expect(await heard("vm-saved", "fi", "fi-fi", "f", "") == [nil, nil, nil, nil])
            #expect(await heard("vm-deleted", "fr_ca", "fr-FR") == [2000, 3000])
            let any = await heard("vm-deleted", "fr", "it")
            #expect([2000, 3000].contains(any[0]) && any[1] == nil)
            // A prompt's id may have its language before it, and the name of a file on the shelf may be one.
            #expect(await heard("vm-goodbye", "en-us") == [4000])
            #expect(await heard("vm-enter_id", "en-us") == [5000])
            #expect(await heard("vm-none", "en") == [nil])
        }
    }

    // MARK: Tones

    @Test func everyPhraseIsATone() {
        for phrase in Phrase.samples {
            let samples = Tone.samples(for: phrase)
            #expect(samples.count >= 1600 && samples.first == 0 && samples.last == 0, "\(phrase)")
            // Loud enough to be heard, and far from what distorts.
            #expect((12_000...13_000).contains(samples.map { Int($0).magnitude }.max() ?? 0), "\(phrase)")
        }
        // Those that say that something is wrong rise three times.
        let wrong: [Phrase] = [.mailboxFull, .noVoicemail, .notTaken, .noAccess, .invalidEntry, .tooShort, .wrongLogin]
        #expect(wrong.allSatisfy { Tone.samples(for: $0).count == 3 * 330 * 8 } && Tone.samples(for: .saved).count == 1600)
        #expect(Tone.samples(for: .saved) != Tone.samples(for: .leaveMessage))
    }

    // MARK: The check

    @Test func aCheckSaysWhatSaysEachPhrase() async throws {
        try await TestServer.run { server in
            try await TemporaryDirectory.run { scratch in
                // A voice of two phrases, and an English one of a third.
                try PromptVoicesTests.makeVoice("it_IT_m_Carlo", ["vm-msgsaved", "vm-deleted"], in: scratch)
                try PromptVoicesTests.makeVoice("en", ["vm-goodbye", "vm-deleted"], in: scratch)
                var settings = PromptSettings()
                settings.directory = scratch.path
                let report = await PromptVoices(settings, service: server.service, synthesizer: nil).check("it")
                #expect(report.voiced == ["saved", "deleted"] && report.foreign == ["goodbye"] && report.spoken.isEmpty && !report.isGood)
                #expect(report.toned.count == 21 && report.toned.contains("received") && report.package == "asterisk-core-sounds-it-wav")
                #expect(
                    report.missing.isSuperset(of: ["vm-goodbye", "digits/un", "digits/28", "vm-nuovi", "digits/mon-11"])
                        && !report.missing.contains("vm-deleted"))
                let unknown = await PromptVoices(settings, service: server.service, synthesizer: nil).check("xx")
                #expect(unknown.package == nil && unknown.missing.isEmpty && unknown.voiced == ["goodbye", "deleted"])
            }
        }
    }
}
