import Testing
import Voicemail

@testable import HTTPFront

/// Percent-encoding, and targets and queries taken apart (RFC 3986, RFC 9112 §3.2).
@Suite struct PercentEncodingTests {
    @Test(
        arguments: [
            ("", ""), ("abc", "abc"), ("a%20b", "a b"), ("%c3%A9", "é"), ("%25", "%"), ("%2525", "%25"), ("%00", "\u{0}"), ("a+b", "a+b"), ("é", "é"),
            ("é%20", "é "),
            ("%", nil), ("%2", nil), ("%zz", nil), ("%2g", nil), ("%g2", nil), ("a%", nil), ("%+1", nil), ("% 20", nil), ("%-1", nil), ("%c3", nil),
            ("%ff", nil),
            ("%c3%28", nil), ("%ed%a0%80", nil), ("%c0%80", nil), ("%f5%80%80%80", nil), ("%é0", nil),
        ] as [(String, String?)])
    func decodedOnce(_ text: String, _ plain: String?) {
        #expect(PercentEncoding.decode(text) == plain)
    }

    @Test(arguments: [("a+b", "a b"), ("+", " "), ("%2B", "+"), ("a%20b+c", "a b c"), ("++", "  ")])
    func formsWriteSpacesAsPlus(_ text: String, _ plain: String) {
        #expect(PercentEncoding.decode(text, plusIsSpace: true) == plain)
    }

    @Test("Bytes that are no UTF-8 are ISO 8859-1 where that is taken, all of them or none")
    func foreign() {
        #expect(PercentEncoding.decode("Zo%EB", takesForeign: true) == "Zoë")
        #expect(PercentEncoding.decode("%C3%AB%EB", takesForeign: true) == "Ã«ë")
        #expect(PercentEncoding.decode("%C3%AB", takesForeign: true) == "ë")
        #expect(PercentEncoding.decode("%EB%", takesForeign: true) == nil)
    }

    @Test("What is encoded is plain ASCII and comes back as it was", arguments: 0..<60)
    func roundTrip(_ seed: UInt64) {
        var random = Seeded(seed)
        let crumbs = [
            "a", "Z", "9", "-", ".", "_", "~", "%", "+", " ", "/", "?", "&", "=", "#", "\"", "\u{0}", "\r\n", "é", "e\u{301}", "📞", "\u{202E}", "\u{FFFF}",
        ]
        let text = (0..<Int.random(in: 0...30, using: &random)).map { _ in crumbs.randomElement(using: &random) ?? "" }.joined()
        let encoded = PercentEncoding.encode(text)
        #expect(encoded.utf8.allSatisfy { HTTPToken.isTokenByte($0) })
        #expect(!encoded.utf8.contains { "+&=/?#\"".utf8.contains($0) })
        // Byte by byte: as characters, two ways to write an accent are the same.
        #expect(PercentEncoding.decode(encoded).map { Array($0.utf8) } == Array(text.utf8))
        #expect(PercentEncoding.decode(encoded, plusIsSpace: true).map { Array($0.utf8) } == Array(text.utf8))
        #expect(PercentEncoding.bytes(encoded) == Array(text.utf8))
    }

    @Test("Any bytes are refused, or decoded to no more bytes than there were", arguments: 0..<60)
    func anything(_ seed: UInt64) {
        var random = Seeded(seed)
        let text = String(foreign: (0..<40).map { _ in Bool.random(using: &random) ? UInt8(ascii: "%") : UInt8.random(in: 0x20...0xFF, using: &random) })
        if let bytes = PercentEncoding.bytes(text) { #expect(bytes.count <= text.utf8.count) }
        // Whoever takes foreign bytes reads whatever is well-formed, and nothing that is not.
        #expect((PercentEncoding.decode(text, takesForeign: true) == nil) == (PercentEncoding.bytes(text) == nil))
    }
}

@Suite struct QueryTests {
    private func items(_ text: String, limit: Int = 256) throws -> [String] {
        try Query(parsing: text, limit: limit).items.map { "\($0.name)=\($0.value)|\($0.literal)" }
    }

    @Test(
        arguments: [
            ("", []), ("&", []), ("&&a=1&", ["a=1|1"]), ("a", ["a=|"]), ("a=", ["a=|"]), ("=", ["=|"]), ("=1", ["=1|1"]), ("a=b=c", ["a=b=c|b=c"]),
            ("a=1&a=2", ["a=1|1", "a=2|2"]), ("a+b=c+d", ["a b=c d|c+d"]), ("n=+353", ["n= 353|+353"]), ("n=%2B353", ["n=+353|+353"]),
            ("n=%2B1+2", ["n=+1 2|+1+2"]), ("a%3Db=%26", ["a=b=&|&"]), ("a;b=1", ["a;b=1|1"]), ("a%00b=\u{1}", ["a\u{0}b=\u{1}|\u{1}"]),
        ] as [(String, [String])])
    func parameters(_ text: String, _ expected: [String]) throws {
        #expect(try items(text) == expected)
    }

    @Test(arguments: ["%", "a=%", "%zz=1", "a=%ff", "a=1&b=%4", "a=+%"])
    func brokenEncodingIsRefusedWhereverItStands(_ text: String) {
        #expect(throws: RequestFault.malformedQuery) { try Query(parsing: text) }
    }

    @Test func theyAreCountedAtTheLimitAndOnePast() throws {
        #expect(try items("a&b&c", limit: 3).count == 3)
        #expect(throws: RequestFault.tooManyParameters(limit: 3)) { try Query(parsing: "a&b&c&d", limit: 3) }
        // Empty pieces are none, and what is refused for its number is not looked into.
        #expect(try items("&&&&a&&&&b&c&&&", limit: 3).count == 3)
        #expect(throws: RequestFault.tooManyParameters(limit: 3)) { try Query(parsing: "a&b&c&%", limit: 3) }
    }

    @Test func theyAreAskedForByTheirNames() throws {
        let query = try Query(parsing: "a=+1&b=&a=2&A=3&c")
        #expect(query["a"] == " 1" && query.literal("a") == "+1" && query.all("a") == [" 1", "2"])
        #expect(query["b"] == "" && query["c"] == "" && query.contains("c") && !query.contains("d"))
        #expect(query["A"] == "3" && query["d"] == nil && query.literal("d") == nil && query.all("d").isEmpty)
        #expect(!query.isEmpty && Query().isEmpty)
        #expect(try Query(parsing: "&&").isEmpty)
    }

    @Test("Foreign bytes are taken where that is asked for, a parameter at a time")
    func foreign() throws {
        #expect(throws: RequestFault.malformedQuery) { try Query(parsing: "a=%E9") }
        let query = try Query(parsing: "a=%E9&b=%C3%A9&c=+%E9", takesForeign: true)
        #expect(query["a"] == "é" && query["b"] == "é" && query["c"] == " é" && query.literal("c") == "+é")
    }

    @Test("What a client has encoded comes back, in its order", arguments: 0..<40)
    func roundTrip(_ seed: UInt64) throws {
        var random = Seeded(seed)
        let crumbs = ["a", "+", " ", "&", "=", "%", "é", "📞", "\u{0}", "#", "?"]
        func word() -> String { (0..<Int.random(in: 0...5, using: &random)).map { _ in crumbs.randomElement(using: &random) ?? "" }.joined() }
        let pairs = (0..<Int.random(in: 1...20, using: &random)).map { _ in ("x" + word(), word()) }
        let text = pairs.map { PercentEncoding.encode($0.0) + "=" + PercentEncoding.encode($0.1) }.joined(separator: "&")
        let query = try Query(parsing: text)
        #expect(query.items.map(\.name) == pairs.map(\.0))
        #expect(query.items.map(\.value) == pairs.map(\.1))
        #expect(query.items.map(\.literal) == pairs.map(\.1))
    }
}

@Suite struct RequestTargetTests {
    @Test(
        arguments: [
            ("/", "/", nil), ("/a/b", "/a/b", nil), ("/a?x=1", "/a", "x=1"), ("/a?", "/a", ""), ("/a?x?y", "/a", "x?y"), ("/a#f?x", "/a", nil),
            ("/a?x#f", "/a", "x"),
            ("http://h/a?x", "/a", "x"), ("http://h", "/", nil), ("http://h?x", "", "x"), ("http://h:80/a", "/a", nil), ("HTTPS://u@h/a", "/a", nil),
            // A URL in a path is the path's.
            ("/http://h/a", "/http://h/a", nil), ("*", "*", nil), ("", "", nil), ("a/b", "a/b", nil), ("/\u{301}a", "/\u{301}a", nil),
        ] as [(String, String, String?)])
    func apart(_ text: String, _ path: String, _ query: String?) {
        let target = RequestTarget(text)
        #expect(target.path == path)
        #expect(target.query.map(String.init) == query)
    }

    @Test(
        arguments: [
            ("/", []), ("", []), ("//", [""]), ("/a", ["a"]), ("/a/", ["a"]), ("/a//", ["a", ""]), ("/a//b", ["a", "", "b"]), ("/a%2Fb", ["a/b"]),
            ("/%2e%2e/a", ["..", "a"]), ("/../a", ["..", "a"]), ("/a%00", ["a\u{0}"]), ("/a+b", ["a+b"]), ("/%25", ["%"]), ("a", ["a"]),
        ] as [(String, [String])])
    func segments(_ path: String, _ expected: [String]) throws {
        #expect(try RequestTarget(path).segments() == expected)
    }

    @Test func brokenSegmentsAreRefused() throws {
        for path in ["/%", "/a/%zz", "/%ff", "/a%c3/b"] { #expect(throws: RequestFault.malformedPath) { try RequestTarget(path).segments() } }
        #expect(try RequestTarget("/%ff/%c3%a9").segments(takesForeign: true) == ["ÿ", "é"])
        #expect(throws: RequestFault.malformedPath) { try RequestTarget("/%").segments(takesForeign: true) }
    }

    @Test("Segments that are encoded come back, however many slashes are in them", arguments: 0..<40)
    func roundTrip(_ seed: UInt64) throws {
        var random = Seeded(seed)
        let crumbs = ["a", "/", ".", "..", "%", "?", "#", "é", "\u{301}", " ", "+"]
        let segments = (0..<Int.random(in: 1...6, using: &random)).map { _ in
            (0..<Int.random(in: 1...4, using: &random)).map { _ in crumbs.randomElement(using: &random) ?? "" }.joined()
        }
        let path = "/" + segments.map { PercentEncoding.encode($0) }.joined(separator: "/")
        let target = RequestTarget(path + "?" + path)
        #expect(target.path == path && target.query.map(String.init) == path)
        #expect(try target.segments().map { Array($0.utf8) } == segments.map { Array($0.utf8) })
    }
}
