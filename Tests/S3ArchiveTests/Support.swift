import Foundation
import Logging
import NIOCore
import TestKit
import Voicemail

@testable import S3Archive

/// Settings for a bucket of the tests' service.
func options(_ bucket: String, at endpoint: String) throws -> S3Options {
    guard let endpoint = S3Endpoint(endpoint), let credentials = S3Credentials(accessKey: ObjectStore.accessKey, secretKey: ObjectStore.secretKey) else {
        throw CancellationError()
    }
    return S3Options(endpoint: endpoint, bucket: bucket, region: ObjectStore.region, pathStyle: true, credentials: .given(credentials))
}

/// Runs `body` with settings for a bucket of its own.
func withBucket<Value: Sendable>(_ body: (S3Options) async throws -> Value) async throws -> Value {
    let store = try await ObjectStore.shared.value
    return try await store.withBucket { try await body(options($0, at: store.endpoint)) }
}

/// Runs `body` with an archive on settings.
func withArchive<Value: Sendable>(_ options: S3Options, key: String? = nil, _ body: (S3Archive) async throws -> Value) async throws -> Value {
    try await TemporaryDirectory.run { directory in
        let archive = try await S3Archive.open(
            options, scratch: directory.path + "/scratch", key: key, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        do {
            let value = try await body(archive)
            await archive.close()
            return value
        } catch {
            await archive.close()
            throw error
        }
    }
}

/// Runs `body` with an archive on an empty bucket of its own.
func withArchive<Value: Sendable>(_ change: (inout S3Options) -> Void = { _ in }, _ body: (S3Archive) async throws -> Value) async throws -> Value {
    try await withBucket { options in
        var options = options
        change(&options)
        return try await withArchive(options, body)
    }
}
