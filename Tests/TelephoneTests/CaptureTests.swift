import Foundation
import SIP
import TestKit
import Testing

@testable import Telephone

/// Recordings as they lie on the disk, and the head of what they become.
@Suite struct CaptureTests {
    private static func facts(_ encoding: String = "PCMU") -> CaptureFacts {
        CaptureFacts(
            id: "0123456789abcdef0123456789abcdef", accountID: "a", mailboxID: "b", callID: "c\"\n", from: nil, callerNumber: "+49", callerName: "Ä",
            started: 1_700_000_000, encoding: encoding)
    }

    private static func file(_ bytes: [UInt8], in scratch: TemporaryDirectory) throws -> CaptureFile {
        let file = CaptureFile(directory: scratch.path, name: "x." + CaptureFile.whole)
        try Data(bytes).write(to: URL(fileURLWithPath: file.path))
        return file
    }

    @Test func whatIsWrittenIsRead() async throws {
        try await TemporaryDirectory.run { scratch in
            for sound in [[], [7], [UInt8](0...255)] as [[UInt8]] {
                let contents = try Self.file(try CaptureFile.head(Self.facts()) + sound, in: scratch).read()
                #expect(contents.facts == Self.facts() && contents.sound == sound)
            }
        }
        let whole = CaptureFile(directory: "/d", name: "x.whole"), growing = CaptureFile(directory: "/d", name: "x.part")
        #expect(whole.isWhole && !growing.isWhole && whole.path == "/d/x.whole")
    }

    @Test func whatIsNoRecordingIsTold() async throws {
        try await TemporaryDirectory.run { scratch in
            let head = try CaptureFile.head(Self.facts()), mark = Array("aftertone capture 1\n".utf8)
            #expect(head.starts(with: mark))
            // Cut anywhere in its head, as by a machine that went off.
            for count in stride(from: 0, to: head.count, by: 7) {
                let file = try Self.file(Array(head.prefix(count)), in: scratch)
                #expect(throws: CaptureFile.Damaged.self, "\(count)") { try file.read() }
            }
            func made(_ length: [UInt8], _ rest: [UInt8] = []) -> [UInt8] { mark + length + rest }
            let others: [[UInt8]] = [
                Array("aftertone capture 2\n".utf8) + Array(head.dropFirst(mark.count)), made([255, 255, 255, 255]),
                made([1, 0, 1, 0], [UInt8](repeating: 32, count: 65_537)), made([2, 0, 0, 0], Array("{}".utf8)), made([2, 0, 0, 0], Array("[]".utf8)),
                made([0, 0, 0, 0]), made([1, 0, 0, 0], [0xff]),
            ]
            for bytes in others {
                let file = try Self.file(bytes, in: scratch)
                #expect(throws: CaptureFile.Damaged.self) { try file.read() }
            }
            let gone = CaptureFile(directory: scratch.path, name: "none.part")
            #expect(throws: (any Error).self) { try gone.read() }
        }
    }

    @Test(arguments: [("PCMU", SoundFormat.muLaw), ("PCMA", .aLaw), ("G722", .g722), ("OPUS", .opus), ("", .muLaw), ("X", .muLaw)])
    func formats(_ encoding: String, _ format: SoundFormat) { #expect(Self.facts(encoding).format == format) }

    // MARK: Heads of files

    private func number(_ bytes: [UInt8], _ place: Int, _ count: Int = 4) -> Int { (0..<count).reduce(0) { $0 | Int(bytes[place + $1]) << (8 * $1) } }

    @Test(arguments: [(SoundFormat.muLaw, 7, 160), (.aLaw, 6, 161), (.muLaw, 7, 0), (.aLaw, 6, 1)]) func compandedHeads(
        _ format: SoundFormat, _ kind: Int, _ ticks: Int
    ) {
        let head = WaveHeader.bytes(format, ticks: ticks)
        #expect(head.count == 58 && head.starts(with: Array("RIFF".utf8)) && Array(head[8..<16]) == Array("WAVEfmt ".utf8))
        // To an even number of bytes, the head of RIFF left out.
        #expect(number(head, 4) == 50 + ticks + ticks % 2 && number(head, 16) == 18 && number(head, 20, 2) == kind && number(head, 22, 2) == 1)
        #expect(number(head, 24) == 8000 && number(head, 28) == 8000 && number(head, 32, 2) == 1 && number(head, 34, 2) == 8 && number(head, 36, 2) == 0)
        #expect(Array(head[38..<42]) == Array("fact".utf8) && number(head, 42) == 4 && number(head, 46) == ticks)
        #expect(Array(head[50..<54]) == Array("data".utf8) && number(head, 54) == ticks)
    }

    @Test(arguments: [(SoundFormat.g722, 16_000, 4), (.opus, 48_000, 12)]) func plainHeads(_ format: SoundFormat, _ rate: Int, _ bytesInTick: Int) {
        let head = WaveHeader.bytes(format, ticks: 80)
        #expect(
            head.count == 44 && number(head, 4) == 36 + 80 * bytesInTick && number(head, 20, 2) == 1 && number(head, 24) == rate && number(head, 28) == rate * 2
        )
        #expect(number(head, 32, 2) == 2 && number(head, 34, 2) == 16 && Array(head[36..<40]) == Array("data".utf8) && number(head, 40) == 80 * bytesInTick)
        #expect(WaveHeader.samples([1, -2, .min, .max]) == [1, 0, 0xfe, 0xff, 0, 0x80, 0xff, 0x7f])
    }

    // MARK: Lengths

    @Test func lengthsOfSound() {
        let plain = CapturedSound(.muLaw, [UInt8](repeating: 0xff, count: 1601))
        #expect(plain.ticks == 1601 && plain.milliseconds == 200 && plain.samples.count == 1601)
        #expect([-1, 0, 5, 1601, 9999].map(plain.bytes(of:)) == [0, 0, 5, 1601, 1601])
        // Two packets of Opus without sound, of ten milliseconds each: with two bytes of length before each.
        let opus = CapturedSound(.opus, [1, 0, 18 << 3, 1, 0, 18 << 3])
        #expect(opus.ticks == 160 && opus.milliseconds == 20)
        // Whole packets, so many that it is long enough.
        #expect([0, 1, 80, 81, 160, 500].map(opus.bytes(of:)) == [0, 3, 3, 6, 6, 6])
        #expect(CapturedSound(.opus, []).ticks == 0 && CapturedSound(.opus, []).bytes(of: 80) == 0)
    }
}
