import NIOCore
import Testing

@testable import HTTPFront

/// A parsed body with its data joined.
private struct Parsed: Equatable {
    struct Part: Equatable {
        var headers: PartHeaders
        var data: [UInt8] = []
        var isEnded = false
    }

    var parts: [Part] = []
    var isFinished = false

    init(_ pieces: [[UInt8]], boundary: String, limits: MultipartLimits = MultipartLimits()) throws(MultipartError) {
        var parser = MultipartParser(boundary: boundary, limits: limits)
        for piece in pieces {
            parser.append(ByteBuffer(bytes: piece))
            while let event = try parser.next() { take(event) }
        }
        parser.finish()
        while let event = try parser.next() { take(event) }
    }

    init(_ text: String, boundary: String = "b", limits: MultipartLimits = MultipartLimits()) throws(MultipartError) {
        try self.init([Array(text.utf8)], boundary: boundary, limits: limits)
    }

    private mutating func take(_ event: MultipartEvent) {
        switch event {
        case .partBegin(let headers): parts.append(Part(headers: headers))
        case .partData(let bytes): parts[parts.count - 1].data += bytes.readableBytesView
        case .partEnd: parts[parts.count - 1].isEnded = true
        case .finished: isFinished = true
        }
    }

    var texts: [String] { parts.map { String(decoding: $0.data, as: UTF8.self) } }
}

@Suite struct MultipartTests {
    @Test func partsComeWithTheirHeadersAndData() throws {
        let body =
            "--b\r\nContent-Disposition: form-data; name=\"content\"; filename=\"a b.mp3\"\r\nContent-Type: audio/mp3\r\n\r\none\r\ntwo\r\n"
            + "--b\r\ncontent-type:application/json\r\n\r\n{}\r\n--b--\r\n"
        let parsed = try Parsed(body)
        #expect(parsed.texts == ["one\r\ntwo", "{}"])
        #expect(parsed.parts[0].headers.disposition?.filename == "a b.mp3")
        #expect(parsed.parts[0].headers.disposition?.name == "content")
        #expect(parsed.parts[0].headers.contentType?.essence == "audio/mp3")
        #expect(parsed.parts[1].headers.contentType?.subtype == "json")
        #expect(parsed.parts.map(\.isEnded) == [true, true])
        #expect(parsed.isFinished)
    }

    @Test(arguments: [
        "--b\r\n\r\nx\r\n--b--",
        "--b\r\n\r\nx\r\n--b--\r\nan epilogue with --b in it\r\n--b\r\n",
        "a preamble\r\n--b\r\n\r\nx\r\n--b--\r\n",
        "\r\n--b\r\n\r\nx\r\n--b--\r\n",
        "\r\n\r\n--b\r\n\r\nx\r\n--b--\r\n",
        "--b \t\r\n\r\nx\r\n--b-- \t\r\n",
        "--b\n\nx\n--b--\n",
        "\n--b\n\nx\n--b--",
    ])
    func whatClientsWriteAroundPartsIsTolerated(_ body: String) throws {
        let parsed = try Parsed(body)
        #expect(parsed.texts == ["x"])
        #expect(parsed.isFinished)
    }

    @Test(arguments: [
        "", "\r\n", "\r", "\n", "--b", "x--b", "x\r\n--", "\r\n--bX", "\r\n--b-", "\r\n--b-x", "\r\n --b", "\r--b\r\n", "\n--b\r\n", "\n--b--",
        "\r\n--b--x", "\r\n--b x", "\r\n-", "\r\r\n", "\r\n\r\n", "\r\n--b\n",
    ])
    func dataThatLooksLikeABoundaryIsData(_ data: String) throws {
        let whole = Array("--b\r\nh: v\r\n\r\nstart\(data)\r\n--b--\r\n".utf8)
        for cut in 0...whole.count {
            let parsed = try Parsed([Array(whole[..<cut]), Array(whole[cut...])], boundary: "b")
            #expect(parsed.texts == ["start" + data])
        }
        let bytewise = try Parsed(whole.map { [$0] }, boundary: "b")
        #expect(bytewise.texts == ["start" + data])
    }

    @Test func anEmptyPartMayShareItsLineEndWithTheBoundary() throws {
        #expect(try Parsed("--b\r\nh: v\r\n\r\n--b\r\nh: v\r\n\r\n\r\n--b--").texts == ["", ""])
    }

    @Test func aBodyOfLineFeedsKeepsItsReturns() throws {
        #expect(try Parsed("--b\nh: v\n\nx\r\n--b\n\ny\n--b--\n").texts == ["x\r", "y"])
    }

    @Test func noPartsAreNoError() throws {
        let parsed = try Parsed("--b--\r\n")
        #expect(parsed.parts.isEmpty)
        #expect(parsed.isFinished)
    }

    @Test(arguments: [
        "", "\r\n", "x", "--b", "--b\r\n", "--b\r\nh: v", "--b\r\nh: v\r\n\r\n", "--b\r\n\r\nx", "--b\r\n\r\nx\r\n--b\r\n", "--c--\r\n", "--b\r\n\r\nx\r\n--b-",
    ])
    func aBodyWithoutItsEndIsTruncated(_ body: String) {
        #expect(throws: MultipartError.truncated) { try Parsed(body) }
    }

    @Test func aFoldedHeaderIsOneHeader() throws {
        let parsed = try Parsed("--b\r\nContent-Disposition: form-data;\r\n\tfilename=x\r\n\r\n\r\n--b--")
        #expect(parsed.parts.first?.headers["content-disposition"] == "form-data; filename=x")
    }

    @Test(arguments: ["no colon", ": no name", " folded first", "two words: x", "na\u{0}me: x"])
    func aBrokenHeaderIsRefused(_ line: String) {
        #expect(throws: MultipartError.malformedHeader) { try Parsed("--b\r\n\(line)\r\n\r\n\r\n--b--") }
    }

    @Test func boundsHoldAtTheLimitAndOnePast() throws {
        var limits = MultipartLimits()
        limits.parts = 2
        limits.headerCount = 3
        limits.headerBytes = 40
        let part = "--b\r\n\r\nx\r\n"
        #expect(try Parsed(part + part + "--b--", limits: limits).texts.count == 2)
        #expect(throws: MultipartError.tooManyParts(limit: 2)) { try Parsed(part + part + part + "--b--", limits: limits) }
        let header = "a: b\r\n"
        #expect(try Parsed("--b\r\n" + header + header + header + "\r\n\r\n--b--", limits: limits).parts.count == 1)
        #expect(throws: MultipartError.tooManyHeaders(limit: 3)) {
            try Parsed("--b\r\n" + header + header + header + header + "\r\n\r\n--b--", limits: limits)
        }
        // 40 bytes with both line ends, then 41.
        let long = "a: " + String(repeating: "x", count: 33)
        #expect(try Parsed("--b\r\n" + long + "\r\n\r\n\r\n--b--", limits: limits).parts.count == 1)
        #expect(throws: MultipartError.headersTooLong(limit: 40)) { try Parsed("--b\r\n" + long + "x\r\n\r\n\r\n--b--", limits: limits) }
        #expect(throws: MultipartError.headersTooLong(limit: 40)) { try Parsed("--b\r\n" + long + long, limits: limits) }
    }

    @Test func paddingBehindABoundaryIsBounded() throws {
        let padding = String(repeating: " ", count: BoundaryScanner.longestPadding)
        #expect(try Parsed("--b\(padding)\r\n\r\nx\r\n--b--").texts == ["x"])
        #expect(try Parsed("--b\(padding) \r\n\r\nx\r\n--b--").texts == [])
    }

    @Test func dataIsHandedOnWithoutWaitingForMore() throws {
        var parser = MultipartParser(boundary: String(repeating: "b", count: 70))
        parser.append(ByteBuffer(string: "--\(String(repeating: "b", count: 70))\r\n\r\n"))
        guard case .partBegin = try parser.next() else { return #expect(Bool(false), "no part") }
        let chunk = [UInt8](repeating: UInt8(ascii: "\r"), count: 1000)
        parser.append(ByteBuffer(bytes: chunk))
        guard case .partData(let data) = try parser.next() else { return #expect(Bool(false), "no data") }
        #expect(data.readableBytes == 999)
        #expect(try parser.next() == nil)
    }

    /// Random parts whose data is full of pieces of boundaries, in random chunks.
    @Test(arguments: 0..<200)
    func anyBodyComesBackByteForByte(_ seed: UInt64) throws {
        var random = Seeded(seed)
        let boundary = ["b", "----WebKitFormBoundary7MA4YWxkTrZu0gW", "a/+'()b", String(repeating: "x", count: 70)].randomElement(using: &random) ?? "b"
        let crumbs = ["\r\n", "\r", "\n", "--", "-", "--\(boundary)", "\r\n--\(boundary.dropLast())", "\r\n--\(boundary)-", boundary, "z"]
        var body: [UInt8] = Bool.random(using: &random) ? Array("preamble\r\n".utf8) : []
        var expected: [[UInt8]] = []
        for _ in 0..<Int.random(in: 0...4, using: &random) {
            var data = Int.random(in: 0...3, using: &random) == 0 ? random.bytes(3000) : []
            for _ in 0..<Int.random(in: 0...30, using: &random) { data += Array((crumbs.randomElement(using: &random) ?? "").utf8) }
            data.append(UInt8(ascii: "."))
            // A whole boundary line in the data would be one (RFC 2046 §5.1.1).
            let line = Array("\r\n".utf8) + data
            if ["\r\n", "--"].contains(where: { contains(line, Array("\r\n--\(boundary)\($0)".utf8)) }) { data = [0] }
            expected.append(data)
            body += Array("--\(boundary)\r\nX: y\r\n\r\n".utf8) + data + Array("\r\n".utf8)
        }
        body += Array("--\(boundary)--\r\n".utf8)
        let longest = [1, 2, 7, 100, 10_000].randomElement(using: &random) ?? 1
        let parsed = try Parsed(random.split(body, longest: longest), boundary: boundary)
        #expect(parsed.parts.map(\.data) == expected)
        #expect(parsed.isFinished)
    }

    @Test(arguments: 0..<100)
    func garbageIsRefusedOrReadButNeverCrashes(_ seed: UInt64) {
        var random = Seeded(seed)
        let crumbs: [[UInt8]] = [Array("--b".utf8), Array("\r\n".utf8), Array("--".utf8), Array("a: b".utf8), Array("\n".utf8), random.bytes(5)]
        let body = (0..<60).flatMap { _ in crumbs.randomElement(using: &random) ?? [] }
        let whole = Result { try Parsed([body], boundary: "b") }
        let split = Result { try Parsed(random.split(body, longest: 9), boundary: "b") }
        // However it is cut, a body means the same.
        switch (whole, split) {
        case (.success(let one), .success(let other)): #expect(one == other)
        case (.failure(let one), .failure(let other)): #expect(one as? MultipartError == other as? MultipartError)
        default: #expect(Bool(false), "cutting changes the meaning")
        }
    }

    private func contains(_ data: [UInt8], _ part: [UInt8]) -> Bool {
        data.firstRange(of: part) != nil
    }
}
