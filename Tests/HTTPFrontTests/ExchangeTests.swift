import HTTPTypes
import NIOCore
import Testing

@testable import HTTPFront

@Suite struct ExchangeTests {
    @Test func bytesComeBackInOneKeptConnection() async throws {
        try await withFront(TestDialect.echo) { port in
            try await WireClient.connect(port) { client in
                for word in ["one", "", "three"] {
                    try await client.send("PUT /t/x HTTP/1.1\r\nHost: h\r\nContent-Length: \(word.utf8.count)\r\n\r\n\(word)")
                    let response = try await client.response()
                    #expect(response.status == 200)
                    #expect(response.text == word)
                    #expect(response["content-length"] == "\(word.utf8.count)")
                    #expect(response["connection"] == nil)
                    #expect(response["date"]?.hasSuffix(" GMT") == true)
                }
            }
        }
    }

    @Test func aPathNobodyClaimsIsNotFound() async throws {
        try await withFront(TestDialect.echo) { port in
            try await WireClient.connect(port) { client in
                try await client.send("GET /other HTTP/1.1\r\nHost: h\r\n\r\n")
                let response = try await client.response()
                #expect(response.status == 404)
                #expect(response.text == "not found\n")
            }
        }
    }
}
