import Delivery
import Foundation
import Notifications
import Server
import TestKit
import Testing
import Voicemail

/// Mail through a mail server that is used everywhere, with TLS and a login, read back where it was delivered.
@Suite(.serialized, .enabled(if: Postfix.isAvailable, "as root, after scripts/install tests"))
struct PostfixTests {
    private struct World: Sendable {
        let server: TestServer
        let account: Account
        let mailbox: Mailbox
        let postfix: Postfix

        func leave(_ sound: [UInt8], from name: String = "Bob") async throws -> Message {
            try await server.leave(MessageDraft(callerName: name, callerNumber: "2001"), audio: sound, from: .call, in: mailbox, of: account)
        }

        func isSettled() async throws {
            let store = server.service.store
            while try await store.read({ try !$0.unplannedEvents(limit: 1).isEmpty || $0.deliveryTotals().pending > 0 }) {
                try await Task.sleep(for: .milliseconds(5))
            }
        }
    }

    private static func run(
        _ configure: @escaping @Sendable (inout MailServer, Postfix) -> Void = { _, _ in }, _ body: @Sendable (World) async throws -> Void
    ) async throws {
        try await Postfix.run { postfix in
            let sender = try #require(MailAddress("voicemail@example.com"))
            try await TestServer.run {
                var mail = MailServer(
                    host: "localhost", port: postfix.port, security: .starttls,
                    login: MailServer.Login(username: Postfix.login.name, passwordFile: postfix.passwordFile), sender: sender,
                    authorities: postfix.authorities)
                configure(&mail, postfix)
                $0.mail = mail
                $0.outbox.intervalMilliseconds = 10
            } _: { (server: TestServer) async throws in
                let account = try await server.makeAccount("Acme")
                let mailbox = try await server.makeMailbox("3000", in: account, ["notify_email_addresses": ["anna@example.org"], "save_after_notify": true])
                try await body(World(server: server, account: account, mailbox: mailbox, postfix: postfix))
            }
        }
    }

    @Test func aMessageArrivesByteForByteWithItsSubject() async throws {
        try await Self.run { world in
            let sound = WAV.tones([440, 880], milliseconds: 1500), name = "Jürgen <Łukasz> 日本"
            let message = try await world.leave(sound, from: name)
            let mail = try #require(try await world.postfix.mails(1).first)
            #expect(mail.subject == "New voicemail from \(name)(2001)" && mail["To"]?.contains("anna@example.org") == true)
            #expect(mail["From"]?.contains("voicemail@example.com") == true && mail["Received"]?.contains("ESMTPSA") == true)
            #expect(mail.parts.last?.type == "audio/wav" && mail.parts.last?.content == sound)
            #expect(mail.parts.first?.parts.map(\.type) == ["text/plain", "text/html"])
            #expect(mail.parts.first?.parts.first?.text.contains(name) == true)
            try await world.isSettled()
            let after = try await world.server.service.messages.find(anywhere: message.id)
            #expect(after?.folder == .saved && after?.notices.map(\.outcome) == [.sent])
        }
    }

    @Test func whatIsTooLargeForItArrivesWithoutItsSound() async throws {
        try await Self.run { world in
            let message = try await world.leave(WAV.tones([440], milliseconds: 30_000))
            let mail = try #require(try await world.postfix.mails(1).first)
            #expect(message.audio.map { $0.size > Postfix.largest } == true && mail.parts.map(\.type) == ["multipart/alternative"])
            #expect(mail.parts[0].parts[0].text.contains("is too large for a mail"))
            try await world.isSettled()
            let after = try await world.server.service.messages.find(anywhere: message.id)
            #expect(after?.notices.map(\.outcome) == [.sent])
        }
    }

    private static let faults: [(String, String)] = [("password", "login denied"), ("certificate", "certificate"), ("login", "554")]

    @Test("Nothing is sent to who is not who he should be, nor by who may not", arguments: faults)
    func refused(_ fault: String, _ words: String) async throws {
        try await Self.run { mail, postfix in
            switch fault {
            // What vouches for the server is no password of it.
            case "password": mail.login?.passwordFile = postfix.authorities
            case "certificate": mail.authorities = nil
            default: mail.login = nil
            }
        } _: { world in
            _ = try await world.leave(WAV.tones([440], milliseconds: 100))
            var tried: Delivery?
            while tried == nil {
                tried = try await world.server.service.outbox.list(DeliveryQuery(limit: 9)).first { $0.attempts > 0 || $0.state == .dead }
                try await Task.sleep(for: .milliseconds(5))
            }
            #expect(tried?.failure.lowercased().contains(words) == true, "\(tried?.failure ?? "")")
        }
    }
}
