import Notifications
import TestKit
import Testing
import Voicemail

/// What an account's mails say in place of what the server's say.
@Suite struct TemplateTests {
    private static func draft(
        _ kind: String = "new_message", language: String = "en", subject: String = "Call of {{caller_id.number}}",
        text: String = "Hear {{voicemail.vmbox_name}}", html: String = "<p>Hear {{voicemail.vmbox_name}}</p>"
    ) -> MailTemplateDraft {
        MailTemplateDraft(kind: kind, language: language, subject: subject, text: text, html: html)
    }

    @Test func anAccountsOwnAreUsedInItsLanguageAndInNoOther() async throws {
        try await MailWorld.run { world in
            let templates = world.server.service.mailTemplates
            try await templates.put([Self.draft(), Self.draft("mailbox_full", subject: "{{account.name}} is full of it")], in: world.account)
            _ = try await world.leave()
            let first = await world.mails(1)["anna@example.org"]
            #expect(first?.subject == "Call of 2001" && first?.parts[0].parts.map(\.text).map { $0.contains("Hear Box 3000") } == [true, true])
            try await world.server.service.mailboxes.noteFull(world.mailbox.id, in: world.account)
            _ = await world.mails(2)
            #expect(world.receiver.mails.last?.mime.subject == "Acme is full of it")
            _ = try await world.server.service.users.change(world.user.id, .patch(["language": "fr"]), in: world.account)
            _ = try await world.leave()
            _ = await world.mails(3)
            #expect(world.receiver.mails.last?.mime.subject == "Nouveau message vocal de Bob(2001)")
            try await templates.remove("new_message", "en", of: world.account)
            _ = try await world.server.service.users.change(world.user.id, .patch(["language": "en"]), in: world.account)
            _ = try await world.leave()
            _ = await world.mails(4)
            #expect(world.receiver.mails.last?.mime.subject == "New voicemail from Bob(2001)")
        }
    }

    @Test func anotherAccountSaysWhatTheServerSays() async throws {
        try await MailWorld.run { world in
            let other = try await world.server.makeAccount("Other")
            try await world.server.service.mailTemplates.put([Self.draft()], in: other)
            _ = try await world.leave()
            let mail = await world.mails(1).values.first
            #expect(mail?.subject == "New voicemail from Bob(2001)")
            _ = try await world.server.service.accounts.remove(other.id)
            let left = try await world.server.service.mailTemplates.find("new_message", "en", of: other.id)
            #expect(left == nil)
        }
    }

    /// What callers are called is text, in the account's words too.
    @Test func namesAreEscaped() async throws {
        try await MailWorld.run { world in
            let name = "<b>\"Bob\"</b>\r\nBcc: x@example.org"
            try await world.server.service.mailTemplates.put(
                [Self.draft(subject: "{{caller_id.name}}", text: "{{caller_id.name}}", html: "<p title=\"{{caller_id.name}}\">x</p>")], in: world.account)
            _ = try await world.leave(MessageDraft(callerName: name, callerNumber: "2001"))
            let mail = try #require(await world.mails(1).values.first)
            #expect(mail["Bcc"] == nil && world.receiver.mails.count == 1)
            #expect(mail.parts[0].parts[0].text.contains("<b>\"Bob\"</b>"))
            #expect(mail.parts[0].parts[1].text.contains("<b>") == false)
        }
    }

    /// One that an earlier program has taken and that cannot be read costs no mail.
    @Test func whatCannotBeUsedIsNotUsed() async throws {
        try await MailWorld.run { world in
            try await world.server.service.mailTemplates.put([Self.draft(text: "{{#voicemail}}")], in: world.account)
            _ = try await world.leave()
            let mail = await world.mails(1).values.first
            #expect(mail?.subject == "New voicemail from Bob(2001)")
        }
    }

    private static let good: [MailTemplateDraft] = [
        draft(), draft(text: "{{#user}}{{first_name}} {{user.last_name}}{{/user}}{{^voicemail.length}}?{{/voicemail.length}}{{! no more }}"),
        draft(text: "{{{caller_id.name}}} {{& caller_id.name }} {{ call_id }}"), draft(text: "}} { {not a tag}"),
        draft("pin_locked", subject: "{{lock.failures}}"), draft("message_deleted", subject: "{{deletion.reason}} {{caller_id.name_number}}"),
        draft("mailbox_nearly_full", subject: "{{voicemail.free_count}}"), draft("greeting_changed", subject: "{{date.local}}"),
    ]

    @Test("What can be said", arguments: good)
    func taken(_ draft: MailTemplateDraft) throws {
        var draft = draft
        // Callers have no name in mails of mailboxes.
        if draft.kind != "new_message", draft.kind != "message_deleted" { draft.text = "{{account.name}}" }
        try draft.check()
    }

    private static let bad: [(MailTemplateDraft, String)] = [
        (draft("newMessage"), "there is no mail newMessage"), (draft(language: "de"), "no mail is written in de"),
        (draft(subject: "a\nb"), "the subject has more than one line"), (draft(subject: " "), "the subject is empty"), (draft(html: ""), "the html is empty"),
        (draft(text: "{{caller}}"), "the text: there is no {{caller}} for this mail"),
        (draft(text: "{{lock.until}}"), "the text: there is no {{lock.until}} for this mail"),
        (draft(text: "{{#voicemail}}{{first_name}}{{/voicemail}}"), "the text: there is no {{first_name}} for this mail"),
        (draft(text: "{{#voicemail}}"), "the text: {{#voicemail}} has no end"),
        (draft(text: "{{/voicemail}}"), "the text: {{/voicemail}} ends what did not begin"),
        (draft(text: "{{#user}}{{#owner}}{{/user}}{{/owner}}"), "the text: {{/user}} ends what did not begin"),
        (draft(text: "x {{caller_id.name"), "the text: a {{ has no end"),
        (draft(text: "{{> other}}"), "the text: {{> other}} is nothing that templates of mails may have"),
        (draft(text: "{{=<% %>=}}"), "the text: {{=<% %>=}} is nothing that templates of mails may have"),
        (draft(text: "{{% CONTENT_TYPE:HTML }}"), "the text: {{% CONTENT_TYPE:HTML}} is nothing that templates of mails may have"),
        (draft(text: "{{uppercased(call_id)}}"), "the text: {{uppercased(call_id)}} is nothing that templates of mails may have"),
        (draft(text: "{{}}"), "the text: {{}} is nothing that templates of mails may have"),
        (draft(text: "{{.}}"), "the text: there is no {{.}} for this mail"),
        (draft(html: "{{{caller_id.name}}}"), "the html: {{caller_id.name}} must be escaped in HTML"),
        (draft(html: "{{&caller_id.name}}"), "the html: {{caller_id.name}} must be escaped in HTML"),
    ]

    @Test("What cannot is told", arguments: bad)
    func refused(_ draft: MailTemplateDraft, _ reason: String) {
        let fault: TemplateFault?
        do throws(TemplateFault) {
            try draft.check()
            fault = nil
        } catch { fault = error }
        #expect(fault?.reason == reason)
    }

    /// The server's own keep to what accounts' are held to.
    @Test func theServersOwnAreGood() throws {
        for texts in NoticeTexts.all {
            for kind in NoticeTexts.Kind.allCases { try #require(texts.source(of: kind)).check() }
        }
    }
}
