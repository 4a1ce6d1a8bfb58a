import HTTPTypes
import NIOCore
import Synchronization
import Testing

@testable import HTTPFront

private let fine = TestDialect { request in .text(.ok, "\(request.query.items.count)") }

@Suite struct LimitTests {
    /// The answer's status, and whether the connection is kept.
    private func ask(_ text: String, limits: FrontLimits = FrontLimits(), of dialect: any Dialect = fine) async throws -> (
        status: Int, keeps: Bool, text: String
    ) {
        let found = Mutex((0, false, ""))
        try await withFront(dialect, limits: limits) { port in
            try await WireClient.connect(port) { client in
                try await client.send(text)
                let response = try await client.response()
                var keeps = false
                if response["connection"] != "close" {
                    try await client.send(request("GET", "/t/x"))
                    keeps = try await client.response().status == 200
                }
                found.withLock { $0 = (response.status, keeps, response.text) }
            }
        }
        return found.withLock { $0 }
    }

    @Test func theTargetsLength() async throws {
        var limits = FrontLimits()
        limits.target = 100
        let longest = "/t/" + String(repeating: "x", count: 97)
        #expect(try await ask(request("GET", longest), limits: limits) == (200, true, "0\n"))
        #expect(try await ask(request("GET", longest + "x"), limits: limits) == (414, true, "path and query are longer than 100 bytes\n"))
        #expect(try await ask(request("GET", "/t/x?" + String(repeating: "y", count: 95)), limits: limits).status == 200)
        #expect(try await ask(request("GET", "/t/x?" + String(repeating: "y", count: 96)), limits: limits).status == 414)
        #expect(try await ask(request("GET", "/other" + longest), limits: limits).status == 414)
    }

    @Test func theNumberOfHeaders() async throws {
        let extra = (0..<98).map { "X-\($0): y" }
        // `Host` makes 99, then 100, then 101.
        #expect(try await ask(request("GET", "/t/x", extra)).status == 200)
        #expect(try await ask(request("GET", "/t/x", extra + ["X-A: y"])).status == 200)
        let refused = try await ask(request("GET", "/t/x", extra + ["X-A: y", "X-B: y"]))
        #expect(refused.status == 431 && !refused.keeps)
    }

    @Test func theBytesOfHeaders() async throws {
        var limits = FrontLimits()
        limits.headerBytes = 1000
        // "/t/x", "Host", "h", "X" and the value, which llhttp gives without the separators.
        #expect(try await ask(request("GET", "/t/x", ["X: " + String(repeating: "y", count: 990)]), limits: limits).status == 200)
        let refused = try await ask(request("GET", "/t/x", ["X: " + String(repeating: "y", count: 991)]), limits: limits)
        #expect(refused.status == 431 && !refused.keeps)
        #expect(try await ask("GET /t/" + String(repeating: "x", count: 5000), limits: limits).status == 431)
    }

    @Test func theNumberOfParameters() async throws {
        var limits = FrontLimits()
        limits.queryParameters = 3
        #expect(try await ask(request("GET", "/t/x?a&b&&c"), limits: limits) == (200, true, "3\n"))
        #expect(try await ask(request("GET", "/t/x?a&b&c&d"), limits: limits) == (400, true, "more than 3 query parameters\n"))
    }

    @Test(arguments: ["/t/%", "/t/%4", "/t/%zz", "/t/%ff", "/t/a%C3"])
    func aPathThatDoesNotDecode(_ path: String) async throws {
        #expect(try await ask(request("GET", path)) == (400, true, "the path is not percent-encoded UTF-8\n"))
    }

    @Test(arguments: ["/t/x?%", "/t/x?a=%4", "/t/x?%zz=1", "/t/x?a=%ff"])
    func aQueryThatDoesNotDecode(_ target: String) async throws {
        #expect(try await ask(request("GET", target)) == (400, true, "the query is not percent-encoded UTF-8\n"))
    }

    @Test func aDialectMayWordTheRefusal() async throws {
        struct Polite: Dialect {
            let name = "polite"
            func claims(_ path: String) -> Bool { true }
            func respond(to request: FrontRequest) async -> FrontResponse { .text(.ok, "fine") }
            func refuse(_ fault: RequestFault, of request: FrontRequest) async -> FrontResponse? {
                .text(.ok, "\(fault) \(request.path) \(request.segments)")
            }
        }
        #expect(try await ask(request("GET", "/%zz"), of: Polite()) == (200, true, "malformedPath /%zz []\n"))
    }

    @Test(arguments: [
        "nonsense\r\n\r\n", "GET /t/x HTTP/1.1\r\nno colon\r\n\r\n", "GET /t/x HTTP/2.0\r\n\r\n", "GET /t/x HTTP/1.1\r\nHost: h\r\nContent-Length: x\r\n\r\n",
        "GET /t/x HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", "GET /t/x HTTP/1.1\r\n: empty\r\n\r\n",
        "GET /t/x HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", "\u{16}\u{03}\u{01}",
    ])
    func whatIsNotHTTPIsRefused(_ text: String) async throws {
        let refused = try await ask(text)
        #expect(refused.status == 400 && !refused.keeps)
    }

    @Test func garbageBehindARequestIsRefusedAfterItsAnswer() async throws {
        try await withFront(fine) { port in
            try await WireClient.connect(port) { client in
                try await client.send(request("GET", "/t/x") + "garbage\r\n\r\n")
                #expect(try await client.response().status == 200)
                #expect(try await client.response().status == 400)
                #expect(await client.isClosed())
            }
        }
    }

    @Test func furtherConnectionsWaitForTheirTurn() async throws {
        var limits = FrontLimits()
        limits.connections = 2
        let events = Mutex<[String]>([])
        let dialect = TestDialect { request in
            events.withLock { $0.append(request.path) }
            return .text(.ok, "x")
        }
        try await withFront(dialect, limits: limits) { port in
            try await WireClient.connect(port) { first in
                try await first.send(request("GET", "/t/1"))
                _ = try await first.response()
                try await WireClient.connect(port) { second in
                    try await second.send(request("GET", "/t/2"))
                    _ = try await second.response()
                    try await WireClient.connect(port) { third in
                        try await third.send(request("GET", "/t/3"))
                        // Long enough for a server without the bound to answer.
                        try await Task.sleep(for: .milliseconds(50))
                        try await second.send(request("GET", "/t/2", ["Connection: close"]))
                        _ = try await second.response()
                        #expect(try await third.response().status == 200)
                    }
                }
            }
        }
        #expect(events.withLock { $0 } == ["/t/1", "/t/2", "/t/2", "/t/3"])
    }
}
