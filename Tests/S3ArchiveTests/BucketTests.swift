import Foundation
import Logging
import NIOCore
import NIOHTTP1
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

    /// Opens an empty bucket whose service answers as `rule` says.
    /// - Returns: the service, and what went wrong.
    private func opening(_ rule: @escaping @Sendable (FaultyService.Request, Int) -> FaultyService.Fault) async throws -> (FaultyService, S3OpenError?) {
        try await withBucket { options in
            let service = try FaultyService(before: options.endpoint.description, rule)
            return try await service.run { address in
                let through = try S3ArchiveTests.options(options.bucket, at: address)
                do {
                    try await withArchive(through, key: "first") { _ in }
                    return (service, nil)
                } catch let error as S3OpenError {
                    return (service, error)
                }
            }
        }
    }

    @Test(
        "A bucket is not taken because somebody on the way says 404", arguments: ["", "<html>not found</html>", "<Error><Code>NotFound</Code></Error>"])
    func strangeAbsence(_ text: String) async throws {
        let (service, error) = try await opening { request, _ in request.method == .GET ? .say(404, text, [:]) : .none }
        #expect(error == .unusable("the service answers as no S3 service does: 404 without NoSuchKey, of aftertone-installation"))
        #expect(service.count(.PUT) == 0)
    }

    @Test("Who takes a bucket looks whether it is his then") func lastLook() async throws {
        let other = try await opening { request, count in request.method == .GET && count == 1 ? .say(200, "second\n", [:]) : .none }
        #expect(other.0.count(.PUT) == 1 && other.1 == .otherInstallation(marker: "aftertone-installation"))
        let nobody = try await opening { request, _ in request.method == .PUT ? .pretend : .none }
        #expect(nobody.1 == .unusable("the bucket does not keep what is stored in it: aftertone-installation is not there"))
    }

    @Test("A bucket that became another installation's, or nobody's, is told from one's own") func markThatChanged() async throws {
        let marker = "aftertone-installation", foreign = ArchiveError.failed("\(S3OpenError.otherInstallation(marker: marker))")
        let missing = ArchiveError.failed("\(marker) is missing in the bucket, which says whose it is: whoever is started next stores it again")
        try await withArchive { archive in
            // Without a key there is nothing to compare.
            try await archive.confirmOwner()
        }
        try await withBucket { options in
            try await withArchive(options, key: "first") { archive in
                try await archive.confirmOwner()
                _ = try await archive.client.send(S3Request(method: .PUT, key: marker, body: S3Body(Array("second\n".utf8))))
                await #expect(throws: foreign) { try await archive.confirmOwner() }
                await #expect(throws: foreign) { try await archive.recount() }
                _ = try await archive.client.send(S3Request(method: .DELETE, key: marker))
                await #expect(throws: missing) { try await archive.confirmOwner() }
                // Another one of the installation is started.
                try await withArchive(options, key: "first") { _ in }
                try await archive.confirmOwner()
                try await archive.recount()
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
