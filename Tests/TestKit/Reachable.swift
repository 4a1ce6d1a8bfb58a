import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Voicemail

/// What a server answered.
public struct Answer: Sendable {
    public let status: Int
    public let headers: [(name: String, value: String)]
    public let bytes: [UInt8]

    public init(status: Int, headers: [(name: String, value: String)], bytes: [UInt8]) {
        self.status = status
        self.headers = headers
        self.bytes = bytes
    }

    public var text: String { String(decoding: bytes, as: UTF8.self) }

    /// The body as JSON; null when it is none.
    public var json: JSON { (try? JSON.parse(bytes)) ?? .null }

    /// `data` of a KAZOO envelope.
    public var data: JSON { json["data"] ?? .null }

    /// The first header of a name, in any case.
    public subscript(header: String) -> String? {
        headers.first { $0.name.lowercased() == header.lowercased() }?.value
    }
}

/// Something that serves on a port of the loopback interface.
public protocol Reachable: Sendable {
    var port: Int { get }
}

extension TestServer: Reachable {}

/// A server in a process of its own, by the port it has told.
public struct RemoteServer: Reachable {
    public let port: Int

    public init(port: Int) { self.port = port }
}

extension Reachable {
    public var baseURL: String { "http://127.0.0.1:\(port)" }

    /// Sends a request with a body of bytes and waits for the whole answer.
    /// - Parameters:
    ///   - method: any token, as it goes on the wire.
    ///   - path: raw, with the query.
    ///   - token: for `X-Auth-Token`.
    public func send(
        _ method: String, _ path: String, headers: KeyValuePairs<String, String> = [:], token: String? = nil, body: [UInt8]? = nil
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: baseURL + path)
        request.method = HTTPMethod(rawValue: method)
        request.headers = HTTPHeaders(headers.map { ($0.key, $0.value) })
        if let token { request.headers.add(name: "X-Auth-Token", value: token) }
        if let body { request.body = .bytes(body, length: .known(Int64(body.count))) }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(600))
        let bytes = try await response.body.collect(upTo: 256 << 20)
        return Answer(
            status: Int(response.status.code), headers: response.headers.map { (name: $0.name, value: $0.value) },
            bytes: Array(bytes.readableBytesView))
    }

    /// Sends JSON, as `application/json` unless the headers say otherwise.
    public func send(
        _ method: String, _ path: String, headers: KeyValuePairs<String, String> = ["Content-Type": "application/json"], token: String? = nil,
        json: JSON
    ) async throws -> Answer {
        try await send(method, path, headers: headers, token: token, body: Array(json.encoded.utf8))
    }

    /// Sends `data` in KAZOO's envelope.
    public func send(
        _ method: String, _ path: String, headers: KeyValuePairs<String, String> = ["Content-Type": "application/json"], token: String? = nil,
        data: JSON
    ) async throws -> Answer {
        try await send(method, path, headers: headers, token: token, json: ["data": data])
    }
}
