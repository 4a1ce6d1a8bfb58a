import AsyncHTTPClient
import NIOPosix
import TestKit
import Testing
import Voicemail

@testable import Delivery

/// What an administrator reads when a receiver could not be reached.
@Suite struct ConnectionTroubleTests {
    @Test(arguments: ["127.0.0.1", "localhost"])
    func nobodyListens(_ host: String) async throws {
        let port = try FreePort.draw()
        let client = HTTPClient(configuration: HTTPPush.configuration)
        let push = HTTPPush(client: client, pool: .singleton, product: "Aftertone/test")
        let request = OutgoingRequest(url: "http://\(host):\(port)/", method: "GET", timeoutSeconds: 600, reach: .anywhere)
        await #expect(throws: OutgoingHTTPError("connection refused")) { try await push.send(request) }
        await push.close()
        try await client.shutdown()
    }
}
