import Foundation
import TestKit
import Testing

@testable import SIP

@Suite("Whatever comes to the port of sound, the call goes on")
struct SoundFuzzTests {
    /// `AFTERTONE_FUZZ` in the environment asks for more than everyday's.
    private static let count = ProcessInfo.processInfo.environment["AFTERTONE_FUZZ"].flatMap { Int($0) } ?? 5000
    private static let key = (0..<30).map { UInt8($0 * 5) }

    @Test("Mutated packets of sound and of keys, plain and encrypted", arguments: [false, true])
    func calls(isEncrypted: Bool) async throws {
        let sink = MemorySink(), told = Told<RecordEnd>()
        try await withEndpoint(
            { _ in },
            script: { call in
                guard await call.answer() else { return }
                // Keys among the packets end recordings: there is always another.
                while await !call.isOver { told.tell(await call.record(to: sink, RecordRules(seconds: 60))) }
            }
        ) { _, port in
            let phone = try TestPhone(server: port)
            defer { phone.close() }
            let line = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:\(Data(Self.key).base64EncodedString())\r\n"
            let offer = isEncrypted ? phone.offer(extra: line, profile: "RTP/SAVP") : phone.offer()
            try await expect(200, phone.call("1000", offer: offer))
            var random = SeededRandom(seed: 33)
            for index in 0..<Self.count {
                phone.sound.sendRaw(Self.mutated(Self.packet(index, &random), &random))
                phone.sound.sendRawReport(Self.mutated(Self.report(index), &random))
                // As many as come in the time of an answer: nothing is lost for want of room in the socket.
                if index % 100 == 0 { try await expect(200, phone.ask("UPDATE")) }
            }
            try await expect(200, phone.ask("UPDATE"))
            if isEncrypted { #expect(sink.bytes.isEmpty) }
            try await phone.hangUp()
            _ = await told.next()
        }
    }

    /// A report, and the name of who makes it.
    private static func report(_ index: Int) -> [UInt8] {
        [0x81, 200, 0, 12, 1, 2, 3, 4] + [UInt8](repeating: UInt8(index & 255), count: 44) + [0x81, 202, 0, 3, 1, 2, 3, 4, 1, 2, 0x61, 0x62, 0, 0, 0, 0]
    }

    /// One as it should be.
    private static func packet(_ index: Int, _ random: inout SeededRandom) -> [UInt8] {
        let type: UInt8 = [0, 8, 101][index % 3]
        var bytes: [UInt8] = [0x80, type, UInt8(index >> 8 & 255), UInt8(index & 255), 0, UInt8(index >> 10 & 255), UInt8(index >> 2 & 255), 0, 1, 2, 3, 4]
        bytes += type == 101 ? [UInt8(index % 20), 0x8A, 3, 32] : (0..<160).map { _ in UInt8.random(in: 0...255, using: &random) }
        return bytes
    }

    /// With something about it changed.
    private static func mutated(_ packet: [UInt8], _ random: inout SeededRandom) -> [UInt8] {
        var bytes = packet
        for _ in 0..<Int.random(in: 0...3, using: &random) where !bytes.isEmpty {
            let place = Int.random(in: 0..<min(bytes.count, Bool.random(using: &random) ? 16 : bytes.count), using: &random)
            switch Int.random(in: 0..<5, using: &random) {
            case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 1: bytes[place] = [0, 0x7F, 0x80, 0x90, 0xA0, 0xFF].randomElement(using: &random) ?? 0
            case 2: bytes = Array(bytes[..<place])
            case 3: bytes += [UInt8](repeating: .random(in: 0...255, using: &random), count: Int.random(in: 1...2500, using: &random))
            default: bytes.insert(contentsOf: bytes[place...].prefix(8), at: place)
            }
        }
        return bytes
    }
}
