import Foundation
import PostgresStore
import S3Archive
import Server
import Testing

/// With `AFTERTONE_SERVERS` every test that asks for a server gets so many, with nothing in common but a database, a bucket and the installation's key.
/// They take turns request by request: what is promised has to hold whichever of them is asked.
public enum ManyServers {
    public static let count = ProcessInfo.processInfo.environment["AFTERTONE_SERVERS"].flatMap { Int($0) } ?? 1

    /// Whether a test is about one server's own disk or memory, and has only one therefore.
    @TaskLocal public static var areApart = false

    private struct NoService: Error {}

    /// Runs `body` with the configuration of each; with the given one alone where there is only one.
    static func configurations<Value: Sendable>(of given: Configuration, _ body: @Sendable ([Configuration]) async throws -> Value) async throws -> Value {
        guard count > 1, !areApart else { return try await body([given]) }
        let service = try await ObjectStore.shared.value
        guard let endpoint = S3Endpoint(service.endpoint), let keys = S3Credentials(accessKey: ObjectStore.accessKey, secretKey: ObjectStore.secretKey) else {
            throw NoService()
        }
        let key = Data(Bytes.pattern(32, seed: UInt64.random(in: 1...UInt64.max)))
        return try await PostgresCluster.shared.value.withDatabase { url in
            try await service.withBucket { bucket in
                try await body(
                    (0..<count).map { number in
                        var configuration = given
                        configuration.data += ".\(number)"
                        try FileManager.default.createDirectory(atPath: configuration.data, withIntermediateDirectories: true)
                        try key.write(to: URL(filePath: configuration.data + "/secret.key"))
                        configuration.postgres = PostgresOptions(url: url, pool: 4)
                        configuration.archive.s3 = S3Options(
                            endpoint: endpoint, bucket: bucket, region: ObjectStore.region, pathStyle: true, credentials: .given(keys))
                        return configuration
                    })
            }
        }
    }
}

/// A test of what one server has for itself: its disk, its memory, or what each process counts alone (see "What a process keeps for itself" in
/// `docs/internals.md`). It has one server however many others have.
public struct OneServer: TestTrait, SuiteTrait, TestScoping {
    public let isRecursive = true
    /// Why.
    public let comments: [Comment]

    public func provideScope(for test: Test, testCase: Test.Case?, performing function: @Sendable @concurrent () async throws -> Void) async throws {
        try await ManyServers.$areApart.withValue(true) { try await function() }
    }
}

extension Trait where Self == OneServer {
    public static func oneServer(_ reason: Comment) -> OneServer { OneServer(comments: [reason]) }
}
