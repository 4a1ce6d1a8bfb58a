import Delivery
import Foundation
import Server
import TestKit
import Testing
import Voicemail

/// `aftertone mail`: what would be mailed, and whether mail can be sent at all.
struct MailCommandTests {
    private struct World: Sendable {
        let path: String
        let environment: [String: String]
        let message: Message
        let mailbox: Mailbox

        func mail(_ arguments: String...) async throws -> CommandLineProgram.Outcome {
            try await CommandLineProgram.run(["mail"] + arguments + ["--data", path, "--json"], environment: environment)
        }
    }

    private static func run(_ receiver: MailReceiver = MailReceiver(), _ body: @Sendable (World) async throws -> Void) async throws {
        try await receiver.run { port in
            let environment = [
                "AFTERTONE_MAIL_HOST": "127.0.0.1", "AFTERTONE_MAIL_PORT": String(port), "AFTERTONE_MAIL_SECURITY": "none",
                "AFTERTONE_MAIL_FROM": "voicemail@example.com", "AFTERTONE_HTTP_PUBLIC_URL": "https://voicemail.example.com",
            ]
            try await TestServer.run { (server: TestServer) async throws in
                let account = try await server.makeAccount("Acme")
                let user = try await server.makeUser("anna", password: "correct horse", in: account)
                _ = try await server.service.users.change(user.id, .patch(["email": "anna@example.org"]), in: account)
                let mailbox = try await server.makeMailbox("3000", in: account, ["owner_id": .string(user.id)])
                let message = try await server.leave(audio: WAV.tones([440], milliseconds: 900), from: .administrator(tells: false), in: mailbox, of: account)
                try await body(World(path: server.directory, environment: environment, message: message, mailbox: mailbox))
            }
        }
    }

    @Test func aMailIsShownAndNotSent() async throws {
        let receiver = MailReceiver()
        try await Self.run(receiver) { world in
            let shown = try await world.mail("preview", world.message.id).json
            #expect(shown["to"] == ["anna@example.org"] && shown["subject"] == "New voicemail from Bob(2001)" && shown["content_type"] == "audio/wav")
            #expect(shown["text"]?.string?.contains("The message is attached.") == true && shown["html"]?.string?.hasPrefix("<!DOCTYPE html>") == true)
            // By the id that is shown everywhere, too.
            #expect(try await world.mail("preview", world.message.monthID).json["subject"] == shown["subject"])
            let french = try await world.mail("preview", world.message.id, "--language", "fr").json
            #expect(french["subject"] == "Nouveau message vocal de Bob(2001)")
            let full = try await world.mail("preview", "--account", "Acme", "--full-mailbox", "3000").json
            #expect(full["subject"] == "Voicemail box 'Box 3000' is full" && full["attachment"] == .null)
            let unknown = try await world.mail("preview", HexID.random())
            #expect(unknown.status == 1)
            let nothing = try await world.mail("preview", ""), long = try await world.mail("preview", String(repeating: "x", count: 100_000))
            #expect(nothing.status == 1 && nothing.refusal == "there is no message \"\"")
            #expect(long.status == 1 && long.refusal == "there is no message " + String(repeating: "x", count: 300) + "…")
            for wrong in [["preview"], ["preview", "x", "--account", "Acme"], ["preview", "x", "--language", "xx"]] {
                let refused = try await CommandLineProgram.run(["mail"] + wrong + ["--data", world.path])
                #expect(refused.status == 2)
            }
            #expect(receiver.mails.isEmpty)
        }
    }

    @Test func aTestMailIsSentAtOnce() async throws {
        let receiver = MailReceiver()
        try await Self.run(receiver) { world in
            let sent = try await world.mail("test", "ops@example.org")
            #expect(sent.status == 0 && sent.json["to"] == "ops@example.org")
            let whole = try await world.mail("test", "ops@example.org", "--message", world.message.monthID)
            #expect(whole.status == 0)
            #expect(receiver.mails.map(\.receiver) == ["ops@example.org", "ops@example.org"])
            #expect(receiver.mails.last?.mime.parts.last?.type == "audio/wav")
            let noAddress = try await world.mail("test", "nobody")
            #expect(noAddress.status == 1 && noAddress.refusal == "nobody is no mail address")
            let noServer = try await CommandLineProgram.run(["mail", "test", "ops@example.org", "--data", world.path])
            #expect(noServer.status == 1 && noServer.refusal == "the configuration names no mail server (mail.host)")
        }
    }

    @Test func aMessageShowsHowItsMailsStand() async throws {
        try await TestServer.run { (server: TestServer) async throws in
            let account = try await server.makeAccount("Acme"), mailbox = try await server.makeMailbox("3000", in: account)
            let message = try await server.leave(from: .administrator(tells: false), in: mailbox, of: account)
            let other = try await server.leave(from: .administrator(tells: false), in: mailbox, of: account)
            func mail(_ receiver: String, of message: Message, _ state: Delivery.State) -> Delivery {
                Delivery(
                    channel: "message-mail", target: "\(mailbox.id) \(receiver)", accountID: account.id, eventSerial: 1,
                    payload: ["message": .string(message.id), "to": .string(receiver)], state: state, attempts: 2,
                    due: Timestamp(unix: 4_000_000_000), failure: "450 later", created: message.modified)
            }
            let waiting = mail("a@example.org", of: message, .pending), dead = mail("b@example.org", of: message, .dead)
            let all = [waiting, dead, mail("a@example.org", of: other, .pending)]
            try await server.service.store.write { writer in
                for delivery in all { try writer.insert(delivery) }
            }
            let shown = try await CommandLineProgram.run(["message", "show", message.monthID, "--data", server.directory, "--json"]).json
            let mails = shown["mails"]?.array ?? []
            #expect(mails.map { $0["to"] } == ["a@example.org", "b@example.org"])
            #expect(mails.map { $0["state"] } == ["waiting", "given_up"])
            #expect(mails.map { $0["delivery"] } == [.string(waiting.id), .string(dead.id)])
            #expect(mails.allSatisfy { $0["attempts"] == 2 && $0["failure"] == "450 later" })
            let told = try await server.leave(from: .administrator(tells: false), in: mailbox, of: account)
            #expect(try await CommandLineProgram.run(["message", "show", told.monthID, "--data", server.directory, "--json"]).json["mails"] == nil)
        }
    }

    @Test func whatTheMailServerSaysIsTold() async throws {
        try await Self.run(MailReceiver(.none, .answers("550 not for you", to: "RCPT", times: 9))) { world in
            let refused = try await world.mail("test", "ops@example.org")
            #expect(refused.status == 1 && refused.refusal?.contains("the mail server has not taken the mail: ") == true)
            #expect(refused.refusal?.contains("550") == true)
        }
    }
}
