import HTTPTypes
import Logging
import NIOCore
import Synchronization
import Testing
import Voicemail

@testable import HTTPFront

@Suite struct OperationsTests {
    private func ask(
        _ requests: [String], readiness: [ReadinessCheck] = [], documents: [String: StaticRoute] = [:], metrics: MetricsRegistry = MetricsRegistry(),
        operations: OperationsAudience = .all, logger: Logger = .silent, dialect: any Dialect = TestDialect.echo
    ) async throws -> [WireResponse] {
        let found = Mutex<[WireResponse]>([])
        try await withFront(
            dialect, metrics: metrics, readiness: readiness, documents: documents, operations: operations, logger: logger
        ) { port in
            try await WireClient.connect(port) { client in
                for request in requests {
                    try await client.send(request)
                    let response = try await client.response(toHead: request.hasPrefix("HEAD"))
                    found.withLock { $0.append(response) }
                }
            }
        }
        return found.withLock { $0 }
    }

    // MARK: Health

    @Test func livenessNeedsNothing() async throws {
        let sick = ReadinessCheck("store") { "locked" }
        #expect(try await ask([request("GET", "/livez")], readiness: [sick]).map(\.status) == [200])
    }

    @Test func readinessGivesReasons() async throws {
        let checks = [
            ReadinessCheck("archive") { "disk \"full\"" }, ReadinessCheck("store") { nil }, ReadinessCheck("cache") { "no room" },
        ]
        let response = try await ask([request("GET", "/readyz")], readiness: checks)[0]
        #expect(response.status == 503)
        #expect(response["content-type"] == "application/json")
        #expect(response["cache-control"] == "no-store")
        #expect(response.text == #"{"status":"unready","reasons":{"archive":"disk \"full\"","cache":"no room"}}"#)
    }

    @Test func readyWhenAllIsWell() async throws {
        let response = try await ask([request("GET", "/readyz?verbose")], readiness: [ReadinessCheck("store") { nil }])[0]
        #expect(response.status == 200)
        #expect(response.text == #"{"status":"ready"}"#)
    }

    @Test func documentsAreServedAsGiven() async throws {
        let document = StaticRoute(contentType: "application/json", bytes: Array("{}".utf8))
        let responses = try await ask(
            [request("GET", "/openapi/x.json"), request("HEAD", "/openapi/x.json"), request("POST", "/openapi/x.json"), request("GET", "/openapi/x.json/")],
            documents: ["/openapi/x.json": document])
        #expect(responses.map(\.status) == [200, 200, 405, 404])
        #expect(responses[0].text == "{}")
        #expect(responses[1]["content-length"] == "2")
        #expect(responses[2]["allow"] == "GET, HEAD")
    }

    @Test func aPublicListenerHidesOperations() async throws {
        let responses = try await ask(
            ["/livez", "/readyz", "/metrics", "/doc"].map { request("GET", $0) }, documents: ["/doc": StaticRoute(contentType: "a/b", bytes: [])],
            operations: .none)
        #expect(responses.map(\.status) == [404, 404, 404, 200])
    }

    private func loopback(_ headers: [String], trusting proxies: [String] = []) async throws -> Int {
        let status = Mutex(0)
        try await withFront(TestDialect.echo, operations: .loopback, trustedProxies: proxies.compactMap { NetworkRange($0) }) { port in
            try await WireClient.connect(port) { client in
                try await client.send(request("GET", "/metrics", headers))
                let answer = try await client.response().status
                status.withLock { $0 = answer }
            }
        }
        return status.withLock { $0 }
    }

    @Test func loopbackIsProofWhereThereIsNoProxy() async throws {
        #expect(try await loopback([]) == 200)
        for mark in [
            "X-Forwarded-For: 127.0.0.1", "Forwarded: for=127.0.0.1", "X-Real-IP: 127.0.0.1", "Via: 1.1 x", "X-Forwarded-Proto: https", "x-forwarded-host: h",
        ] {
            #expect(try await loopback([mark]) == 404, "\(mark)")
        }
    }

    @Test func withATrustedProxyOnlyItsWordCounts() async throws {
        for proxies in [["127.0.0.1"], ["127.0.0.0/8", "10.0.0.0/8"]] {
            #expect(try await loopback([], trusting: proxies) == 404)
            #expect(try await loopback(["X-Forwarded-For: 203.0.113.9"], trusting: proxies) == 404)
            // Whoever says it before the proxy does is not believed.
            #expect(try await loopback(["X-Forwarded-For: 127.0.0.1, 203.0.113.9"], trusting: proxies) == 404)
            #expect(try await loopback(["X-Forwarded-For: 127.0.0.1"], trusting: proxies) == 200)
        }
        #expect(try await loopback([], trusting: ["10.0.0.1"]) == 404)
        #expect(try await loopback(["X-Forwarded-For: 127.0.0.1"], trusting: ["10.0.0.1"]) == 404)
    }

    @Test func pagesFromElsewhereReadDescriptions() async throws {
        let document = StaticRoute(contentType: "application/json", bytes: Array("{}".utf8))
        let origin = "Origin: https://x.example"
        let answers = try await ask(
            [
                request("GET", "/openapi/x.json", [origin]),
                request("OPTIONS", "/openapi/x.json", [origin, "Access-Control-Request-Method: GET", "Access-Control-Request-Headers: content-type"]),
                request("GET", "/openapi/x.json"), request("OPTIONS", "/openapi/x.json"),
            ],
            documents: ["/openapi/x.json": document])
        #expect(answers.map(\.status) == [200, 200, 200, 405])
        #expect(answers.map { $0["access-control-allow-origin"] } == ["*", "*", nil, nil])
        #expect(answers[1]["access-control-allow-methods"] == "GET, HEAD, OPTIONS")
        #expect(answers[1]["access-control-allow-headers"]?.contains("content-type") == true)
    }

    // MARK: Metrics

    @Test func requestsAreCountedByDialectRouteAndStatus() async throws {
        let dialect = TestDialect("kazoo") { request in
            var response = FrontResponse.text(request.path == "/t/no" ? .notFound : .ok, "12345", routeLabel: "things/{id}")
            if request.path == "/t/plain" { response.routeLabel = nil }
            return response
        }
        let text = try await ask(
            [
                request("GET", "/t/1"), request("PUT", "/t/2", body: "abc"), request("GET", "/t/no"), request("GET", "/t/plain"), request("GET", "/zzz"),
                request("GET", "/metrics"),
            ],
            dialect: dialect
        )[5]
        #expect(text["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
        let lines = text.text.split(separator: "\n").map(String.init)
        for line in [
            "# TYPE aftertone_http_requests_total counter",
            #"aftertone_http_requests_total{dialect="kazoo",route="things/{id}",status="200"} 2"#,
            #"aftertone_http_requests_total{dialect="kazoo",route="things/{id}",status="404"} 1"#,
            #"aftertone_http_requests_total{dialect="kazoo",route="other",status="200"} 1"#,
            #"aftertone_http_requests_total{dialect="front",route="other",status="404"} 1"#,
            "# TYPE aftertone_http_request_seconds histogram",
            #"aftertone_http_request_seconds_bucket{dialect="kazoo",route="things/{id}",le="+Inf"} 3"#,
            #"aftertone_http_request_seconds_count{dialect="kazoo",route="things/{id}"} 3"#,
            "aftertone_http_connections 1",
        ] {
            #expect(lines.contains(line), "\(line)")
        }
    }

    // MARK: Access log

    @Test func everyExchangeIsOneLine() async throws {
        let book = LogBook()
        _ = try await ask(
            [
                request("GET", "/t/x?a=1&auth_token=s3cret", ["X-Request-ID: me-1"]), request("GET", "/t/%0d%0astatus=200?x=a%20b", ["X-Request-ID: me-2"]),
                request("GET", "/livez"),
            ],
            logger: book.logger())
        let lines = book.lines.filter { $0.message.hasPrefix("status=") }
        try #require(lines.count == 3)
        let fields = lines.map { line in
            Dictionary(
                uniqueKeysWithValues: line.message.split(separator: " ").map { $0.split(separator: "=", maxSplits: 1).map(String.init) }.map { ($0[0], $0[1]) })
        }
        #expect(fields.map { $0["path"] } == ["/t/x?a=1&auth_token=***", "/t/%0d%0astatus=200?x=a%20b", "/livez"])
        #expect(lines.map { $0.metadata["request"] }.prefix(2) == ["me-1", "me-2"])
        #expect(fields[0]["remote"] == "127.0.0.1")
        #expect(fields[0]["method"] == "GET")
        #expect(fields[0]["status"] == "200")
        #expect(fields[2]["bytes"] == "6")
        #expect(fields[0]["ms"].flatMap(Double.init) != nil)
        #expect(lines.allSatisfy { $0.level == .info })
    }

    @Test(arguments: [
        "auth_token", "access_token", "token", "Token", "password", "PASSWORD", "old_password", "passwd", "client_secret", "api_key", "apikey", "pin", "vm_pin",
        "pin_code", "credentials", "authorization", "auth%5Ftoken", "%74oken", "to%6ben", "x%zz", "random", "sign",
    ])
    func secretsAreLeftOut(_ name: String) {
        #expect(AccessLog.target(path: "/x", query: "a=b&\(name)=hunter2&c=d") == "/x?a=b&\(name)=***&c=d")
    }

    @Test(arguments: ["/api/download/", "//api/download/", "/api/download//", "/api/downloadattachment/", "/x/api/download/a/"])
    func namesOfLinksAreLeftOut(_ path: String) {
        let line = AccessLog.target(path: path + "PBX-Voicemail-1-download-20240423160019-3nHw52nGalosEJ62.wav", query: nil)
        #expect(line.hasSuffix("/***") && !line.contains("3nHw52"), "\(line)")
    }

    @Test func tokensAreLeftOutWhereverTheyStand() {
        let token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln"
        #expect(AccessLog.target(path: "/v2/user_auth/\(token)", query: "x=\(token)&\(token)") == "/v2/user_auth/***?x=***&***")
    }

    @Test(arguments: ["a\r\nb", "a\u{1B}[31m", "a b", "a\"b", "a\\b", "é", "\u{202E}x", "a\u{0}", "\u{7F}"])
    func nothingOutsideVisibleASCIIIsWritten(_ hostile: String) {
        for text in [AccessLog.target(path: "/" + hostile, query: nil), AccessLog.target(path: "/", query: Substring("x=\(hostile)&\(hostile)=y&\(hostile)"))] {
            #expect(text.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") })
        }
    }

    @Test func longTargetsAreCut() {
        let fits = "/" + String(repeating: "x", count: AccessLog.longest - 1)
        #expect(AccessLog.target(path: fits, query: nil) == fits)
        #expect(AccessLog.target(path: fits + "x", query: nil) == fits + "…")
    }

    @Test func aSecretOfADialectsHeaderIsNotLogged() async throws {
        let book = LogBook()
        _ = try await ask([request("GET", "/t/x", ["X-Auth-Token: hunter2", "Authorization: Basic aHVudGVyMg=="])], logger: book.logger())
        let written = book.lines.map { "\($0.message) \($0.metadata)" }.joined()
        #expect(!written.contains("hunter2") && !written.contains("aHVudGVyMg"))
    }
}

@Suite struct MetricsRegistryTests {
    @Test func oneNameIsOneInstrument() {
        let registry = MetricsRegistry()
        registry.counter("x_total", help: "X.").add(2)
        registry.counter("x_total", help: "X.").add()
        registry.counter("x_total", help: "X.", labels: [("a", "1")]).add(7)
        #expect(MetricsText.render(registry) == "# HELP x_total X.\n# TYPE x_total counter\nx_total 3\nx_total{a=\"1\"} 7\n")
    }

    @Test func gaugesAndSamplesShowWhatIs() {
        let registry = MetricsRegistry()
        registry.gauge("g", help: "G.").set(5)
        registry.gauge("g", help: "G.").add(-2)
        registry.sample("s", help: "S.") { 1.5 }
        registry.sample("none", help: "N.") { nil }
        #expect(MetricsText.render(registry) == "# HELP g G.\n# TYPE g gauge\ng 3\n# HELP none N.\n# TYPE none gauge\n# HELP s S.\n# TYPE s gauge\ns 1.5\n")
    }

    @Test func bucketsAreCumulativeAndBoundsBelongToTheirBucket() {
        let registry = MetricsRegistry()
        let histogram = registry.histogram("h", help: "H.", bounds: [0.1, 1], labels: [("a", "b")])
        for value in [0.05, 0.1, 0.11, 1, 1.1] { histogram.observe(value) }
        #expect(
            MetricsText.render(registry)
                == """
                # HELP h H.
                # TYPE h histogram
                h_bucket{a="b",le="0.1"} 2
                h_bucket{a="b",le="1"} 4
                h_bucket{a="b",le="+Inf"} 5
                h_sum{a="b"} 2.3600000000000003
                h_count{a="b"} 5

                """)
    }

    @Test func whatManyObserveAtOnceIsCountedWhole() async {
        let registry = MetricsRegistry()
        let histogram = registry.histogram("h", help: "H.", bounds: [1], labels: [])
        await withTaskGroup(of: Void.self) { group in
            for task in 0..<8 { group.addTask { for _ in 0..<5000 { histogram.observe(Double(task % 2) + 0.5) } } }
        }
        #expect(histogram.snapshot.counts == [20_000, 20_000])
        // Halves are exact.
        #expect(histogram.snapshot.sum == 40_000)
    }

    @Test func hostileLabelsAreEscaped() {
        let registry = MetricsRegistry()
        registry.counter("x", help: "a\\b\nc", labels: [("l", "q\"b\\n\nz")]).add()
        #expect(MetricsText.render(registry) == "# HELP x a\\\\b\\nc\n# TYPE x counter\nx{l=\"q\\\"b\\\\n\\nz\"} 1\n")
    }

    @Test func seriesAreBounded() {
        let registry = MetricsRegistry()
        for number in 0..<MetricsRegistry.seriesLimit + 50 { registry.counter("x", help: "X.", labels: [("l", "\(number)")]).add() }
        let lines = MetricsText.render(registry).split(separator: "\n").dropFirst(2)
        #expect(lines.count == MetricsRegistry.seriesLimit + 1)
        #expect(lines.contains(#"x{l="other"} 50"#))
    }

    @Test func aNameKeepsItsKind() {
        let registry = MetricsRegistry()
        registry.counter("x", help: "X.").add()
        registry.gauge("x", help: "X.").set(9)
        #expect(MetricsText.render(registry) == "# HELP x X.\n# TYPE x counter\nx 1\n")
    }

    @Test func theProcessIsMeasured() throws {
        let registry = MetricsRegistry()
        registry.sampleProcess()
        let lines = MetricsText.render(registry).split(separator: "\n")
        #if os(Linux)
        let values = lines.filter { !$0.hasPrefix("#") }.compactMap { $0.split(separator: " ").last.flatMap { Int($0) } }
        #expect(values.count == 2 && values.allSatisfy { $0 > 0 })
        #endif
        #expect(lines.contains("# TYPE process_open_fds gauge"))
    }
}
