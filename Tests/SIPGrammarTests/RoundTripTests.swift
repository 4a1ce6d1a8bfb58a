import TestKit
import Testing

@testable import SIPGrammar

/// What is written by the grammar of RFC 3261 §25.1 is read as what it was written from: another hand's writer, and the reader under test.
@Suite struct RoundTripTests {
    private struct Written {
        var name: String?
        var scheme = "sip"
        var user: String?
        var password: String?
        var host = "h"
        var port: Int?
        var uriParameters: [(String, String?)] = []
        var headers: [(String, String)] = []
        var parameters: [(String, String?)] = []

        /// Everything that is no letter or digit escaped, and some of those that are.
        private func escaped(_ text: String, _ random: inout SeededRandom) -> String {
            text.utf8.map { byte -> String in
                let isPlain = (0x30...0x39).contains(byte) || (0x61...0x7a).contains(byte) || (0x41...0x5a).contains(byte)
                if isPlain, Int.random(in: 0..<8, using: &random) > 0 { return String(UnicodeScalar(byte)) }
                let digits = String(byte, radix: 16, uppercase: Bool.random(using: &random))
                return "%" + (digits.count < 2 ? "0" : "") + digits
            }.joined()
        }

        func uri(_ random: inout SeededRandom) -> String {
            var text = (Bool.random(using: &random) ? scheme : scheme.uppercased()) + ":"
            if let user { text += escaped(user, &random) + (password.map { ":" + escaped($0, &random) } ?? "") + "@" }
            text += (host.contains(":") ? "[\(host)]" : host) + (port.map { ":\($0)" } ?? "")
            for (name, value) in uriParameters { text += ";" + escaped(name, &random) + (value.map { "=" + escaped($0, &random) } ?? "") }
            for (place, (name, value)) in headers.enumerated() { text += (place == 0 ? "?" : "&") + escaped(name, &random) + "=" + escaped(value, &random) }
            return text
        }

        func address(_ random: inout SeededRandom) -> String {
            let quoted = name.map { "\"" + $0.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\"" }
            let space = [" ", "", "\t "].randomElement(using: &random) ?? ""
            var text = (quoted.map { $0 + space } ?? "") + "<" + uri(&random) + ">"
            for (name, value) in parameters { text += space + ";" + name + (value.map { "=\"" + $0.replacing("\"", with: "\\\"") + "\"" } ?? "") }
            return text
        }
    }

    private func made(_ random: inout SeededRandom) -> Written {
        let letters = Array("abcXYZ019-_.!~*'()&=+$,;?/:@%\"<>\\ é€#[]|")
        func text(_ range: ClosedRange<Int>, _ random: inout SeededRandom) -> String {
            String((0..<Int.random(in: range, using: &random)).map { _ in letters.randomElement(using: &random) ?? "a" })
        }
        func list(_ random: inout SeededRandom, _ value: (inout SeededRandom) -> String?) -> [(String, String?)] {
            (0..<Int.random(in: 0...3, using: &random)).map { ("p\($0)", value(&random)) }
        }
        var written = Written()
        written.scheme = ["sip", "sips"].randomElement(using: &random) ?? "sip"
        if Int.random(in: 0..<4, using: &random) > 0 {
            written.user = text(1...10, &random)
            if Bool.random(using: &random) { written.password = text(0...6, &random) }
        }
        written.host = ["h", "192.0.2.1", "2001:db8::1", "a-b.example.com", "x_y"].randomElement(using: &random) ?? "h"
        if Bool.random(using: &random) { written.port = Int.random(in: 1...65_535, using: &random) }
        written.uriParameters = list(&random) { Bool.random(using: &$0) ? text(0...6, &$0) : nil }
        written.headers = (0..<Int.random(in: 0...3, using: &random)).map { ("h\($0)", text(0...6, &random)) }
        if Bool.random(using: &random) { written.name = text(1...10, &random) }
        written.parameters = list(&random) { Bool.random(using: &$0) ? text(0...6, &$0).filter { $0 != "\\" } : nil }
        return written
    }

    private func told(_ parameters: SIPParameters) -> [String] { parameters.all.map { "\($0.name)=\($0.value ?? "-")" } }
    private func told(_ parameters: [(String, String?)]) -> [String] { parameters.map { "\($0.0)=\($0.1 ?? "-")" } }

    @Test(arguments: 0..<4 as Range<UInt64>) func addresses(_ seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        for _ in 0..<1500 {
            let written = made(&random), text = written.address(&random)
            let address = try NameAddress(Array(text.utf8)), uri = try #require(address.uri.sip)
            #expect(address.name == written.name, "\(text)")
            #expect(uri.user == written.user && uri.password == (written.user == nil ? nil : written.password), "\(text)")
            #expect(uri.host == written.host && uri.port == written.port && uri.isSecure == (written.scheme == "sips"), "\(text)")
            #expect(told(uri.parameters) == told(written.uriParameters) && told(address.parameters) == told(written.parameters), "\(text)")
            #expect(uri.headers.map { "\($0.name)=\($0.value)" } == written.headers.map { "\($0.0)=\($0.1)" }, "\(text)")
            #expect(address.uri.user == written.user && address.uri.host == written.host)
        }
    }

    /// A header with many of them, and each is there with its neighbours untouched, also where one between them is broken.
    @Test func listsOfAddresses() throws {
        var random = SeededRandom(seed: 9)
        for _ in 0..<300 {
            let all = (0..<Int.random(in: 1...8, using: &random)).map { _ in made(&random) }
            var texts = all.map { $0.address(&random) }
            let broken = Int.random(in: 0..<texts.count, using: &random)
            texts[broken] = "<sip:@>"
            let message = try SIPMessage(request("Diversion: " + texts.joined(separator: ",")))
            let read = message.addresses("Diversion")
            #expect(read.count == all.count)
            for (place, one) in read.enumerated() {
                if place == broken {
                    #expect(one == .failure(.value("a URI with nothing before its @")))
                } else {
                    #expect(try one.get().uri.user == all[place].user && one.get().name == all[place].name, "\(texts[place])")
                }
            }
        }
    }

    /// Messages with every kind of line end, in datagrams and over a stream cut anywhere.
    @Test func messagesOverAStream() throws {
        var random = SeededRandom(seed: 3)
        for _ in 0..<200 {
            let bodies = (0..<3).map { _ in (0..<Int.random(in: 0...40, using: &random)).map { _ in Array("\r\nab:\0".utf8).randomElement(using: &random) ?? 0 }
            }
            let messages = bodies.map { body in
                let isShort = Bool.random(using: &random)
                let head = request((isShort ? "l:" : "Content-Length: ") + "\(body.count)")
                let text = String(decoding: head, as: UTF8.self)
                return Array((Bool.random(using: &random) ? text : text.replacing("\r\n", with: "\n")).utf8) + body
            }
            var cutter = StreamCutter(longest: 4096), found: [[UInt8]] = []
            var rest = messages.joined()[...]
            while !rest.isEmpty {
                let count = min(rest.count, Int.random(in: 1...60, using: &random))
                cutter.append(rest.prefix(count))
                rest = rest.dropFirst(count)
                while let piece = try cutter.next() { if case .message(let bytes) = piece { found.append(bytes) } }
            }
            // A body may begin like line ends, which belong to it.
            #expect(found == messages)
            for (bytes, body) in zip(found, bodies) { #expect(try SIPMessage(bytes, framing: .stream).body == body) }
        }
    }
}
