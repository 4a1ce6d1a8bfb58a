import TestKit
import Testing

@testable import SIP

@Suite("A key is told once, in whatever way it comes")
struct KeyEventTests {
    private static let keys = Array("0123456789*#ABCD")

    private func event(_ code: UInt8, isEnd: Bool = false, duration: Int = 160) -> [UInt8] {
        [code, isEnd ? 0x8A : 0x0A, UInt8(duration >> 8 & 255), UInt8(duration & 255)]
    }

    @Test("Each code of RFC 4733 that is a key, and none of the others")
    func codes() {
        for code in UInt8.min...UInt8.max {
            var events = KeyEvents()
            let key = events.key(event(code), timestamp: 1)
            #expect(key == (Int(code) < Self.keys.count ? Self.keys[Int(code)] : nil), "\(code)")
        }
    }

    @Test("A payload that is too short is none, and does not use up the press; one that is longer is read")
    func lengths() {
        var events = KeyEvents()
        for count in 0..<4 {
            let key = events.key(event(5).prefix(count), timestamp: 7)
            #expect(key == nil)
        }
        let whole = events.key(event(5) + event(6), timestamp: 7)
        #expect(whole == "5")
    }

    @Test("A press is its timestamp: its other packets are none, also those that come after the next press")
    func repeated() {
        var events = KeyEvents(), told = ""
        for (code, timestamp) in [(UInt8(1), UInt32(100)), (1, 100), (2, 900), (1, 100), (2, 900), (2, 1700), (1, 100), (1, 0)] {
            if let key = events.key(event(code, isEnd: true), timestamp: timestamp) { told.append(key) }
        }
        #expect(told == "1221")
    }

    @Test("Of eight presses each is remembered, and the ninth takes the place of the first")
    func remembered() {
        var events = KeyEvents()
        func press(_ timestamp: UInt32) -> Bool { events.key(event(1), timestamp: timestamp) != nil }
        var told: [Bool] = []
        for timestamp: UInt32 in [0, 1, 2, 3, 4, 5, 6, 7] + [0, 1, 2, 3, 4, 5, 6, 7] + [8] + [1, 2, 3, 4, 5, 6, 7, 8] + [0] { told.append(press(timestamp)) }
        let new = [Bool](repeating: true, count: 8), old = [Bool](repeating: false, count: 8)
        #expect(told == new + old + [true] + old + [true])
    }

    @Test("However the packets of presses are lost, doubled and mixed, each press of which one comes is told once", arguments: 0..<4)
    func chaos(seed: UInt64) {
        var random = SeededRandom(seed: seed), events = KeyEvents(), told = "", expected = ""
        for press in 0..<400 {
            let code = UInt8.random(in: 0..<16, using: &random), stamp = UInt32(press) &* 1600 &+ 0xFFFF_0000
            // Six of them, of which each may be lost, and any may come twice.
            let came = (0..<6).filter { _ in Int.random(in: 0..<3, using: &random) > 0 }.flatMap { $0 % 2 == 0 ? [$0] : [$0, $0] }
            for index in came.shuffled(using: &random) {
                if let key = events.key(event(code, isEnd: index > 2, duration: 160 * index), timestamp: stamp) { told.append(key) }
            }
            if !came.isEmpty { expected.append(Self.keys[Int(code)]) }
        }
        #expect(told == expected && expected.count > 380)
    }

    @Test(
        "As the body of a request",
        arguments: [
            ("dtmf-relay", "Signal=5\r\nDuration=160\r\n", "5"), ("DTMF-Relay", "Duration=160\nsignal = #\n", "#"), ("dtmf-relay", "Signal= *\r\n", "*"),
            ("dtmf-relay", "SIGNAL=a", "A"), ("dtmf-relay", "Signal=d\r", "D"), ("dtmf-relay", "Signal=10", "*"), ("dtmf-relay", "Signal=11", "#"),
            ("dtmf-relay", "Signal=12", "A"), ("dtmf-relay", "Signal=15", "D"), ("dtmf", "0", "0"), ("dtmf", " 9 \r\n", "9"), ("dtmf", "11", "#"),
            ("DTMF", "b", "B"),
        ])
    func bodies(type: String, body: String, key: Character) { #expect(KeyEvents.key(infoBody: body, type: type) == key) }

    @Test(
        "What is no key is none",
        arguments: [
            ("dtmf-relay", ""), ("dtmf-relay", "5"), ("dtmf-relay", "Signal"), ("dtmf-relay", "Signal="), ("dtmf-relay", "Signal=16"),
            ("dtmf-relay", "Signal=hf"),
            ("dtmf-relay", "Signal=E"), ("dtmf-relay", "Signal=-1"), ("dtmf-relay", "Signal=5 6"), ("dtmf-relay", "Duration=160"), ("dtmf", ""), ("dtmf", "!"),
            ("dtmf", "16"), ("dtmf", "99999999999999999999"), ("dtmf", "ß"), ("dtmf", "٣"), ("dtmf", "5\r\n5"), ("dtmf-xyz", "5"), ("plain", "5"), ("", "5"),
        ])
    func noBodies(type: String, body: String) { #expect(KeyEvents.key(infoBody: body, type: type) == nil) }
}
