import SIPGrammar
import TestKit
import Testing

@Suite("A stream is cut into messages, however it comes")
struct StreamCutterTests {
    private static let first = "OPTIONS sip:a SIP/2.0\r\nCSeq: 1 OPTIONS\r\nContent-Length: 5\r\n\r\nhello"
    private static let second = "SIP/2.0 200 OK\r\nl : 0\r\n\r\n"
    /// Lines that end with LF alone, and a body with empty lines in it.
    private static let third = "BYE sip:a SIP/2.0\nContent-Length: 6\n\n\r\n\r\nx\n"

    private func cut(_ text: String, by size: Int, longest: Int = 1000) throws -> [StreamCutter.Piece] {
        var cutter = StreamCutter(longest: longest), pieces: [StreamCutter.Piece] = []
        let bytes = Array(text.utf8)
        for start in stride(from: 0, to: bytes.count, by: size) {
            cutter.append(bytes[start..<min(start + size, bytes.count)])
            while let piece = try cutter.next() { pieces.append(piece) }
        }
        return pieces
    }

    private func message(_ text: String) -> StreamCutter.Piece { .message(Array(text.utf8)) }

    @Test("Messages come out as they are, byte by byte or together", arguments: [1, 2, 3, 7, 50, 10_000])
    func cuts(size: Int) throws {
        let pieces = try cut(Self.first + Self.second + Self.third + Self.first, by: size)
        #expect(pieces == [message(Self.first), message(Self.second), message(Self.third), message(Self.first)])
    }

    @Test("Line ends between them are told, however many", arguments: [("\r\n", false), ("\r\n\r\n", true), (String(repeating: "\r\n", count: 400), true)])
    func blank(text: String, isQuestion: Bool) throws {
        #expect(try cut(text + Self.first + text, by: 10_000) == [.blank(isQuestion: isQuestion), message(Self.first), .blank(isQuestion: isQuestion)])
    }

    @Test("A question is one however its line ends come, and what they stand beside is none of it")
    func halves() throws {
        func questions(_ parts: [String]) throws -> [Bool] {
            var cutter = StreamCutter(longest: 1000), found: [Bool] = []
            for part in parts {
                cutter.append(Array(part.utf8))
                while let piece = try cutter.next() { if case .blank(let isQuestion) = piece { found.append(isQuestion) } }
            }
            return found
        }
        #expect(try questions(["\r\n\r\n"]) == [true])
        #expect(try questions(["\r\n", "\r\n"]) == [false, true] && questions(["\r\n\r", "\n"]) == [false, true])
        #expect(try questions(["\r", "\n", "\r", "\n", "\r\n\r\n"]) == [false, true, true])
        // Three are a question and half of another; a message between two halves parts them.
        #expect(try questions(["\r\n\r\n\r\n", "\r\n"]) == [true, false])
        #expect(try questions(["\r\n" + Self.first, "\r\n", "\r\n"]) == [false, false, true])
    }

    @Test("A message as long as may be is taken, and none that is longer by one byte")
    func longest() throws {
        let message = "BYE sip:a SIP/2.0\r\nContent-Length: 9\r\n\r\n123456789"
        for size in [1, 13, 1000] {
            #expect(try cut(message + message, by: size, longest: message.utf8.count).count == 2)
            #expect(throws: StreamCutter.Broken.tooLong) { try cut(message, by: size, longest: message.utf8.count - 1) }
        }
    }

    @Test(
        "A message that has not come to its end is none",
        arguments: ["OPTIONS", "OPTIONS sip:a SIP/2.0\r\nContent-Length: 2\r\n\r\n1", "\r", "A: b\r\n\r", "OPTIONS sip:a SIP/2.0\r\n"])
    func unfinished(text: String) throws { #expect(try cut(text, by: 1).isEmpty) }

    @Test(
        "Without one length nobody knows where it ends",
        arguments: [
            "OPTIONS sip:a SIP/2.0\r\n\r\n", "OPTIONS sip:a SIP/2.0\r\nContent-Length: x\r\n\r\n", "OPTIONS sip:a SIP/2.0\r\nContent-Length: -1\r\n\r\n",
            "OPTIONS sip:a SIP/2.0\r\nContent-Length: 1\r\nl: 1\r\n\r\n", "OPTIONS sip:a SIP/2.0\r\nContent-Length:\r\n\r\n", "hello\r\n\r\n",
            "GET / HTTP/1.1\r\nContent-Length: 0\r\n\r\n",
        ])
    func endless(text: String) { #expect(throws: StreamCutter.Broken.endless) { try cut(text, by: 4) } }

    @Test("What is too long is broken off before all of it has come", arguments: [1, 100, 5000])
    func tooLong(size: Int) {
        #expect(throws: StreamCutter.Broken.tooLong) { try cut(String(repeating: "a", count: 5000), by: size) }
        #expect(throws: StreamCutter.Broken.tooLong) { try cut("BYE sip:a SIP/2.0\r\nContent-Length: 990\r\n\r\n", by: size) }
        #expect(throws: StreamCutter.Broken.tooLong) { try cut("BYE sip:a SIP/2.0\r\nContent-Length: 99999999999\r\n\r\n", by: size) }
    }

    @Test("Whatever comes, nothing is lost and nothing is made up")
    func chaos() throws {
        var random = SeededRandom(seed: 21)
        let pieces = ["\r", "\n", "\r\n", "\r\n\r\n", "a", ": ", "Content-Length: ", "3", "BYE sip:a SIP/2.0\r\n", "\u{0}"]
        for _ in 0..<3000 {
            let text = (0..<Int.random(in: 0...40, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
            var ends: [Result<[StreamCutter.Piece], StreamCutter.Broken>] = []
            for size in [1, 3, 10_000] {
                do { ends.append(.success(try cut(text, by: size, longest: 60).filter { if case .message = $0 { true } else { false } })) } catch {
                    ends.append(.failure(error as? StreamCutter.Broken ?? .tooLong))
                }
            }
            // Which of two mistakes is seen first depends on what has come; that there is one does not.
            let isBroken = ends.map { if case .failure = $0 { true } else { false } }
            #expect(Set(isBroken).count == 1)
            let whole = Set(ends.compactMap { try? $0.get() })
            #expect(isBroken[0] || whole.count == 1)
        }
    }
}
