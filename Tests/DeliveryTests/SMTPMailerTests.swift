import Delivery
import Foundation
import HTTPFront
import NIOPosix
import TestKit
import Testing
import Voicemail

/// Mail, over a real conversation with a mail server.
@Suite struct SMTPMailerTests {
    private static let sender = MailAddress("voicemail@example.com")

    private static func mailer(_ port: Int, _ security: MailServer.Security = .none, _ change: (inout MailServer) -> Void = { _ in }) throws -> SMTPMailer {
        var server = MailServer(host: "127.0.0.1", port: port, security: security, sender: try #require(sender), attemptSeconds: 600)
        change(&server)
        return SMTPMailer(server, pool: .singleton)
    }

    private static func message(_ text: String = "Hello.\n", subject: String = "Greetings") throws -> MailMessage {
        MailMessage(to: try #require(MailAddress("john@example.org")), subject: subject, text: text)
    }

    @Test func aMailArrivesAsItWasWritten() async throws {
        let receiver = MailReceiver()
        let text = "Grüße an alle, 🎧\n\n.a line with a dot in front\nhttps://ui.example.com/?recovery=" + String(repeating: "a1", count: 80) + "\n"
        try await receiver.run { port in
            try await Self.mailer(port).send(try Self.message(text, subject: "Nachricht für „John“, die lang genug für mehr als ein Wort ist"))
        }
        let mail = try #require(receiver.mails.first)
        #expect(receiver.mails.count == 1)
        #expect(mail.sender == "voicemail@example.com" && mail.receiver == "john@example.org" && !mail.isSecure && mail.login == nil)
        #expect(mail["From"] == "<voicemail@example.com>" && mail["To"] == "<john@example.org>")
        #expect(mail["Auto-Submitted"] == "auto-generated" && mail["MIME-Version"] == "1.0")
        let part = try #require(mail.part)
        #expect(part.prefix { !$0.isEmpty }.sorted() == ["Content-Transfer-Encoding: quoted-printable", "Content-Type: text/plain; charset=utf-8"])
        #expect(try #require(mail["Message-ID"]).wholeMatch(of: /<[0-9a-f]{32}@example\.com>/) != nil)
        #expect(try #require(mail["Date"]).wholeMatch(of: /[A-Z][a-z]{2}, \d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d \+0000/) != nil)
        let words = try #require(mail["Subject"]).split(separator: " ")
        #expect(words.count > 1 && words.allSatisfy { $0.hasPrefix("=?UTF-8?B?") && $0.hasSuffix("?=") && $0.count <= 75 })
        let subject = words.compactMap { Data(base64Encoded: String($0.dropFirst(10).dropLast(2))) }.map { String(decoding: $0, as: UTF8.self) }.joined()
        #expect(subject == "Nachricht für „John“, die lang genug für mehr als ein Wort ist")
        #expect(mail.text == text, "\(mail.lines)")
        #expect(mail.lines.allSatisfy { $0.utf8.count <= 998 && $0.utf8.allSatisfy { (0x20...0x7E).contains($0) } })
    }

    @Test("Mails that follow each other share a connection, until one does not go")
    func oneConnection() async throws {
        let receiver = MailReceiver(.none, .answers("452 4.3.1 no room", to: "DATA", times: 1))
        try await receiver.run { port in
            let mailer = try Self.mailer(port)
            await #expect(throws: OutgoingMailError.self) { try await mailer.send(try Self.message("0\n")) }
            for number in 1...3 { try await mailer.send(try Self.message("\(number)\n", subject: "Mail \(number)")) }
            // Another mailer has connections of its own.
            try await Self.mailer(port).send(try Self.message("4\n", subject: "Mail 4"))
        }
        #expect(receiver.mails.map(\.text) == ["1\n", "2\n", "3\n", "4\n"])
        #expect(receiver.mails.map { $0["Subject"] } == (1...4).map { "Mail \($0)" })
        #expect(Set(receiver.mails.compactMap { $0["Message-ID"] }).count == 4)
        #expect(receiver.connections == 3)
    }

    @Test("A server that closes a connection that was kept gets the mail over another", arguments: [nil, "421 4.4.2 idle for too long"])
    func keptAndClosed(_ lastWord: String?) async throws {
        let receiver = MailReceiver(.none, .takesOneEach(lastWord))
        try await receiver.run { port in
            let mailer = try Self.mailer(port)
            for number in 1...3 { try await mailer.send(try Self.message("\(number)\n")) }
        }
        #expect(receiver.mails.map(\.text) == ["1\n", "2\n", "3\n"])
        #expect(receiver.connections == 3)
    }

    @Test("An attachment arrives byte for byte, beside both texts", arguments: [0, 1, 56, 57, 58, 58_367, 58_368, 58_369, 300_000])
    func attachments(_ size: Int) async throws {
        let file = try AttachedBytes((0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 8) })
        let receiver = MailReceiver()
        try await receiver.run { port in
            var message = try Self.message("Plain.\n")
            message.html = "<p>Rich.</p>\n"
            message.attachment = MailAttachment(name: "a \"b\\c\".wav", contentType: "audio/x-wav\r\nX: y", content: file.copy)
            try await Self.mailer(port).send(message)
        }
        let mail = try #require(receiver.mails.first).mime
        #expect(mail.type == "multipart/mixed" && mail.parts.map(\.type) == ["multipart/alternative", "audio/x-wavX: y"])
        #expect(mail.parts[0].parts.map(\.type) == ["text/plain", "text/html"] && mail.parts[0].parts.map(\.text) == ["Plain.\n", "<p>Rich.</p>\n"])
        #expect(mail.parts[1].content == file.bytes && mail.parts[1]["X"] == nil)
        #expect(mail.parts[1]["Content-Disposition"] == #"attachment; filename="a bc.wav""#)
        #expect(try #require(receiver.mails.first).lines.allSatisfy { $0.utf8.count <= 998 })
    }

    @Test func anAttachmentThatIsGoneIsNoMailAndNotForGood() async throws {
        let receiver = MailReceiver()
        let file = try AttachedBytes([1, 2, 3])
        try FileManager.default.removeItem(atPath: file.path)
        try await receiver.run { port in
            var message = try Self.message()
            message.attachment = MailAttachment(name: "a.wav", contentType: "audio/x-wav", content: file.copy)
            let mailer = try Self.mailer(port), sent = message
            await #expect(throws: OutgoingMailError("the attachment cannot be opened")) { try await mailer.send(sent) }
        }
        #expect(receiver.mails.isEmpty)
    }

    @Test("a name cannot write headers", arguments: ["a\r\nBcc: evil@example.com", "a\nX: y", "a\u{0}b\u{7F}", "a\u{85}Bcc: x"])
    func hostileSubjects(_ subject: String) async throws {
        let receiver = MailReceiver()
        try await receiver.run { port in try await Self.mailer(port).send(try Self.message(subject: subject)) }
        let mail = try #require(receiver.mails.first)
        #expect(mail["Bcc"] == nil && mail["X"] == nil)
        #expect(try #require(mail["Subject"]).hasPrefix("a"))
    }

    @Test(
        "what is no plain address is none",
        arguments: [
            "", "a", "@", "a@", "@b", "a@b@c", "a b@c", "a@b\r\n", "<a@b>", "a\u{0}@b", "jöhn@example.com", "a@b, c@d", "\"a\"@b", "a@[127.0.0.1]",
            String(repeating: "a", count: 253) + "@b",
        ])
    func addresses(_ text: String) { #expect(MailAddress(text) == nil) }

    @Test func addressesThatAre() {
        #expect(MailAddress("a@b")?.domain == "b")
        #expect(MailAddress("first.last+tag@sub.example.com")?.domain == "sub.example.com")
        #expect(MailAddress(String(repeating: "a", count: 252) + "@b") != nil)
    }

    @Test("with TLS, and the password of the file as it is then", arguments: [MailServer.Security.tls, .starttls])
    func securely(_ security: MailServer.Security) async throws {
        let folder = try CertificateFolder(TestCertificates.first)
        let password = folder.files.certificate + ".password"
        let receiver = MailReceiver(security)
        try await receiver.run { port in
            let mailer = try Self.mailer(port, security) {
                $0.authorities = folder.files.certificate
                $0.login = MailServer.Login(username: "us", passwordFile: password)
            }
            await #expect(throws: OutgoingMailError("the password file of the mail server cannot be read")) { try await mailer.send(try Self.message()) }
            for secret in ["secret", "söcret 2"] {
                try Data("\(secret)\n".utf8).write(to: URL(filePath: password))
                try await mailer.send(try Self.message())
            }
        }
        #expect(receiver.mails.map(\.login) == ["us\0secret", "us\0söcret 2"])
        #expect(receiver.mails.map(\.isSecure) == [true, true])
    }

    @Test("no mail and no password for a server that cannot show who it is, or does not encrypt", arguments: [MailServer.Security.tls, .starttls])
    func strangers(_ security: MailServer.Security) async throws {
        let folder = try CertificateFolder(TestCertificates.first)
        for receiver in [MailReceiver(security, certificate: TestCertificates.second), MailReceiver(.none)] {
            try await receiver.run { port in
                let mailer = try Self.mailer(port, security) { $0.authorities = folder.files.certificate }
                let error = await #expect(throws: OutgoingMailError.self) { try await mailer.send(try Self.message()) }
                #expect(error?.isPermanent == false)
            }
            #expect(receiver.mails.isEmpty)
        }
    }

    @Test(
        "a refusal is for good or for now, as the server says",
        arguments: [
            ("550 no such user", "RCPT", true), ("451 later", "RCPT", false), ("552 too large", ".", true), ("421 closing", "MAIL", false),
        ])
    func refusals(_ answer: String, _ command: String, _ isPermanent: Bool) async throws {
        let receiver = MailReceiver(.none, .answers(answer, to: command, times: 1))
        try await receiver.run { port in
            let mailer = try Self.mailer(port)
            let error = await #expect(throws: OutgoingMailError.self) { try await mailer.send(try Self.message()) }
            #expect(error?.isPermanent == isPermanent, "\(String(describing: error))")
            #expect(receiver.mails.isEmpty)
            try await mailer.send(try Self.message())
        }
        #expect(receiver.mails.count == 1)
    }

    @Test func aWrongPasswordIsNotForGood() async throws {
        let folder = try CertificateFolder(TestCertificates.first)
        let receiver = MailReceiver(.tls, .answers("535 wrong", to: "AUTH", times: 1))
        try await receiver.run { port in
            let mailer = try Self.mailer(port, .tls) {
                $0.authorities = folder.files.certificate
                $0.login = MailServer.Login(username: "us", passwordFile: folder.files.key)
            }
            let error = await #expect(throws: OutgoingMailError.self) { try await mailer.send(try Self.message()) }
            #expect(error?.isPermanent == false)
            #expect(error?.reason.contains("PRIVATE KEY") == false)
        }
    }

    @Test func aServerThatIsNotThereOrSaysNothingIsGivenUp() async throws {
        let receiver = MailReceiver(.none, .isSilent)
        try await receiver.run { port in
            let silent = try Self.mailer(port) { $0.attemptSeconds = 1 }
            let error = await #expect(throws: OutgoingMailError.self) { try await silent.send(try Self.message()) }
            #expect(error?.isPermanent == false)
        }
        let absent = try Self.mailer(FreePort.draw())
        let error = await #expect(throws: OutgoingMailError.self) { try await absent.send(try Self.message()) }
        #expect(error?.isPermanent == false)
    }
}
