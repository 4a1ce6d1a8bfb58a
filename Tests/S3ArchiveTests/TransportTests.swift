import Foundation
import TestKit
import Testing
import Voicemail

@testable import S3Archive

/// How a service is reached.
struct TransportTests {
    @Test("A bucket that is part of the host's name, with uploads in parts and a listing") func hostStyle() async throws {
        try await withBucket { options in
            var named = options
            named.pathStyle = false
            named.partBytes = 5 << 20
            named.prefix = "a/"
            let port = try #require(options.endpoint.port)
            named.endpoint = try #require(S3Endpoint("http://\(ObjectStore.domain):\(port)"))
            named.addresses = ["\(options.bucket).\(ObjectStore.domain)": "127.0.0.1"]
            try await withArchive(named, key: "k") { archive in
                let bytes = Bytes.pattern(6_000_000)
                let stored = try await ArchiveContract.store(bytes, in: archive)
                let found = try await ArchiveContract.contents(of: stored.id, in: archive)
                #expect(found == bytes)
                let listed = try await ArchiveContract.listing(of: archive)
                #expect(listed == [stored.id: bytes.count])
                #expect(await archive.unavailability() == nil)
            }
        }
    }

    @Test("TLS with an authority of one's own; without it nothing is sent") func ownAuthority() async throws {
        try await withBucket { plain in
            let service = try FaultyService(before: plain.endpoint.description, certificate: TestCertificates.first)
            try await service.run { address in
                try await TemporaryDirectory.run { directory in
                    var options = try S3ArchiveTests.options(plain.bucket, at: address)
                    do {
                        try await withArchive(options, key: "k") { _ in }
                        Issue.record("a certificate that nobody vouches for was taken")
                    } catch let error as S3OpenError {
                        #expect("\(error)".contains("its certificate or its TLS will not do"), "\(error)")
                    }
                    #expect(service.requests.isEmpty)
                    let path = directory.path + "/ca.pem"
                    try TestCertificates.first.certificate.write(toFile: path, atomically: true, encoding: .utf8)
                    options.authorities = path
                    try await withArchive(options, key: "k") { archive in
                        let stored = try await ArchiveContract.store([1, 2, 3], in: archive)
                        let found = try await ArchiveContract.contents(of: stored.id, in: archive)
                        #expect(found == [1, 2, 3])
                    }
                }
            }
        }
    }
}
