import Foundation
import HTTPFront
import SIP
import Server
import TestKit
import Testing
import Voicemail

@Suite("Calls over TLS, their sound encrypted")
struct SecureCallTests {
    private func withSecureWorld(_ body: @Sendable (CallWorld, Int, CertificateFolder) async throws -> Void) async throws {
        let folder = try CertificateFolder(TestCertificates.first)
        let port = try FreePort.draw()
        try await CallWorld.run(["skip_greeting": true, "skip_instructions": true]) {
            $0.telephone.tls = Configuration.Telephone.TLS(listen: CallAddress(host: "127.0.0.1", port: port), files: folder.files)
            $0.telephone.encryption = .required
        } _: { world in
            try await body(world, port, folder)
        }
    }

    @Test("baresip over TLS with SRTP leaves a message, and without SRTP it is refused", .enabled(if: OtherPhones.isInstalled("baresip")))
    func baresip() async throws {
        try await withSecureWorld { world, port, _ in
            let plain = try await OtherPhones.baresip(uri: ";transport=tls", to: port)
            #expect(plain.contains("488"), "\(plain)")
            let printed = try await OtherPhones.baresip(account: ";mediaenc=srtp-mand", uri: ";transport=tls", modules: ["srtp"], to: port)
            let message = try #require(try await world.messages(1).first, "\(printed)")
            #expect(message.reception?.lost == 0)
            #expect(TestTone.milliseconds(of: 500, in: try await world.sound(of: message)) >= 3000)
            #expect(try await world.all(in: world.mailbox).count == 1)
        }
    }

    @Test("A certificate that is replaced is seen by new connections; one that cannot be used is not", .enabled(if: OtherPhones.isInstalled("openssl")))
    func reload() async throws {
        try await withSecureWorld { _, port, folder in
            /// What somebody hears who asks over TLS: the certificate, and the first line of the answer.
            @Sendable func ask() async throws -> String {
                let request =
                    "OPTIONS sip:1000@127.0.0.1 SIP/2.0\\r\\nVia: SIP/2.0/TLS 127.0.0.1:1;branch=z9hG4bKa\\r\\nFrom: <sip:a@b>;tag=1\\r\\nTo: <sip:1000@127.0.0.1>\\r\\nCall-ID: \(UInt32.random(in: 0...(.max)))\\r\\nCSeq: 1 OPTIONS\\r\\nMax-Forwards: 9\\r\\nContent-Length: 0\\r\\n\\r\\n"
                return try await Shell.run(
                    "(printf '\(request)'; sleep 1) | openssl s_client -connect 127.0.0.1:\(port) -showcerts -quiet -no_ign_eof 2>/dev/null; openssl s_client -connect 127.0.0.1:\(port) </dev/null 2>/dev/null",
                    environment: ProcessInfo.processInfo.environment, in: "/"
                ).output
            }
            func middle(of pair: TestCertificates.Pair) -> String { pair.certificate.components(separatedBy: "\n")[5] }
            let before = try await ask()
            #expect(before.contains("SIP/2.0 200 OK"))
            #expect(before.contains("sip:aftertone@127.0.0.1") == false)
            #expect(before.contains(middle(of: TestCertificates.first)))
            try folder.put(key: "nonsense")
            try folder.put(certificate: TestCertificates.second.certificate)
            #expect(try await ask().contains(middle(of: TestCertificates.first)))
            try folder.put(key: TestCertificates.second.key)
            let clock = ContinuousClock(), end = clock.now + .seconds(60)
            var now = ""
            while !now.contains(middle(of: TestCertificates.second)), clock.now < end { now = try await ask() }
            #expect(now.contains(middle(of: TestCertificates.second)))
            #expect(now.contains("SIP/2.0 200 OK"))
        }
    }
}
