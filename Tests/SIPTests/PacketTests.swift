import Foundation
import TestKit
import Testing

@testable import SIP

@Suite("Packets of sound are read as RFC 3550 lays them out")
struct PacketTests {
    private func read(_ bytes: [UInt8]) -> (packet: RTPPacket, payload: [UInt8])? {
        bytes.withUnsafeBytes { buffer in RTPPacket(buffer).map { ($0, Array(bytes[$0.payload])) } }
    }

    private static let head: [UInt8] = [0x80, 0x80 | 101, 0x12, 0x34, 0xDE, 0xAD, 0xBE, 0xEF, 0xCA, 0xFE, 0xBA, 0xBE]

    private func packet(_ first: UInt8 = 0x80, _ rest: [UInt8] = []) -> [UInt8] { [first] + Self.head.dropFirst() + rest }

    @Test("Each part where it stands")
    func parts() throws {
        let (packet, payload) = try #require(read(packet(0x80, [1, 2, 3])))
        #expect(packet.payloadType == 101 && packet.isMarked && packet.sequence == 0x1234 && packet.timestamp == 0xDEAD_BEEF && packet.source == 0xCAFE_BABE)
        #expect(payload == [1, 2, 3])
        let unmarked = try #require(read([0x80, 8] + Self.head.dropFirst(2))).packet
        #expect(!unmarked.isMarked && unmarked.payloadType == 8 && unmarked.payload.isEmpty)
    }

    @Test("What stands before the payload and behind it is none of it")
    func around() {
        let sources = [UInt8](repeating: 9, count: 8), more: [UInt8] = [0xBE, 0xDE, 0, 1, 7, 7, 7, 7]
        #expect(read(packet(0x82, sources + [1, 2]))?.payload == [1, 2])
        #expect(read(packet(0x90, more + [1, 2]))?.payload == [1, 2])
        #expect(read(packet(0x90, [0, 0, 0, 0, 1, 2]))?.payload == [1, 2])
        #expect(read(packet(0xA0, [1, 2, 0, 0, 3]))?.payload == [1, 2])
        #expect(read(packet(0xB2, sources + more + [1, 2, 0, 2]))?.payload == [1, 2])
        // Nothing but padding is a packet without sound.
        #expect(read(packet(0xA0, [0, 2]))?.payload == [])
        #expect(read(packet(0x8F, [UInt8](repeating: 9, count: 60)))?.payload == [])
    }

    @Test("What does not fit into itself is no packet")
    func broken() {
        for version in [UInt8(0x00), 0x40, 0xC0] { #expect(read(packet(version, [1])) == nil) }
        for count in 0..<12 { #expect(read(Array(Self.head.prefix(count))) == nil) }
        #expect(read(packet(0x81, [1, 2, 3])) == nil && read(packet(0x8F, [UInt8](repeating: 9, count: 59))) == nil)
        #expect(read(packet(0x90, [0, 0, 0])) == nil && read(packet(0x90, [0, 0, 0, 1, 7, 7, 7])) == nil && read(packet(0x90, [0, 0, 0xFF, 0xFF, 1])) == nil)
        #expect(read(packet(0xA0, [1, 0])) == nil && read(packet(0xA0, [1, 3])) == nil && read(packet(0xA0, [255])) == nil && read(packet(0xA0)) == nil)
        // Padding may not reach into what is before the payload.
        #expect(read(packet(0xA1, [9, 9, 9, 9, 2])) == nil && read(packet(0xA1, [9, 9, 9, 9, 1]))?.payload == [])
    }

    @Test("As long as a packet may be, and one byte more")
    func longest() {
        #expect(read(packet(0x80, [UInt8](repeating: 1, count: 2036)))?.payload.count == 2036)
        #expect(read(packet(0x80, [UInt8](repeating: 1, count: 2037))) == nil)
    }

    @Test("What is written is read, whatever the numbers")
    func written() throws {
        var random = SeededRandom(seed: 3550)
        for _ in 0..<2000 {
            let type = UInt8.random(in: 0...127, using: &random), isMarked = Bool.random(using: &random)
            let sequence = UInt16.random(in: 0...(.max), using: &random), timestamp = UInt32.random(in: 0...(.max), using: &random)
            let source = UInt32.random(in: 0...(.max), using: &random)
            var bytes = [UInt8](repeating: 0xFF, count: 20)
            bytes.withUnsafeMutableBytes {
                RTPPacket.writeHeader(to: $0, payloadType: type, isMarked: isMarked, sequence: sequence, timestamp: timestamp, source: source)
            }
            let (packet, payload) = try #require(read(bytes))
            #expect(packet.payloadType == type && packet.isMarked == isMarked && packet.sequence == sequence)
            #expect(packet.timestamp == timestamp && packet.source == source && payload == [UInt8](repeating: 0xFF, count: 8))
        }
        var short = [UInt8](repeating: 5, count: 11)
        short.withUnsafeMutableBytes { RTPPacket.writeHeader(to: $0, payloadType: 1, isMarked: true, sequence: 1, timestamp: 1, source: 1) }
        #expect(short == [UInt8](repeating: 5, count: 11))
    }

    @Test("Whatever comes, a payload lies within its packet", arguments: 0..<4)
    func chaos(seed: UInt64) {
        var random = SeededRandom(seed: seed), taken = 0
        for _ in 0..<20_000 {
            var bytes = (0..<Int.random(in: 0...80, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
            if !bytes.isEmpty { bytes[0] = bytes[0] & 0x3F | 0x80 }
            guard let (packet, _) = read(bytes) else { continue }
            taken += 1
            #expect(packet.payload.lowerBound >= 12 && packet.payload.upperBound <= bytes.count)
        }
        #expect(taken > 1000)
    }

    // MARK: Reports

    private func words(_ bytes: [UInt8]) -> [UInt32] {
        stride(from: 0, to: bytes.count - 3, by: 4).map { place in bytes[place..<(place + 4)].reduce(0) { $0 << 8 | UInt32($1) } }
    }

    @Test("A report of one who sent nothing is a receiver's; the name fills whole words, whatever its length", arguments: 0...9)
    func receiver(length: Int) {
        let name = String(repeating: "n", count: length)
        let bytes = ReportPacket.bytes(source: 0x0102_0304, name: name, sent: nil, block: nil, isLast: false)
        #expect(bytes.prefix(8) == [0x80, 201, 0, 1, 1, 2, 3, 4])
        let description = Array(bytes.dropFirst(8)), size = (Int(description[2]) << 8 | Int(description[3])) * 4 + 4
        #expect(description.prefix(10) == [0x81, 202, description[2], description[3], 1, 2, 3, 4, 1, UInt8(length)])
        #expect(description.count == size && description.dropFirst(10).prefix(length).allSatisfy { $0 == UInt8(ascii: "n") })
        // At least one byte of nothing ends the list (RFC 3550 §6.5).
        let rest = description.dropFirst(10 + length)
        #expect((1...4).contains(rest.count) && rest.allSatisfy { $0 == 0 })
    }

    @Test("All parts of one, and a name that is too long is cut")
    func sender() {
        let block = [UInt8](repeating: 0xBB, count: 24)
        let bytes = ReportPacket.bytes(
            source: 1, name: String(repeating: "ä", count: 200), sent: .init(timestamp: 9, packets: 10, bytes: 11), block: block, isLast: true,
            date: .init(timeIntervalSince1970: -2_208_988_798.75))
        let all = words(bytes)
        // One block, twelve words behind the head; a quarter of a second after the second of 1900.
        #expect(Array(all.prefix(7)) == [0x81C8_000C, 1, 1, 0x4000_0000, 9, 10, 11] && Array(all[7..<13]) == [UInt32](repeating: 0xBBBB_BBBB, count: 6))
        #expect(all[13] >> 16 == 0x81CA && all[14] == 1 && bytes[61] == 255)
        #expect(Array(all.suffix(2)) == [0x81CB_0001, 1])
    }

    @Test("The other side's time is found among other parts, of the source that is asked about")
    func time() {
        func part(_ type: UInt8, _ body: [UInt32]) -> [UInt8] { [0x80, type, 0, UInt8(body.count)] + body.flatMap(Bytes.word) }
        func time(_ bytes: [UInt8], of source: UInt32 = 5) -> UInt32? { bytes.withUnsafeBytes { ReportPacket.time(in: $0, of: source) } }
        let report = part(200, [5, 0x1111_2222, 0x3333_4444, 0, 0, 0])
        #expect(time(report) == 0x2222_3333 && time(report, of: 6) == nil)
        #expect(time(part(201, [5]) + part(202, [5, 0]) + report) == 0x2222_3333)
        #expect(time(part(200, [6, 1, 1, 0, 0, 0]) + report) == 0x2222_3333)
        // Another version, and one that ends before its time.
        #expect(time([0x40] + report.dropFirst()) == nil && time(Array(report.prefix(15))) == nil && time([]) == nil)
        // A part of no words is stepped over.
        #expect(time(part(203, []) + report) == 0x2222_3333)
        #expect(time([0x80, 203, 0xFF, 0xFF] + report) == nil)
    }
}
