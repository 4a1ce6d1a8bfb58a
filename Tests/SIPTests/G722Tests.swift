import Foundation
import TestKit
import Testing

@testable import SIP

@Suite("G.722 as others have it")
struct G722Tests {
    /// Three tones in turn, in both halves of the band, and a moment of noise.
    private static let speech: [Int16] = {
        var random = SeededRandom(seed: 722)
        return (0..<32_000).map { index in
            let hertz = [400.0, 1700, 5200][index / 8000 % 3]
            let tone = sin(2 * .pi * hertz * Double(index) / 16_000) * 9000
            return Int16(index < 24_000 ? tone : Double(Int.random(in: -9000...9000, using: &random)))
        }
    }()

    private static func encoded(_ samples: [Int16]) -> [UInt8] {
        var encoder = G722.Encoder()
        return stride(from: 0, to: samples.count - 1, by: 2).map { encoder.encode(samples[$0], samples[$0 + 1]) }
    }

    private static func decoded(_ bytes: [UInt8]) -> [Int] {
        var decoder = G722.Decoder()
        return bytes.flatMap { byte in
            let (first, second) = decoder.decode(byte)
            return [Int(first), Int(second)]
        }
    }

    @Test("A tone in either half of the band comes out as it went in")
    func tones() {
        let heard = Self.decoded(Self.encoded(Self.speech))
        for (part, hertz) in [400.0, 1700, 5200].enumerated() {
            #expect(TestTone.milliseconds(of: hertz, in: Array(heard[(part * 8000)..<(part * 8000 + 8000)]), rate: 16_000) >= 460)
        }
    }

    @Test(
        "ffmpeg understands what is written, and what it writes is understood to the bit",
        .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/ffmpeg")))
    func other() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "g722-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        func run(_ arguments: String) throws {
            let process = Process()
            process.executableURL = URL(filePath: "/usr/bin/ffmpeg")
            process.arguments = ("-nostdin -loglevel error -y " + arguments).split(separator: " ").map(String.init)
            process.currentDirectoryURL = folder
            try process.run()
            process.waitUntilExit()
            #expect(process.terminationStatus == 0)
        }
        func samples(_ name: String) throws -> [Int] {
            let bytes = [UInt8](try Data(contentsOf: folder.appending(path: name)))
            return stride(from: 0, to: bytes.count - 1, by: 2).map { Int(Int16(bitPattern: UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8)) }
        }
        let raw = Self.speech.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
        try Data(raw).write(to: folder.appending(path: "in.raw"))
        let ours = Self.encoded(Self.speech)
        try Data(ours).write(to: folder.appending(path: "ours.g722"))
        try run("-f g722 -i ours.g722 -f s16le theirs.raw")
        try run("-f s16le -ar 16000 -ac 1 -i in.raw -f g722 theirs.g722")
        try run("-f g722 -i theirs.g722 -f s16le both.raw")
        #expect(try samples("theirs.raw") == Self.decoded(ours))
        #expect(try samples("both.raw") == Self.decoded([UInt8](try Data(contentsOf: folder.appending(path: "theirs.g722")))))
    }
}

@Suite("Calls in G.722")
struct WideCallTests {
    @Test("What is said and heard is in it, at twice the rate, and a change to another format is kept in the one of the recording")
    func both() async throws {
        let sink = MemorySink(), told = Told<RecordEnd>()
        try await withPacedPhone(script: { call in
            guard await call.answer() else { return }
            _ = await call.play(.tone(hertz: 700, milliseconds: 1000))
            told.tell(await call.record(to: sink, RecordRules(seconds: 30)))
        }) { phone in
            let answer = try await phone.call("1000", offer: phone.offer(formats: "9 0 101"))
            #expect(answer.body.contains("RTP/AVP 9 0 101"))
            var encoder = G722.Encoder(), place = 0
            func say(_ hertz: Double, milliseconds: Int) async throws {
                try await phone.sound.say(milliseconds: milliseconds, type: 9) { _ in
                    (0..<160).map { _ in
                        defer { place += 2 }
                        func sample(_ place: Int) -> Int16 { Int16(sin(2 * .pi * hertz * Double(place) / 16_000) * 9000) }
                        return encoder.encode(sample(place), sample(place + 1))
                    }
                }
            }
            while sink.bytes.isEmpty { try await say(0, milliseconds: 40) }
            try await say(5200, milliseconds: 1000)
            try await phone.sound.say(hertz: 500, milliseconds: 600)
            try await phone.sayGoodbye()
            #expect(await told.next()?.lost == 0)
            var decoder = SoundDecoder(.g722)
            let samples = decoder.decode(sink.bytes).map { Int($0) }
            #expect(TestTone.milliseconds(of: 5200, in: samples, rate: 16_000) >= 960)
            #expect(TestTone.milliseconds(of: 500, in: samples, rate: 16_000) >= 540)
            var ear = SoundDecoder(.g722)
            let heard = ear.decode(phone.sound.payloads(of: 9)).map { Int($0) }
            #expect(TestTone.milliseconds(of: 700, in: heard, rate: 16_000) >= 900)
        }
    }

    @Test("Where it is not taken, another is")
    func notTaken() async throws {
        try await withEndpoint({ $0.formats = [.aLaw] }, script: { call in _ = await call.answer() }) { _, port in
            let phone = try TestPhone(server: port)
            defer { phone.close() }
            let answer = try await phone.call("1000", offer: phone.offer(formats: "9 0 8 101"))
            #expect(answer.body.contains("RTP/AVP 8 101"))
            let other = try TestPhone(server: port)
            defer { other.close() }
            try await expect(488, other.call("1000", offer: other.offer(formats: "9 0 101")))
            try await phone.hangUp()
        }
    }
}
