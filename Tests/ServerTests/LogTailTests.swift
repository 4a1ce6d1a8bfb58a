import Logging
import Synchronization
import Testing
import Web
@testable import Server

@Suite("The last errors and warnings of the log")
struct LogTailTests {
    private final class Lines: TextOutputStream, Sendable {
        private let kept = Mutex<[String]>([])

        var all: [String] { kept.withLock { $0 } }
        func write(_ line: String) { kept.withLock { $0.append(line) } }
    }

    private struct Broken: Error, CustomStringConvertible {
        let description = "it broke"
    }

    private static func logger(_ tail: LogTail, _ settings: LogSettings = LogSettings(), _ lines: Lines = Lines()) -> Logger {
        let levels = LogLevels(settings)
        return Logger(label: "aftertone") { _ in ServerLog(levels, to: lines, tail: tail) }
    }

    @Test("Warnings and errors are kept with their facts, the newest first; what is less is not")
    func kept() {
        let tail = LogTail(), logger = Self.logger(tail)
        logger.info("all is well")
        logger.notice("something is worth a note")
        logger.warning("the disk is nearly full", metadata: ["free": "12"], source: "FileArchive")
        logger.error("request failed", error: Broken(), metadata: ["path": "/x", "id": "7"], source: "HTTPFront")
        let troubles = tail.troubles
        #expect(troubles.map(\.text) == ["request failed error=it broke id=7 path=/x", "the disk is nearly full free=12"])
        #expect(troubles.map(\.isError) == [true, false] && troubles.map(\.part) == ["http", "storage"])
    }

    @Test("As many as are kept, and one more: the oldest goes")
    func bound() {
        let tail = LogTail(), logger = Self.logger(tail)
        for number in 1...LogTail.most { logger.warning("\(number)") }
        #expect(tail.troubles.map(\.text) == (1...LogTail.most).reversed().map(String.init))
        logger.warning("one more")
        #expect(tail.troubles.count == LogTail.most && tail.troubles.first?.text == "one more" && tail.troubles.last?.text == "2")
    }

    @Test("One is of one line, and no longer than it may be")
    func length() {
        let tail = LogTail(), logger = Self.logger(tail)
        logger.error("a\nb\u{1B}[31m\u{0}c")
        logger.error("\(String(repeating: "я", count: LogTail.longest + 1))")
        #expect(tail.troubles.map(\.text) == [String(repeating: "я", count: LogTail.longest), "ab[31mc"])
    }

    @Test("What the log leaves out is not kept, and what is kept is in the log")
    func levels() {
        var settings = LogSettings()
        settings.parts[.web] = .error
        let tail = LogTail(), lines = Lines(), logger = Self.logger(tail, settings, lines)
        logger.warning("left out", source: "Web")
        logger.error("taken", source: "Web")
        #expect(tail.troubles.map(\.text) == ["taken"] && lines.all.count == 1)
    }
}
