import Foundation
import Logging
import NIOCore
import TestKit
import Testing
import Voicemail

@testable import S3Archive

/// Which bucket will do, and for whom.
struct BucketTests {
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private func trouble(_ options: S3Options, key: String? = nil) async throws -> String? {
        try await TemporaryDirectory.run { await S3Archive.trouble(with: options, scratch: $0.path, key: key, logger: logger) }
    }

    @Test func aBucketBelongsToOneInstallation() async throws {
        try await withBucket { options in
            try await withArchive(options, key: "first") { _ in }
            try await withArchive(options, key: "first") { archive in
                let listed = try await ArchiveContract.listing(of: archive)
                #expect(listed == [:])
            }
            let refusal = S3OpenError.otherInstallation(marker: "aftertone-installation")
            await #expect(throws: refusal) { try await withArchive(options, key: "second") { _ in } }
            #expect(try await trouble(options, key: "second") == "\(refusal)")
            // Below a prefix there is room for another one.
            var other = options
            other.prefix = "second/"
            try await withArchive(other, key: "second") { archive in
                _ = try await ArchiveContract.store([1], in: archive)
            }
            try await withArchive(options, key: "first") { archive in
                let listed = try await ArchiveContract.listing(of: archive)
                #expect(listed == [:])
            }
        }
    }

    @Test func whatIsWrongIsSaidInWords() async throws {
        try await withBucket { options in
            #expect(try await trouble(options) == nil)
            var wrong = options
            wrong.bucket = "nobodys"
            #expect(try await trouble(wrong) == "listing fails: the bucket does not exist (NoSuchBucket)")
            wrong = options
            wrong.credentials = .given(try #require(S3Credentials(accessKey: ObjectStore.accessKey, secretKey: "no")))
            #expect(try await trouble(wrong)?.hasPrefix("listing fails: the secret key does not fit the access key") == true)
            wrong.credentials = .given(try #require(S3Credentials(accessKey: "nobody", secretKey: "no")))
            #expect(try await trouble(wrong)?.hasPrefix("listing fails: ") == true)
            wrong.credentials = .none
            #expect(try await trouble(wrong)?.contains("AWS_ACCESS_KEY_ID") == true)
            wrong = options
            wrong.region = "eu-west-1"
            #expect(try await trouble(wrong) == "listing fails: the bucket is in another region or at another endpoint (AuthorizationHeaderMalformed)")
            wrong = options
            wrong.endpoint = try #require(S3Endpoint(options.endpoint.description.replacing("http://", with: "https://")))
            let noTLS = "listing fails: the service cannot be reached: its certificate or its TLS will not do: there is no TLS behind this address"
            #expect(try await trouble(wrong) == noTLS + " (WRONG_VERSION_NUMBER)")
            // This service has no encryption of its own.
            wrong = options
            wrong.encryption = .aes256
            #expect(try await trouble(wrong)?.hasPrefix("storing fails: the service refuses (NotImplemented") == true)
        }
    }

    @Test func credentialsAreReadAgainWhenTheirFileChanges() async throws {
        try await withBucket { options in
            try await TemporaryDirectory.run { directory in
                let path = directory.path + "/credentials"
                func write(_ secret: String) throws {
                    let text = "[default]\naws_access_key_id = \(ObjectStore.accessKey)\naws_secret_access_key = \(secret)\n"
                    try text.write(toFile: path, atomically: true, encoding: .utf8)
                }
                var options = options
                options.credentials = .file(path)
                #expect(try await trouble(options)?.contains("\(path) cannot be read") == true)
                try "nothing".write(toFile: path, atomically: true, encoding: .utf8)
                #expect(try await trouble(options)?.contains("has no aws_access_key_id") == true)
                try write(ObjectStore.secretKey)
                try await withArchive(options) { archive in
                    let stored = try await ArchiveContract.store([1], in: archive)
                    // They are renewed, and then again.
                    try write("renewed")
                    try FileManager.default.setAttributes([.modificationDate: Date(timeIntervalSinceNow: 60)], ofItemAtPath: path)
                    archive.client.doubtCredentials()
                    await #expect(throws: ArchiveError.self) { _ = try await archive.open(stored.id) }
                    try write(ObjectStore.secretKey)
                    #expect(try await ArchiveContract.contents(of: stored.id, in: archive) == [1])
                }
            }
        }
    }

    @Test func aBucketThatIsGoneIsNotReady() async throws {
        let store = try await ObjectStore.shared.value
        try await withBucket { options in
            try await withArchive(options, key: "k") { archive in
                #expect(await archive.unavailability() == nil)
                try await store.removeBucket(options.bucket)
                archive.readiness.doubt()
                #expect(await archive.unavailability() == "the bucket does not exist (NoSuchBucket)")
            }
        }
    }
}
