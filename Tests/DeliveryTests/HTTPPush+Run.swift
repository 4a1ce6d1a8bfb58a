import AsyncHTTPClient
import NIOPosix

@testable import Delivery

extension HTTPPush {
    /// One with a client of its own, which ends with it.
    static func run<Value>(_ body: (HTTPPush) async throws -> Value) async throws -> Value {
        let client = HTTPClient(configuration: HTTPPush.configuration)
        let push = HTTPPush(client: client, pool: .singleton, product: "Aftertone/test")
        let result: Result<Value, any Error>
        do { result = .success(try await body(push)) } catch { result = .failure(error) }
        await push.close()
        try await client.shutdown()
        return try result.get()
    }
}
