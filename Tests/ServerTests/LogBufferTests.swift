import Synchronization
import Testing

@testable import Server

@Suite("Lines that wait for one another before they are logged")
struct LogBufferTests {
    private final class Paper: Sendable {
        private let pieces = Mutex<[String]>([])

        var written: [String] { pieces.withLock { $0 } }
        var text: String { written.joined() }
        func write(_ text: String) { pieces.withLock { $0.append(text) } }
    }

    @Test("A line that cannot wait is written when it is said, behind those that came before it")
    func urgent() {
        let paper = Paper(), buffer = LogBuffer { paper.write($0) }
        buffer.add("one\n", isUrgent: false)
        buffer.add("two\n", isUrgent: false)
        buffer.add("three\n", isUrgent: true)
        #expect(paper.text == "one\ntwo\nthree\n")
    }

    @Test("The others are written before long, together")
    func patient() async throws {
        let paper = Paper(), buffer = LogBuffer { paper.write($0) }
        for round in 1...3 {
            for number in 1...50 { buffer.add("\(round).\(number)\n", isUrgent: false) }
            while !paper.text.hasSuffix("\(round).50\n") { try await Task.sleep(for: .milliseconds(2)) }
        }
        #expect(paper.text == (1...3).flatMap { round in (1...50).map { "\(round).\($0)\n" } }.joined())
        #expect(paper.written.count < 150)
    }

    @Test("As many bytes as may wait, and one more")
    func bound() {
        let paper = Paper(), buffer = LogBuffer { paper.write($0) }
        // Before the thread has had its time.
        buffer.add(String(repeating: "a", count: LogBuffer.most), isUrgent: false)
        #expect(paper.text.utf8.count == LogBuffer.most)
    }

    @Test("What waits is written at the end, and what comes behind it at once")
    func end() {
        let paper = Paper(), buffer = LogBuffer { paper.write($0) }
        buffer.add("one\n", isUrgent: false)
        buffer.close()
        #expect(paper.text == "one\n")
        buffer.add("two\n", isUrgent: false)
        #expect(paper.text == "one\ntwo\n")
    }

    @Test("Each line of many threads is written once and whole, those of a thread in their order")
    func threads() async {
        let paper = Paper(), buffer = LogBuffer { paper.write($0) }
        await withTaskGroup { group in
            for thread in 0..<8 {
                group.addTask {
                    for number in 0..<2000 { buffer.add("\(thread) \(number) \(String(repeating: "x", count: 60))\n", isUrgent: number % 97 == 0) }
                }
            }
        }
        buffer.close()
        var last = [Int](repeating: -1, count: 8), count = 0
        for line in paper.text.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count == 3, let thread = Int(words[0]), let number = Int(words[1]), words[2].count == 60 else {
                Issue.record("\(line)")
                continue
            }
            #expect(number == last[thread] + 1)
            last[thread] = number
            count += 1
        }
        #expect(count == 16_000)
    }
}
