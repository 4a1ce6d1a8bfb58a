import Delivery
import Foundation
@testable import Notifications
import Server
import TestKit
import Testing
import Voicemail

/// Links to messages in mails: to one message each, for a while, until they are revoked.
@Suite struct LinkTests {
    private static let sound = WAV.tones([440], milliseconds: 1500)

    private static func run(
        _ receiver: MailReceiver = MailReceiver(), _ configure: @escaping @Sendable (inout NoticeSettings) -> Void = { $0.audio = .link },
        _ body: @Sendable (MailWorld) async throws -> Void
    ) async throws {
        try await MailWorld.run(receiver) { settings in
            settings.publicURL = "https://voicemail.example.com/"
            configure(&settings)
        } _: { world in
            try await body(world)
        }
    }

    /// The path of the link in a mail.
    private static func path(in mail: MIMEPart) throws -> String {
        let text = mail.parts[0].parts[0].text
        let link = try #require(text.split(separator: "\n").first { $0.hasPrefix("https://") })
        #expect(link.hasPrefix("https://voicemail.example.com/download/"))
        #expect(mail.parts[0].parts[1].text.contains("<a href=\"\(link)\">"))
        return String(link.dropFirst("https://voicemail.example.com".count))
    }

    @Test func aLinkTakesThePlaceOfTheSound() async throws {
        try await Self.run { world in
            let message = try await world.leave(audio: Self.sound)
            let mail = try #require(await world.mails(1).values.first)
            #expect(mail.parts.map(\.type) == ["multipart/alternative"])
            #expect(mail.parts[0].parts[0].text.contains("Listen to it here, until Wednesday, May 18, 2016 at 8:53\u{202F}PM:\n"))
            let path = try Self.path(in: mail)
            let answer = try await world.server.send("GET", path)
            #expect(answer.status == 200 && answer["Content-Type"] == "audio/mpeg" && answer["Referrer-Policy"] == "no-referrer")
            #expect(answer["Cache-Control"] == "private, no-store" && answer["Content-Disposition"] == "inline; filename=\"message.mp3\"")
            let head = try await world.server.send("HEAD", path)
            #expect(head.status == 200 && head.bytes.isEmpty && head["Content-Length"] == answer["Content-Length"])
            let part = try await world.server.send("GET", path, headers: ["Range": "bytes=0-9"])
            #expect(part.status == 206 && part.bytes == Array(answer.bytes.prefix(10)))
            // Programs that look over mail follow links.
            #expect(try await world.server.service.messages.find(anywhere: message.id)?.folder == .new)
        }
    }

    private static let tooLarge: [(MailReceiver.Behaviour, Int)] = [
        (MailReceiver.Behaviour.takes, 1000), (.answers("552 too large", to: "MAIL", times: 1), 10_000_000),
    ]

    @Test("What is too large for a mail is linked to", arguments: tooLarge)
    func large(_ behaviour: MailReceiver.Behaviour, _ limit: Int) async throws {
        try await Self.run(MailReceiver(.none, behaviour)) {
            $0.maximumAudioBytes = limit
        } _: { world in
            _ = try await world.leave(audio: Self.sound)
            let mail = try #require(await world.mails(1).values.first)
            #expect(mail.parts.count == 1)
            #expect(try await world.server.send("GET", try Self.path(in: mail)).status == 200)
        }
    }

    @Test func whatIsChangedInALinkLeadsNowhere() async throws {
        try await Self.run { world in
            let message = try await world.leave(audio: Self.sound), other = try await world.leave(audio: Self.sound)
            let path = try Self.path(in: try #require(await world.mails(1).values.first))
            let parts = path.dropFirst("/download/".count).split(separator: ".").map(String.init)
            #expect(parts.count == 5)
            let id = parts[0] == message.id ? other.id : message.id
            func with(_ text: String, at index: Int) -> [String] { parts[..<index] + [text] + parts[(index + 1)...] }
            var wrong = [with(id, at: 0), with("9" + parts[2], at: 2), with("+" + parts[1], at: 1), with(String(parts[3].reversed()) + "0", at: 3)]
            wrong += [Array(parts[..<3]), Array(parts[..<4]), parts + ["x"], with(parts[0].uppercased(), at: 0), with(String(parts[4].reversed()), at: 4)]
            for link in wrong.map({ "/download/" + $0.joined(separator: ".") }) + ["/download/", "/download/x", path + "/x"] {
                #expect(try await world.server.send("GET", link).status == 404)
            }
            let posted = try await world.server.send("POST", path)
            #expect(posted.status == 405 && posted["Allow"] == "GET, HEAD")
        }
    }

    @Test func itEndsWithItsTimeItsMessageAndItsAccount() async throws {
        try await Self.run { world in
            let service = world.server.service
            let message = try await world.leave(audio: Self.sound)
            let path = try Self.path(in: try #require(await world.mails(1).values.first))
            func status() async throws -> Int { try await world.server.send("GET", path).status }
            _ = try await service.accounts.change(world.account.id, .patch(["enabled": false]))
            #expect(try await status() == 404)
            _ = try await service.accounts.change(world.account.id, .patch(["enabled": true]))
            #expect(try await status() == 200)
            let place = MessagePlace(mailboxID: world.mailbox.id, monthID: message.monthID)
            _ = try await service.messages.file(place, in: .deleted, account: world.account)
            #expect(try await status() == 404)
            _ = try await service.messages.file(place, in: .saved, account: world.account)
            world.server.clock.advance(by: 7 * 86_400 - 1)
            #expect(try await status() == 200)
            world.server.clock.advance(by: 1)
            #expect(try await status() == 410)
        }
    }

    @Test("It is revoked with those of its mailbox, or of all; later ones are good", arguments: [false, true])
    func revoked(_ isForAll: Bool) async throws {
        try await Self.run { world in
            let service = world.server.service, links = MessageLinks(service)
            let other = try await world.server.makeMailbox("3001", in: world.account)
            _ = try await world.leave(audio: Self.sound)
            let first = try Self.path(in: try #require(await world.mails(1).values.first))
            try await links.revoke(of: world.account, mailbox: other)
            #expect(try await world.server.send("GET", first).status == 200)
            try await links.revoke(of: world.account, mailbox: isForAll ? nil : world.mailbox)
            #expect(try await world.server.send("GET", first).status == 410)
            world.server.clock.advance(by: 1)
            _ = try await world.leave(audio: Self.sound)
            await world.receiver.wait(for: 2)
            let second = try Self.path(in: try #require(world.receiver.mails.last?.mime))
            #expect(try await world.server.send("GET", second).status == 200)
            #expect(try await world.server.send("GET", first).status == 410)
        }
    }

    @Test func whoFollowsItIsNotedWhereTheAccountWantsThat() async throws {
        try await Self.run { world in
            let service = world.server.service
            _ = try await service.accounts.change(world.account.id, .patch(["audit_listening": true]))
            let message = try await world.leave(audio: Self.sound)
            let path = try Self.path(in: try #require(await world.mails(1).values.first))
            #expect(try await world.server.send("GET", path).status == 200)
            // That a mail carries a message is no hearing of it.
            let heard = try await service.audit.list(of: world.account.id, limit: 100).filter { $0.action == .heard }
            #expect(heard.map(\.subjects) == [[message.id, world.mailbox.id]] && heard.map(\.actor) == ["links"])
            #expect(heard.first?.texts["address"] == "127.0.0.1")
        }
    }

    @Test func oneIsRevokedAndOthersToTheSameMessageAreGood() async throws {
        try await Self.run { world in
            let links = MessageLinks(world.server.service), message = try await world.leave(audio: Self.sound)
            let first = try Self.path(in: try #require(await world.mails(1).values.first))
            // In the same second.
            let second = links.make(to: message, base: "", days: 7).url
            #expect(first != second)
            try await links.revoke("https://voicemail.example.com" + first)
            #expect(try await world.server.send("GET", first).status == 410)
            #expect(try await world.server.send("GET", second).status == 200)
            // It is known for as long as the link would have been good, and once.
            await #expect(throws: MessageLink.Fault.over) { try await links.revoke(first) }
            try await world.server.service.housekeeping.sweep()
            world.server.clock.advance(by: 7 * 86_400 - 2)
            #expect(try await world.server.send("GET", first).status == 410)
            for wrong in ["", "x", second + "0", first.replacing(message.id, with: HexID.random())] {
                await #expect(throws: MessageLink.Fault.unknown) { try await links.revoke(wrong) }
            }
        }
    }

    @Test func withoutAPublicAddressNothingIsLinkedTo() async throws {
        try await MailWorld.run {
            $0.maximumAudioBytes = 1000
        } _: { world in
            _ = try await world.leave(audio: Self.sound)
            let mail = try #require(await world.mails(1).values.first)
            #expect(mail.parts[0].parts[0].text.contains("too large for a mail") && !mail.parts[0].parts[0].text.contains("http"))
        }
    }
}
