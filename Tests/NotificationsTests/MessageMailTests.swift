import Audio
import Delivery
import Foundation
@testable import Notifications
import TestKit
import Testing
import Voicemail

/// Mail for a new message (K§11.1), from the deposit to a real mail server.
@Suite struct MessageMailTests {
    private static let left = Timestamp(unix: 1_463_000_000)

    @Test func aMailHasTheMessageInItByteForByte() async throws {
        try await MailWorld.run(box: ["timezone": "Europe/Dublin"]) { world in
            let sound = WAV.tones([440, 1000], milliseconds: 3500)
            let message = try await world.leave(MessageDraft(callerName: "Bob Smith", callerNumber: "2001", timestamp: Self.left), audio: sound)
            let mail = try #require(await world.mails(1)["anna@example.org"])
            #expect(mail.subject == "New voicemail from Bob Smith(2001)")
            #expect(mail["From"] == "<voicemail@example.com>" && mail["To"] == "<anna@example.org>")
            #expect(mail["List-Id"] == "<\(world.mailbox.id).voicemail.example.com>" && mail["Auto-Submitted"] == "auto-generated")
            #expect(mail["Reply-To"] == nil && mail.type == "multipart/mixed")
            #expect(mail.parts.map(\.type) == ["multipart/alternative", "audio/wav"])
            #expect(mail.parts[0].parts.map(\.type) == ["text/plain", "text/html"])
            #expect(mail.parts[1].content == sound)
            #expect(mail.parts[1]["Content-Disposition"] == #"attachment; filename="bob_smith_2016-05-11_21%3A53%3A20.wav""#)
            #expect(
                mail.parts[0].parts[0].text == """
                    Hello anna,

                    You have a new voice message.

                    From:      Bob Smith(2001)
                    Mailbox:   Box 3000 (3000)
                    Received:  Wednesday, May 11, 2016 at 9:53\u{202F}PM
                    Length:    00:00:03

                    The message is attached.

                    -- 
                    Sent by the voicemail of Acme.

                    """)
            #expect(mail.parts[0].parts[1].text.contains("<td dir=\"auto\">Bob Smith(2001)</td>"))
            let told = try #require(try await world.until(message.id) { $0?.notices.isEmpty == false })
            #expect(told.notices.map(\.receiver) == ["anna@example.org"] && told.notices[0].outcome == .sent)
            #expect(told.folder == .new && told.revision == message.revision)
        }
    }

    /// Sound that has to be decoded is measured once the message is stored; its mail waits for that.
    @Test func aMailWaitsForTheLengthOfItsMessage() async throws {
        try await MailWorld.run(measuring: .later) { world in
            let message = try await world.leave(audio: try AudioSamples.tones([500], seconds: 2).encoded(as: .flac))
            #expect(message.lengthMilliseconds == Messages.unmeasuredLength)
            let measured = try await world.until(message.id) { $0?.lengthMilliseconds == 2000 }
            #expect(measured?.lengthMilliseconds == 2000)
            // By then its mail has gone, or waits.
            let end = ContinuousClock.now + .seconds(60)
            while world.receiver.mails.isEmpty, ContinuousClock.now < end {
                world.server.clock.advance(by: 2)
                try await Task.sleep(for: .milliseconds(20))
            }
            let mail = try #require(world.receiver.mails.first?.mime)
            #expect(mail.parts[0].parts[0].text.contains("Length:    00:00:02\n"))
            #expect(mail["X-Delivery-Attempt"] == "1")
        }
    }

    @Test func aLengthThatNobodyKnowsIsLeftOut() async throws {
        try await MailWorld.run { world in
            _ = try await world.leave(audio: nil)
            let mail = try #require(await world.mails(1).values.first)
            #expect(!mail.parts[0].parts[0].text.contains("Length") && !mail.parts[0].parts[1].text.contains("Length"))
        }
    }

    private static let lists: [(JSONObject, JSONObject, [String])] = [
        // The mailbox's fields, the owner's, who is told.
        (
            ["notify_email_addresses": ["b@example.org", "c@example.org"]], ["email": "anna@example.org"],
            ["b@example.org", "c@example.org", "anna@example.org"]
        ),
        (["notify_email_addresses": ["b@example.org"]], ["email": "anna@example.org", "vm_to_email_enabled": false], ["b@example.org"]),
        // An owner who wants none is taken out of the mailbox's list, too.
        (["notify_email_addresses": ["b@example.org", "ANNA@example.org"]], ["email": "anna@example.org", "vm_to_email_enabled": false], ["b@example.org"]),
        (["notify_email_addresses": ["anna@example.org", "Anna@Example.org"]], ["email": "anna@example.org"], ["anna@example.org"]),
        ([:], ["email": "anna@example.org", "vm_to_email_enabled": false], []),
        (["vm_to_email_enabled": false, "notify_email_addresses": ["b@example.org"]], ["email": "anna@example.org"], []),
        ([:], [:], []),
    ]

    @Test("Who is told", arguments: lists)
    func receivers(_ box: JSONObject, _ owner: JSONObject, _ told: [String]) async throws {
        try await MailWorld.run(box: box, owner: owner) { world in
            let message = try await world.leave()
            #expect(try await world.server.service.messages.notice(of: message.id)?.receivers == told)
            #expect(Set(await world.mails(told.count).keys) == Set(told))
        }
    }

    @Test(
        "Only what is news is told",
        arguments: [
            (DepositOrigin.call, true), (.administrator(tells: true), true), (.administrator(tells: false), false), (.client(), false),
            (.filing(), false),
        ])
    func origins(_ origin: DepositOrigin, _ isTold: Bool) async throws {
        try await MailWorld.run { world in
            _ = try await world.leave(MessageDraft(callerName: "First"), from: origin)
            // What comes after it is told, so what was to be told before it has been.
            _ = try await world.leave(MessageDraft(callerName: "Second"), from: .call)
            _ = await world.mails(isTold ? 2 : 1)
            #expect(world.receiver.mails.map { $0.mime.subject } == (isTold ? ["First", "Second"] : ["Second"]).map { "New voicemail from " + $0 })
        }
    }

    private static let contents: [(NoticeSettings.Audio, JSONObject, String?)] = [
        (.stored, [:], "audio/wav"), (.mp3, [:], "audio/mpeg"), (.wav, [:], "audio/wav"), (.none, [:], nil),
        (.stored, ["include_message_on_notify": false], nil),
    ]

    @Test("What a mail carries", arguments: contents)
    func audio(_ setting: NoticeSettings.Audio, _ box: JSONObject, _ type: String?) async throws {
        try await MailWorld.run(box: box) {
            $0.audio = setting
        } _: { world in
            let sound = WAV.tones([440], milliseconds: 1000)
            _ = try await world.leave(audio: sound)
            let mail = try #require(await world.mails(1).values.first)
            #expect(mail.parts.dropFirst().map(\.type) == [type].compactMap(\.self))
            let text = mail.parts[0].parts[0].text
            #expect(text.contains("The message is attached.") == (type != nil))
            #expect(text.contains("Listen to it by telephone") == (type == nil))
            guard let attachment = mail.parts.dropFirst().first else { return }
            #expect((attachment.content == sound) == (setting == .stored))
            #expect(try #require(attachment["Content-Disposition"]).hasSuffix(setting == .mp3 ? #".mp3""# : #".wav""#))
        }
    }

    @Test("Sound that is larger than the limit stays at home", arguments: [0, 1])
    func size(_ excess: Int) async throws {
        let sound = WAV.tones([440], milliseconds: 1000)
        try await MailWorld.run {
            $0.maximumAudioBytes = sound.count - excess
        } _: { world in
            _ = try await world.leave(audio: sound)
            let mail = try #require(await world.mails(1).values.first)
            #expect(mail.parts.count == 2 - excess)
            #expect(mail.parts[0].parts[0].text.contains("The recording (17 kB) is too large for a mail.") == (excess == 1))
        }
    }

    @Test func aMailServerThatFindsAMailTooLargeGetsItWithoutItsSound() async throws {
        try await MailWorld.run(MailReceiver(.none, .answers("552 5.3.4 too big", to: ".", times: 1))) { world in
            let message = try await world.leave()
            let mail = try #require(await world.mails(1).values.first)
            #expect(mail.parts.count == 1 && mail.parts[0].parts[0].text.contains("is too large for a mail"))
            let told = try await world.until(message.id) { $0?.notices.isEmpty == false }
            #expect(told?.notices.map(\.outcome) == [.sent])
        }
    }

    @Test func soundThatTheArchiveHasLostIsSaidToBeUnreadable() async throws {
        try await MailWorld.run(MailReceiver(.none, .answers("451 later", to: "MAIL", times: 1))) { world in
            let message = try await world.leave()
            let blob = try #require(message.audio).blobID
            while try await world.deliveries().first?.attempts != 1 { try await Task.sleep(for: .milliseconds(2)) }
            try await world.server.service.archive.remove(blob)
            world.server.clock.advance(by: 60)
            let mail = try #require(await world.mails(1).values.first)
            #expect(mail.parts.count == 1 && mail.parts[0].parts[0].text.contains("The recording cannot be read at the moment."))
        }
    }

    private static let choices: [(JSONObject, JSONObject, String)] = [
        (["language": "fr-FR"], ["language": "de"], "Nouveau message vocal de Bob(2001)"), ([:], ["language": "es"], "Nuevo mensaje de voz de Bob(2001)"),
        ([:], [:], "Nuovo messaggio vocale da Bob(2001)"), (["language": "xx"], [:], "Nuovo messaggio vocale da Bob(2001)"),
    ]

    @Test("In the language of its owner, of his account, or of the server", arguments: choices)
    func languages(_ owner: JSONObject, _ account: JSONObject, _ subject: String) async throws {
        var fields: JSONObject = ["email": "anna@example.org"]
        fields.merge(owner) { $1 }
        try await MailWorld.run(owner: fields, account: account) {
            $0.language = "it"
        } _: { world in
            _ = try await world.leave()
            #expect(await world.mails(1).values.first?.subject == subject)
        }
    }

    @Test func aNameCannotWriteHeadersOrHTML() async throws {
        try await MailWorld.run { world in
            let name = "<b>Ünal</b>\r\nBcc: evil@example.com 🎧"
            _ = try await world.leave(MessageDraft(callerName: name, callerNumber: "2001"))
            let mail = try #require(await world.mails(1).values.first)
            #expect(mail["Bcc"] == nil && mail.subject == "New voicemail from <b>Ünal</b>Bcc: evil@example.com 🎧(2001)")
            let html = mail.parts[0].parts[1].text
            #expect(html.contains("&lt;b&gt;Ünal&lt;/b&gt;") && !html.contains("<b>"))
            #expect(mail.parts[0].parts[0].text.contains("<b>Ünal</b>"))
            #expect(try #require(mail.parts[1]["Content-Disposition"]).allSatisfy { $0.isASCII && !$0.isNewline })
        }
    }

    @Test func anAnswerGoesToTheCallerWhereThatIsSet() async throws {
        try await MailWorld.run {
            $0.replyDomain = "pbx.example.com"
        } _: { world in
            _ = try await world.leave(MessageDraft(callerNumber: "+3531234"))
            #expect(await world.mails(1).values.first?["Reply-To"] == "<+3531234@pbx.example.com>")
        }
    }

    @Test(
        "A receiver for whom there is no hope is given up, and the message says so",
        arguments: [
            ("jöhn@example.org", MailReceiver.Behaviour.takes, "jöhn@example.org is no mail address"),
            ("b@example.org", .answers("550 no such user", to: "RCPT", times: 9), "550"),
        ])
    func refusals(_ address: String, _ behaviour: MailReceiver.Behaviour, _ reason: String) async throws {
        try await MailWorld.run(MailReceiver(.none, behaviour), box: ["notify_email_addresses": [.string(address)]], owner: [:]) { world in
            let message = try await world.leave()
            let told = try #require(try await world.until(message.id) { $0?.notices.isEmpty == false })
            #expect(told.notices.map(\.receiver) == [address] && told.notices[0].outcome == .failed)
            let dead = try await world.deliveries(.dead)
            #expect(dead.count == 1 && dead[0].failure.contains(reason), "\(dead)")
        }
    }

    /// A mail server may have taken a mail of which it could not say so any more.
    @Test func aMailThatIsSentAgainHasTheSameName() async throws {
        try await MailWorld.run(MailReceiver(.none, .answers("451 later", to: ".", times: 1))) { world in
            _ = try await world.leave()
            var delivery: Delivery?
            while delivery?.attempts != 1 {
                delivery = try await world.deliveries().first
                try await Task.sleep(for: .milliseconds(2))
            }
            world.server.clock.advance(by: 60)
            let mail = try #require(await world.mails(1).values.first)
            #expect(mail["Message-ID"] == "<\(try #require(delivery).id)@example.com>")
        }
    }

    @Test func nobodyIsToldOfWhatIsGoneOrWhoIsNoReceiverAnyMore() async throws {
        try await MailWorld.run(MailReceiver(.none, .answers("451 later", to: "MAIL", times: 2)), box: ["notify_email_addresses": ["b@example.org"]]) { world in
            let service = world.server.service
            let message = try await world.leave()
            while try await world.deliveries().map(\.attempts) != [1, 1] { try await Task.sleep(for: .milliseconds(2)) }
            _ = try await service.mailboxes.change(world.mailbox.id, .patch(["notify_email_addresses": []]), in: world.account)
            world.server.clock.advance(by: 60)
            #expect(Set(await world.mails(1).keys) == ["anna@example.org"])
            let told = try #require(try await world.until(message.id) { $0?.notices.count == 2 })
            #expect(Set(told.notices.map { "\($0.receiver) \($0.outcome)" }) == ["anna@example.org sent", "b@example.org withdrawn"])
        }
    }

    @Test func everyLanguageSaysEverything() throws {
        #expect(NoticeTexts.all.map(\.language) == ["en", "es", "fr", "it", "ru"])
        for texts in NoticeTexts.all {
            for kind in NoticeTexts.Kind.allCases {
                let parts = try #require(texts.render(kind, ["user": ["first_name": "Anna"], "voicemail": ["vmbox_name": "Box"]]))
                #expect(parts.text.contains("Anna") && parts.html.contains("Anna") && !parts.subject.isEmpty)
                #expect(!parts.text.contains("{{") && !parts.html.contains("{{") && !parts.subject.contains("{{"))
                guard texts.language != "en" else { continue }
                let english = try #require(NoticeTexts.all.first?.render(kind, ["user": ["first_name": "Anna"], "voicemail": ["vmbox_name": "Box"]]))
                #expect(
                    parts.subject != english.subject
                        && Set(parts.text.split(separator: "\n")).intersection(english.text.split(separator: "\n")).subtracting(["-- "]).isEmpty)
            }
        }
    }
}
