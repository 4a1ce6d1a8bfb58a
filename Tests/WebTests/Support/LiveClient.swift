import TestKit
import Testing

/// Listens to a stream of events as a browser does.
struct LiveClient {
    private var connection: RawConnection
    private var text = ""
    let head: String

    /// Connects, runs `body` and closes.
    static func run<Value>(
        _ browser: Browser, _ server: TestServer, _ path: String, _ headers: [String] = [], _ body: (inout LiveClient) async throws -> Value
    ) async throws -> Value {
        let cookie = await browser.cookieField
        return try await RawConnection.run(port: server.port) { connection in
            let fields = (["Host: 127.0.0.1", "Cookie: \(cookie)"] + headers).map { $0 + "\r\n" }.joined()
            try await connection.write(Array("GET \(path) HTTP/1.1\r\n\(fields)\r\n".utf8))
            var client = try await LiveClient(connection)
            return try await body(&client)
        }
    }

    private init(_ connection: RawConnection) async throws {
        self.connection = connection
        var text = ""
        while !text.contains("\r\n\r\n") {
            guard let more = try await self.connection.read() else { break }
            text += String(decoding: more, as: UTF8.self)
        }
        head = String(text.prefix(upTo: text.firstRange(of: "\r\n\r\n")?.lowerBound ?? text.endIndex))
        self.text = text
    }

    var status: Int { head.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0 }

    /// Reads on until this has come.
    mutating func wait(for words: String) async throws {
        while !text.contains(words) {
            let more = try #require(try await connection.read(), "\(words) never came: \(text)")
            text += String(decoding: more, as: UTF8.self)
        }
        text = String(text[(text.firstRange(of: words)?.upperBound ?? text.startIndex)...])
    }

    /// Reads until the stream has ended in order.
    mutating func waitForEnd() async throws { try await wait(for: "\r\n0\r\n\r\n") }
}
