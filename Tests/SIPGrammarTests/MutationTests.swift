import Foundation
import TestKit
import Testing

@testable import SIPGrammar

/// Messages that were broken at random, the same in every run: reading them ends, whatever comes of it.
///
/// A trap ends the process; which messages it may have been is in the file that the test names below: run it again with that number in
/// `AFTERTONE_MUTATION_BATCH`, and keep the message it was under `Torture`.
@Suite struct MutationTests {
    private static let batches = 50, batchSize = 2_000

    @Test func hundredThousandBrokenMessages() async throws {
        let seeds = try Files.tortures.map { try Files.torture($0) }
        let only = ProcessInfo.processInfo.environment["AFTERTONE_MUTATION_BATCH"].flatMap(Int.init)
        let counts = try await withThrowingTaskGroup(of: (taken: Int, refused: Int).self) { group in
            for batch in only.map({ $0...$0 }) ?? 0...(Self.batches - 1) { group.addTask { try Self.run(batch, seeds) } }
            return try await group.reduce(into: (taken: 0, refused: 0)) { $0 = ($0.taken + $1.taken, $0.refused + $1.refused) }
        }
        // Enough of both to have been through everything.
        #expect(counts.taken > counts.refused / 50 && counts.refused > 0)
    }

    private static func run(_ batch: Int, _ seeds: [[UInt8]]) throws -> (taken: Int, refused: Int) {
        let place = FileManager.default.temporaryDirectory.appendingPathComponent("aftertone-mutation-batch-\(batch)")
        try Data().write(to: place)
        var random = SeededRandom(seed: UInt64(batch)), counts = (taken: 0, refused: 0)
        for _ in 0..<batchSize {
            var bytes = seeds.randomElement(using: &random) ?? []
            for _ in 0..<Int.random(in: 1...4, using: &random) { mutate(&bytes, &random) }
            switch read(bytes, framing: Bool.random(using: &random) ? .datagram : .stream) {
            case .success(let message):
                counts.taken += 1
                for name in ["Contact", "Diversion", "Via", "Route", "History-Info"] { _ = message.addresses(name) }
                _ = message.tokens("Supported")
            case .failure(let error):
                counts.refused += 1
                _ = error.response
            }
        }
        try FileManager.default.removeItem(at: place)
        return counts
    }

    private static let words = [
        "\"", "\\", "<", ">", ";", ",", "%", "%0", "@", ":", "[", "]", "\r", "\n", "\r\n ", "\r\n", "\0", "\u{7f}", "é", "sip:", "tel:+", "Diversion: ",
        ";a=\"", "=",
        "99999999999999999999", "-1", " ", "\t",
    ].map { Array($0.utf8) }

    private static func mutate(_ bytes: inout [UInt8], _ random: inout SeededRandom) {
        guard !bytes.isEmpty else { return }
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<7, using: &random) {
        case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 1: bytes.remove(at: place)
        case 2: bytes.insert(contentsOf: words.randomElement(using: &random) ?? [], at: place)
        case 3: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 1...20, using: &random)))
        case 4: bytes.removeSubrange(place...)
        case 5: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 200)], at: Int.random(in: 0...place, using: &random))
        default:
            var lines = bytes.split(separator: 0x0a, omittingEmptySubsequences: false)
            lines.swapAt(Int.random(in: 0..<lines.count, using: &random), Int.random(in: 0..<lines.count, using: &random))
            bytes = Array(lines.joined(separator: [0x0a]))
        }
    }
}
