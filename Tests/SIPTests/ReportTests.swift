import Foundation
import TestKit
import Testing

@testable import SIP

@Suite("Each side tells the other what it has heard")
struct ReportTests {
    /// Takes reports apart: the first part's type, and its words after the head.
    private static func words(_ bytes: [UInt8]) -> [UInt32] {
        stride(from: 0, to: bytes.count - 3, by: 4).map { place in bytes[place..<(place + 4)].reduce(0) { $0 << 8 | UInt32($1) } }
    }

    @Test("What was sent and what came is reported while the call lasts, and its end at the end")
    func reports() async throws {
        let received = Locked<[[UInt8]]>([])
        let socket = try DatagramSocket { packet in received.withLockedValue { $0.append(packet.bytes) } }
        defer { socket.close() }
        try await withEndpoint(script: { call in
            guard await call.answer() else { return }
            _ = await call.play(.tone(hertz: 700, milliseconds: 20_000))
        }) { _, port in
            let phone = try TestPhone(server: port)
            defer { phone.close() }
            try await phone.call("1000", offer: phone.offer(extra: "a=rtcp:\(socket.port)\r\n"))
            try await phone.sound.say(hertz: 500, milliseconds: 5000) { (100..<110).contains($0) ? .lost : .sent }
            try await phone.hangUp()
            // The goodbye is the last part of the last.
            let end = ContinuousClock.now + .seconds(60)
            while received.withLockedValue({ $0.last?.suffix(7).first }) != 203, ContinuousClock.now < end { try await Task.sleep(for: .milliseconds(10)) }
            let all = received.withLockedValue { $0 }
            let last = try #require(all.last)
            #expect(all.count >= 2)
            #expect(last[1] == 200 && last[0] == 0x81)
            #expect(last.suffix(8).prefix(2) == [0x81, 203])
            let words = Self.words(last)
            // Packets sent: as many as have come, once they have been read from the other socket; fifty a second, however long the machine took.
            let sent = Int(words[5])
            for _ in 0..<6000 where phone.sound.packetsHeard < sent { try await Task.sleep(for: .milliseconds(10)) }
            #expect(sent == phone.sound.packetsHeard && sent >= 200)
            #expect(words[6] == words[5] * 160)
            // Of what came ten are missing.
            #expect(words[8] & 0xFF_FFFF == 10)
            // Some milliseconds of jitter, as the test's clock has it: far less than a second.
            #expect(words[10] < 4000)
        }
    }

    @Test("A report's time is told back with how long ago it came, and chaos is none")
    func time() {
        let report = ReportPacket.bytes(
            source: 7, name: "n", sent: .init(timestamp: 1, packets: 2, bytes: 3), block: nil, isLast: false, date: Date(timeIntervalSince1970: 0.5))
        let time = report.withUnsafeBytes { ReportPacket.time(in: $0, of: 7) }
        // The middle of 2,208,988,800.5 seconds since 1900.
        #expect(time == UInt32(truncatingIfNeeded: 2_208_988_800 << 16 | 0x8000))
        #expect(report.withUnsafeBytes { ReportPacket.time(in: $0, of: 8) } == nil)
        #expect(report.count % 4 == 0)
        var random = SeededRandom(seed: 5)
        for _ in 0..<20_000 {
            var bytes = report
            for _ in 0..<3 { bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(in: 0...255, using: &random) }
            bytes = Array(bytes.prefix(Int.random(in: 0...bytes.count, using: &random)))
            _ = bytes.withUnsafeBytes { ReportPacket.time(in: $0, of: 7) }
        }
    }
}
