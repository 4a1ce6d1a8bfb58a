import Foundation
import TestKit
import Testing

@testable import SIP

@Suite("Keys that are only heard", .serialized)
struct HeardKeyTests {
    private static let tones: [Character: (Double, Double)] = {
        let rows = [697.0, 770, 852, 941], columns = [1209.0, 1336, 1477, 1633]
        var tones: [Character: (Double, Double)] = [:]
        for (index, key) in "123A456B789C*0#D".enumerated() { tones[key] = (rows[index / 4], columns[index % 4]) }
        return tones
    }()

    /// - Parameters:
    ///   - detune: by how much both tones are off.
    ///   - twist: how much louder the higher one is.
    private static func press(_ key: Character, milliseconds: Int = 80, level: Double = 6000, detune: Double = 1, twist: Double = 1) -> [Int16] {
        guard let (low, high) = tones[key] else { return [] }
        return (0..<(milliseconds * 8)).map { index in
            let time = Double(index) / 8000
            let first = sin(2 * .pi * low * detune * time), second = sin(2 * .pi * high * detune * time) * twist
            return Int16(level * (first + second) / (1 + twist))
        }
    }

    private static func silence(_ milliseconds: Int) -> [Int16] { [Int16](repeating: 0, count: milliseconds * 8) }

    @Test(
        "Each is heard once, wherever it begins, a little off, louder in one tone, and faint",
        arguments: [
            (6000.0, 1.0, 1.0), (20_000, 1.014, 1), (3000, 0.986, 1), (8000, 1, 1.7), (8000, 1, 0.6), (700, 1, 1),
        ])
    func all(level: Double, detune: Double, twist: Double) {
        for offset in [0, 3, 7, 13] {
            var ears = HeardKeys(), heard = ""
            var sound = Self.silence(offset)
            for key in "123A456B789C*0#D" { sound += Self.press(key, level: level, detune: detune, twist: twist) + Self.silence(60) }
            for start in stride(from: 0, to: sound.count, by: 160) { heard += String(ears.hear(Array(sound[start..<min(start + 160, sound.count)]))) }
            #expect(heard == "123A456B789C*0#D")
        }
    }

    @Test("One that is held is one, and twice the same are two")
    func held() {
        var ears = HeardKeys()
        #expect(String(ears.hear(Self.press("5", milliseconds: 2000) + Self.silence(80) + Self.press("5") + Self.silence(80))) == "55")
        #expect(ears.hear(Self.press("7", milliseconds: 20) + Self.silence(100)).isEmpty)
    }

    @Test("Noise, single tones, music of two notes and what rings are no keys")
    func nothing() {
        var random = SeededRandom(seed: 4)
        var ears = HeardKeys()
        #expect(ears.hear((0..<80_000).map { _ in Int16.random(in: -12_000...12_000, using: &random) }).isEmpty)
        for hertz in stride(from: 100.0, to: 3800, by: 23) {
            let tone = (0..<1600).map { Int16(sin(2 * .pi * hertz * Double($0) / 8000) * 9000) }
            #expect(ears.hear(tone).isEmpty, "\(hertz)")
        }
        for (low, high) in [(440.0, 480.0), (350, 440), (480, 620), (523, 659), (784, 1175), (620, 1000), (1050, 1550)] {
            let chord = (0..<4000).map { Int16((sin(2 * .pi * low * Double($0) / 8000) + sin(2 * .pi * high * Double($0) / 8000)) * 6000) }
            #expect(ears.hear(chord).isEmpty, "\(low) \(high)")
        }
    }

    @Test("In a call without any other way for keys they stop a prompt; in one with, they are sound", arguments: [("0", true), ("0 101", false)])
    func call(formats: String, isKey: Bool) async throws {
        let told = Told<PlayEnd>()
        try await withEndpoint(script: { call in
            guard await call.answer() else { return }
            told.tell(await call.play(.tone(hertz: 700, milliseconds: 3000)))
            await call.hangUp()
        }) { _, port in
            let phone = try TestPhone(server: port)
            defer { phone.close() }
            try await phone.call("1000", offer: phone.offer(formats: formats))
            try await phone.sound.hears(hertz: 700)
            let sound = Self.press("#", milliseconds: 100).map { TestLaw.muLaw(Int($0)) } + [UInt8](repeating: 0xFF, count: 320)
            try await phone.sound.say(milliseconds: 140, type: 0) { Array(sound[($0 * 160)..<($0 * 160 + 160)]) }
            #expect(await told.next() == (isKey ? .key("#") : .finished))
            try await phone.hungUp()
        }
    }
}
