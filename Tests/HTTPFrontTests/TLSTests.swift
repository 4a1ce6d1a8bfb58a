import HTTPTypes
import Logging
import NIOCore
import NIOSSL
import TestKit
import Testing

@testable import HTTPFront

@Suite struct TLSTests {
    /// What the server says to a client that trusts only `pair`; nil when it shows another certificate.
    private func answer(
        _ port: Int, trusting pair: TestCertificates.Pair, maximumVersion: TLSVersion? = nil,
        request: String = "GET /t/ HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
    ) async -> WireResponse? {
        do {
            var configuration = TLSConfiguration.makeClientConfiguration()
            configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(Array(pair.certificate.utf8)))
            if let maximumVersion {
                configuration.minimumTLSVersion = .tlsv1
                configuration.maximumTLSVersion = maximumVersion
            }
            let context = try NIOSSLContext(configuration: configuration)
            return try await WireClient.connect(port, handlers: { [try NIOSSLClientHandler(context: context, serverHostname: "localhost")] }) { client in
                try await client.send(request)
                return try await client.response()
            }
        } catch {
            return nil
        }
    }

    private let secure = TestDialect { request in .text(.ok, "\(request.isSecure)") }

    @Test func requestsComeOverTLS() async throws {
        let folder = try CertificateFolder(TestCertificates.first)
        try await withFront(secure, tls: folder.files) { port in
            #expect(await answer(port, trusting: TestCertificates.first)?.text == "true\n")
            #expect(await answer(port, trusting: TestCertificates.second) == nil)
        }
    }

    @Test func oldVersionsAreRefused() async throws {
        let folder = try CertificateFolder(TestCertificates.first)
        try await withFront(secure, tls: folder.files) { port in
            #expect(await answer(port, trusting: TestCertificates.first, maximumVersion: .tlsv12) != nil)
            #expect(await answer(port, trusting: TestCertificates.first, maximumVersion: .tlsv11) == nil)
        }
    }

    @Test func anEarlyAnswerReachesAClientThatIsStillSending() async throws {
        let folder = try CertificateFolder(TestCertificates.first)
        try await withFront(TestDialect { _ in .text(.contentTooLarge, "no") }, tls: folder.files) { port in
            let body = String(repeating: "x", count: 300_000)
            let request = "PUT /t/ HTTP/1.1\r\nHost: h\r\nContent-Length: 900000\r\n\r\n" + body
            let response = await answer(port, trusting: TestCertificates.first, request: request)
            #expect(response?.status == 413)
            #expect(response?["connection"] == "close")
        }
    }

    @Test func aNewCertificateServesNewConnections() async throws {
        let folder = try CertificateFolder(TestCertificates.first)
        try await withFront(secure, tls: folder.files) { port, front in
            try folder.put(certificate: TestCertificates.second.certificate)
            try folder.put(key: TestCertificates.second.key)
            await front.reloadCertificates()
            #expect(await answer(port, trusting: TestCertificates.second) != nil)
            #expect(await answer(port, trusting: TestCertificates.first) == nil)
        }
    }

    @Test(arguments: ["", "garbage", TestCertificates.second.certificate])
    func aBrokenCertificateLeavesTheOldOne(_ broken: String) async throws {
        let book = LogBook()
        let folder = try CertificateFolder(TestCertificates.first)
        try await withFront(secure, tls: folder.files, logger: book.logger()) { port, front in
            // Broken, or not the key's.
            try folder.put(certificate: broken)
            await front.reloadCertificates()
            #expect(await answer(port, trusting: TestCertificates.first) != nil)
            #expect(book.lines.filter { $0.level == .error }.count == 1)
        }
    }

    @Test func changedFilesAreNoticed() async throws {
        var deadlines = FrontDeadlines()
        deadlines.certificateCheck = .milliseconds(5)
        let folder = try CertificateFolder(TestCertificates.first)
        try await withFront(secure, deadlines: deadlines, tls: folder.files) { port in
            #expect(await answer(port, trusting: TestCertificates.first) != nil)
            try folder.put(certificate: TestCertificates.second.certificate)
            try folder.put(key: TestCertificates.second.key)
            var isNew = false
            for _ in 0..<1000 where !isNew {
                isNew = await answer(port, trusting: TestCertificates.second) != nil
            }
            #expect(isNew)
        }
    }

    @Test func unchangedFilesAreLeftAlone() async throws {
        let book = LogBook()
        let folder = try CertificateFolder(TestCertificates.first)
        let certificate = try await TLSCertificate.load(folder.files)
        await certificate.reload(always: false, book.logger())
        #expect(book.lines.isEmpty)
        try folder.put(certificate: "garbage")
        await certificate.reload(always: false, book.logger())
        await certificate.reload(always: false, book.logger())
        #expect(book.lines.map(\.level) == [.error])
    }

    private func failure(_ files: TLSFiles) async -> String {
        let front = Front(listeners: [Listener(port: 0, tls: files)], dialects: [], logger: .silent)
        do {
            try await front.run()
            return ""
        } catch {
            return "\(error)"
        }
    }

    @Test func aListenerWhoseFilesCannotBeUsedSaysWhich() async throws {
        let folder = try CertificateFolder(TestCertificates.first)
        let good = folder.files
        #expect(await failure(TLSFiles(certificate: "/nonexistent/c", key: good.key)) == "cannot use /nonexistent/c: No such file or directory")
        #expect(await failure(TLSFiles(certificate: good.certificate, key: "/nonexistent/k")) == "cannot use /nonexistent/k: No such file or directory")
        let other = try CertificateFolder(TestCertificates.second)
        #expect(
            await failure(TLSFiles(certificate: good.certificate, key: other.files.key))
                == "cannot use \(other.files.key): it is not the key of \(good.certificate)")
        try folder.put(certificate: "garbage")
        #expect(await failure(good) == "cannot use \(good.certificate): it holds no certificate in PEM")
        #expect(
            await failure(TLSFiles(certificate: other.files.certificate, key: good.certificate))
                == "cannot use \(good.certificate): it holds no private key in PEM, or one with a passphrase")
    }
}
