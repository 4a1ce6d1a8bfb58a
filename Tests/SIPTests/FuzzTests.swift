import Foundation
import SIP
import TestKit
import Testing

@Suite("Whatever comes, calls are taken afterwards")
struct FuzzTests {
    /// `AFTERTONE_FUZZ` in the environment asks for more than everyday's.
    private static let count = ProcessInfo.processInfo.environment["AFTERTONE_FUZZ"].flatMap { Int($0) } ?? 2000

    @Test("Mutated requests and descriptions, and packets of sound in between")
    func mutated() async throws {
        try await withEndpoint {
            $0.limits.calls = 4000
            $0.limits.callsOfPeer = 4000
            $0.limits.callsPerSecond = 4000
            $0.limits.longestCall = 10
        } script: { call in
            guard await call.answer() else { return }
            _ = await call.record(to: MemorySink(), RecordRules(seconds: 5, silenceSeconds: 1))
            await call.hangUp()
        } _: { endpoint, port in
            var random = SeededRandom(seed: 12)
            let phone = try TestPhone(server: port)
            defer { phone.close() }
            let other = try TestPhone(server: port)
            defer { other.close() }
            for index in 0..<Self.count {
                phone.send(mutation(of: Self.seed(index, phone), &random))
                if index % 20 == 0 {
                    // As many as come in the time of one that is answered: nothing is lost for want of room in the socket.
                    _ = try await other.ask("OPTIONS", user: "1000")
                }
            }
            let last = try TestPhone(server: port)
            defer { last.close() }
            // Those half-made by the mutations end by themselves; until then there may be no room.
            var answer = try await last.call("1000")
            for _ in 0..<100 where answer.status == 503 {
                try await Task.sleep(for: .milliseconds(500))
                answer = try await last.call("1000")
            }
            #expect(answer.status == 200)
            try await last.hangUp()
        }
    }

    @Test("Mutated requests over TCP, several on a connection, in pieces")
    func mutatedStreams() async throws {
        try await withEndpoint {
            $0.limits.longestCall = 10
        } script: { call in
            await call.refuse(.notFound)
        } _: { _, port in
            var random = SeededRandom(seed: 13)
            let phone = try TestPhone(server: port)
            defer { phone.close() }
            for round in 0..<(Self.count / 10) {
                let requests = (0..<3).map { index -> String in
                    let good = Self.seed(3 * round + index, phone)
                    return Bool.random(using: &random) ? good : mutation(of: good, &random)
                }
                let bytes = Array(requests.joined().utf8), cut = Int.random(in: 0...bytes.count, using: &random)
                try await RawConnection.run(port: port) { connection in
                    // The server may have closed it already.
                    do {
                        try await connection.write(Array(bytes[..<cut]))
                        try await connection.write(Array(bytes[cut...]))
                    } catch {}
                }
            }
            let last = try TestPhone(server: port)
            defer { last.close() }
            try await expect(404, last.call("1000"))
        }
    }

    private static func seed(_ index: Int, _ phone: TestPhone) -> String {
        let fresh = "fuzz-\(index)"
        let method = ["INVITE", "INVITE", "INVITE", "OPTIONS", "BYE", "CANCEL", "ACK", "UPDATE", "INFO"][index % 9]
        return phone.request(
            method, user: "1000", body: method == "INVITE" || method == "UPDATE" ? phone.offer() : "", headers: ["Diversion: <sip:2@h>;reason=no-answer"]
        )
        .replacingOccurrences(of: phone.callID, with: fresh)
    }

    /// Bits, tokens and lines: flipped, deleted, doubled, exchanged, cut.
    private func mutation(of text: String, _ random: inout SeededRandom) -> String {
        var bytes = Array(text.utf8)
        for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
            let place = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<7, using: &random) {
            case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 1: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 1...20, using: &random)))
            case 2: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + Int.random(in: 1...200, using: &random))], at: place)
            case 3: bytes = Array(bytes[..<place])
            case 4: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
            case 5:
                bytes.insert(contentsOf: [UInt8](repeating: [0x20, 0x2C, 0x3B, 0x22, 0x30, 0x39].randomElement(using: &random) ?? 0x20, count: 300), at: place)
            default:
                var lines = String(decoding: bytes, as: UTF8.self).components(separatedBy: "\r\n")
                lines.swapAt(Int.random(in: 0..<lines.count, using: &random), Int.random(in: 0..<lines.count, using: &random))
                if Bool.random(using: &random) { lines.remove(at: Int.random(in: 0..<lines.count, using: &random)) }
                bytes = Array(lines.joined(separator: "\r\n").utf8)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
