import ArgumentParser
import AsyncHTTPClient
import Delivery
import Foundation
import NIOCore
import NIOPosix
import Synchronization
import Voicemail

/// N1's yardstick: the client that pushes, with nothing behind it that remembers.
struct Push: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Posts the bodies of a file, as `sink` saved them, over and over.")

    @Argument(help: "Where to.") var url: String
    @Argument(help: "The file.") var bodies: String
    @Option(help: "How many at once, each over a connection of its own.") var connections = 1
    @Option(help: "For how long.") var seconds = 1.0

    func run() async throws {
        let lines = try String(contentsOfFile: bodies, encoding: .utf8).split(separator: "\n")
        let content = lines.compactMap { $0.split(separator: "\t", maxSplits: 1).last.map { ByteBuffer(substring: $0) } }
        guard !content.isEmpty else { throw ValidationError("no bodies in \(bodies)") }
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: HTTPPush.configuration)
        let push = HTTPPush(client: client, pool: .singleton, product: "measure")
        let start = ContinuousClock.now, end = start + .seconds(seconds)
        let count = try await withThrowingTaskGroup(of: Int.self) { group in
            for first in 0..<connections { group.addTask { try await send(content, from: first, until: end, push) } }
            return try await group.reduce(0, +)
        }
        report(count, in: .now - start)
        await push.close()
        try await client.shutdown()
    }

    /// - Returns: how many were taken.
    private func send(_ bodies: [ByteBuffer], from first: Int, until end: ContinuousClock.Instant, _ push: HTTPPush) async throws -> Int {
        var count = 0
        while ContinuousClock.now < end {
            let body = bodies[(first + count * connections) % bodies.count]
            let status = try await push.send(
                OutgoingRequest(
                    url: url, method: "POST", headers: [("Content-Type", "application/json")], body: body, timeoutSeconds: 10, reach: .anywhere))
            guard status == 200 else { throw ValidationError("answered \(status)") }
            count += 1
        }
        return count
    }
}
