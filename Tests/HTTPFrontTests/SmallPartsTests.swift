import Foundation
import HTTPTypes
import Logging
import NIOCore
import NIOHTTP1
import Synchronization
import TestKit
import Testing
import Voicemail

@testable import HTTPFront

@Suite struct HTTPDateTests {
    @Test(arguments: [
        (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"), (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
        (1_709_251_199, "Thu, 29 Feb 2024 23:59:59 GMT"), (4_107_542_399, "Sun, 28 Feb 2100 23:59:59 GMT"), (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
    ])
    func asRFC9110WritesIt(_ unix: Int, _ text: String) {
        #expect(HTTPDate.format(Timestamp(unix: unix)) == text)
    }

    @Test("One text serves for a second, and no longer")
    func keptForASecond() {
        let date = HTTPDate(), start = NIODeadline.uptimeNanoseconds(5_000_000_000)
        let first = date.text(at: start)
        #expect(first.hasSuffix(" GMT") && first.count == 29)
        #expect(date.text(at: start + .milliseconds(999)) == first)
        // A clock that is asked for an earlier moment does not go back either.
        #expect(date.text(at: start - .seconds(1)) == first)
        let later = date.text(at: start + .seconds(1))
        #expect(later.count == 29)
    }
}

@Suite struct OfferedDialectsTests {
    private struct Named: Dialect {
        let name: String
        let prefix: String
        func claims(_ path: String) -> Bool { path.hasPrefix(prefix) }
        func respond(to request: FrontRequest) async -> FrontResponse { .text(.ok, name) }
    }

    private let dialects: [any Dialect] = [Named(name: "one", prefix: "/a"), Named(name: "two", prefix: "/a/b"), Named(name: "three", prefix: "/")]

    @Test(
        arguments: [
            (.all, "/a/b", "one"), (.all, "/z", "three"), (.all, "z", nil), (.only(["two"]), "/a/b", "two"), (.only(["two"]), "/a", nil), (.only([]), "/", nil),
            (.only(["no such"]), "/", nil), (.allBut(["one"]), "/a/b", "two"), (.allBut(["one", "two"]), "/a/b", "three"), (.allBut([]), "/a", "one"),
        ] as [(DialectChoice, String, String?)])
    func theFirstOfThoseOfferedHasThePath(_ choice: DialectChoice, _ path: String, _ name: String?) {
        #expect(OfferedDialects(dialects, choice).owner(of: path)?.name == name)
    }
}

@Suite struct SecretNameTests {
    @Test(arguments: [
        "pin", "PIN", "Pin_code", "new_pin", "key", "code", "md5", "access_token", "Auth_Token", "passwd", "password", "PassPhrase", "client_secret",
        "credentials",
        "Authorization", "api_key", "APIKEY", "otp", "random", "sha1", "reset_id",
    ])
    func hidden(_ name: String) {
        #expect(AccessLog.isSecretName(name))
        #expect(AccessLog.target(path: "/", query: Substring("\(name)=s3cret")) == "/?\(name)=***")
    }

    @Test(arguments: ["", "opinion", "pine", "keyboard", "codec", "number", "page_size", "extension", "shape", "randomize", "author"])
    func shown(_ name: String) {
        #expect(!AccessLog.isSecretName(name))
        #expect(AccessLog.target(path: "/", query: Substring("\(name)=plain")) == "/?\(name)=plain")
    }
}

@Suite struct SpareDescriptorTests {
    /// Descriptors of this process for nothing.
    private func held() throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").filter {
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/" + $0)) == "/dev/null"
        }.count
    }

    @Test("They are given up all together and taken again together, and what does not fit is not taken")
    func heldAndReleased() throws {
        #expect(SpareDescriptors.usual > 0)
        let spare = SpareDescriptors(120)
        #expect(try held() >= 120)
        #expect(spare.retake())
        #expect(try held() < 240)
        spare.release()
        // Twice is once.
        spare.release()
        #expect(try held() < 120)
        #expect(spare.retake())
        #expect(try held() >= 120)
        spare.release()
        let tooMany = SpareDescriptors(Int(sysconf(CInt(_SC_OPEN_MAX))) + 1)
        #expect(try !tooMany.retake() && held() < 120)
        #expect(SpareDescriptors(0).retake())
    }
}

@Suite struct WebSocketHandshakeTests {
    private func handshake(_ method: HTTPRequest.Method = .get, _ changes: [String: String?] = [:]) throws -> WebSocketHandshake? {
        var fields: [String: String?] = [
            "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        ]
        for (name, value) in changes { fields[name] = value }
        var headers = HTTPHeaders()
        for (name, value) in fields { if let value { headers.add(name: name, value: value) } }
        return WebSocketHandshake(
            FrontRequest(id: "r", method: method, path: "/", segments: [], headers: RequestHeaders(headers), isUnread: false, logger: .silent))
    }

    @Test("The key of RFC 6455 §1.3 is answered as it says there")
    func example() throws {
        #expect(try handshake()?.acceptance == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
        let response = FrontResponse.webSocket(try #require(try handshake())) { _ in }
        #expect(response.status == .switchingProtocols && response.headers[.upgrade] == "websocket")
        #expect(response.headers[.secWebSocketAccept] == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
    }

    @Test(arguments: [
        ["Upgrade": "WebSocket"], ["Upgrade": "h2c, websocket"], ["Connection": "keep-alive, UPGRADE"], ["Connection": " upgrade ,x"],
    ])
    func lettersAndListsAreTaken(_ changes: [String: String]) throws {
        #expect(try handshake(.get, changes) != nil)
    }

    @Test(
        arguments: [
            ["Upgrade": nil], ["Upgrade": "websockets"], ["Upgrade": "h2c"], ["Connection": nil], ["Connection": "keep-alive"], ["Connection": "upgraded"],
            ["Sec-WebSocket-Version": nil], ["Sec-WebSocket-Version": "8"], ["Sec-WebSocket-Version": "13, 8"], ["Sec-WebSocket-Key": nil],
            ["Sec-WebSocket-Key": ""], ["Sec-WebSocket-Key": "dGhlIHNhbXBsZQ=="], ["Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZSE="],
            ["Sec-WebSocket-Key": "not base64 at all!!"],
        ] as [[String: String?]])
    func whatLacksAnythingIsNone(_ changes: [String: String?]) throws {
        #expect(try handshake(.get, changes) == nil)
    }

    @Test(arguments: [HTTPRequest.Method.post, .head, .options])
    func onlyAGetOpensOne(_ method: HTTPRequest.Method) throws {
        #expect(try handshake(method) == nil)
    }
}

@Suite struct LongAnswerTests {
    private func dialect(_ pieces: [Int], runs: @escaping @Sendable () -> Void = {}) -> TestDialect {
        TestDialect { _ in
            do {
                let body = try await FrontResponse.Body.written { writer in
                    runs()
                    for (number, count) in pieces.enumerated() {
                        try await writer.write(ByteBuffer(repeating: UInt8(ascii: "a") + UInt8(number % 26), count: count))
                    }
                }
                return FrontResponse(status: .ok, headers: [.contentType: "text/plain"], body: body)
            } catch {
                return .text(.internalServerError, "\(error)")
            }
        }
    }

    @Test(
        "An answer of up to 128 KiB has a length and is written once; a longer one comes in chunks and is written again, whole",
        arguments: [
            [0], [1], [131_072], [65_536, 65_536], [131_073], [65_536, 65_536, 1], [65_536, 65_536, 65_536], [30_000, 30_000, 30_000, 30_000, 30_000],
            [1, 0, 400_000, 0, 1],
        ])
    func whole(_ pieces: [Int]) async throws {
        let runs = Mutex(0), total = pieces.reduce(0, +)
        try await withFront(dialect(pieces) { runs.withLock { $0 += 1 } }) { port in
            try await WireClient.connect(port) { client in
                for _ in 0..<2 {
                    try await client.send(request("GET", "/t/x"))
                    let response = try await client.response()
                    #expect(response.status == 200 && response.body.readableBytes == total)
                    #expect(response["content-length"] == (total <= 131_072 ? String(total) : nil))
                    #expect(response["transfer-encoding"] == (total <= 131_072 ? nil : "chunked"))
                    var rest = response.bytes[...]
                    for (number, count) in pieces.enumerated() {
                        #expect(rest.prefix(count).allSatisfy { $0 == UInt8(ascii: "a") + UInt8(number % 26) })
                        rest = rest.dropFirst(count)
                    }
                }
            }
        }
        #expect(runs.withLock { $0 } == (total <= 131_072 ? 2 : 4))
    }

    @Test("One that fails before it is long is an answer like any other, and one that fails later ends the connection")
    func failures() async throws {
        struct Broken: Error {}
        let dialect = TestDialect { request in
            let long = request.query["long"] != nil
            do {
                let body = try await FrontResponse.Body.written { writer in
                    try await writer.write(ByteBuffer(repeating: 1, count: long ? 200_000 : 100_000))
                    throw Broken()
                }
                return FrontResponse(status: .ok, headers: [:], body: body)
            } catch {
                return .text(.internalServerError, "\(type(of: error))")
            }
        }
        try await withFront(dialect) { port in
            try await WireClient.connect(port) { client in
                try await client.send(request("GET", "/t/x"))
                let short = try await client.response()
                #expect(short.status == 500 && short.text == "Broken\n")
                try await client.send(request("GET", "/t/x?long"))
                await #expect(throws: (any Error).self) { _ = try await client.response() }
            }
        }
    }
}

@Suite struct TLSCheckTests {
    private func troubles(_ certificate: String?, _ key: String?) async throws -> [String] {
        try await TLSCheck.troubles(certificate: certificate, key: key).map(\.description)
    }

    @Test("Each file is judged by itself, and both together where each will do")
    func files() async throws {
        try await TemporaryDirectory.run { directory in
            let certificate = try directory.write(TestCertificates.first.certificate, to: "one.pem"),
                key = try directory.write(TestCertificates.first.key, to: "one.key")
            let other = try directory.write(TestCertificates.second.key, to: "two.key"), empty = try directory.write("", to: "empty")
            let text = try directory.write("-----BEGIN CERTIFICATE-----\nno base64\n-----END CERTIFICATE-----\n", to: "text"),
                missing = directory.path + "/missing"
            let noCertificate = "it holds no certificate in PEM", noKey = "it holds no private key in PEM, or one with a passphrase"
            #expect(try await troubles(certificate, key) == [])
            #expect(try await troubles(nil, nil) == [])
            #expect(try await troubles(certificate, nil) == [])
            #expect(try await troubles(nil, key) == [])
            #expect(try await troubles(certificate, other) == ["cannot use \(other): it is not the key of \(certificate)"])
            #expect(try await troubles(key, certificate) == ["cannot use \(key): \(noCertificate)", "cannot use \(certificate): \(noKey)"])
            #expect(try await troubles(empty, empty) == ["cannot use \(empty): \(noCertificate)", "cannot use \(empty): \(noKey)"])
            #expect(try await troubles(text, key) == ["cannot use \(text): \(noCertificate)"])
            #expect(try await troubles(missing, missing).allSatisfy { $0 == "cannot use \(missing): No such file or directory" })
            #expect(try await troubles(directory.path, key).count == 1)
            // A chain with the key behind it, as some write them.
            let both = try directory.write(TestCertificates.first.certificate + TestCertificates.first.key, to: "both.pem")
            #expect(try await troubles(both, both) == [])
            #expect(TLSCheck.trouble(ofAuthorities: certificate) == nil)
            #expect(TLSCheck.trouble(ofAuthorities: key)?.description == "cannot use \(key): \(noCertificate)")
            #expect(TLSCheck.trouble(ofAuthorities: missing)?.reason == "No such file or directory")
        }
    }
}
