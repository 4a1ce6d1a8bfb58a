import Foundation
import TestKit
import Testing
import Voicemail

/// What options of commands change, seen by the next command.
@Suite struct CommandOptionTests {
    @Test("Switches of an account stay as they were said, each by itself")
    func accounts() async throws {
        try await Tool.run { tool, _ in
            try await tool.makeMailbox()
            for (option, key) in [
                ("audit-listening", "audit_listening"), ("client-notices", "notify_of_client_messages"), ("logins", "enabled"),
                ("own-recordings", "owners_hear_recordings"),
            ] {
                for (word, value) in [("enable", true), ("disable", false)] {
                    let changed = try await tool.json("account", "update", "Acme", "--\(word)-\(option)")
                    #expect(changed[key] == .bool(value), "\(word) \(option)")
                    let shown = try await tool.json("account", "show", "Acme")
                    #expect(shown == changed)
                }
            }
            let limited = try await tool.json(
                "account", "update", "Acme", "--name", "Acme Ltd", "--timezone", "Europe/Dublin", "--message-days", "30", "--recording-days", "365",
                "--recording-bytes",
                "1000000", "--keep-message-days", "36500", "--keep-message-bytes", "5000000")
            let named =
                [
                    "name": "Acme Ltd", "timezone": "Europe/Dublin", "message_retention_duration": 30, "recording_retention_days": 365,
                    "recording_maximum_bytes": 1_000_000,
                    "message_keep_days": 36_500, "message_keep_bytes": 5_000_000, "realm": "acme.example",
                ] as [String: JSON]
            for (key, value) in named { #expect(limited[key] == value, "\(key)") }
            let notices = try await tool.json("account", "update", "acme.example", "--no-mail-notices")
            #expect(notices["mail_notices"] == [] && notices["timezone"] == "Europe/Dublin")
            let standard = try await tool.json("account", "update", "acme.example", "--standard-mail-notices")
            #expect(standard["mail_notices"] == nil)
            // Nobody logs in while that is off, and it is said to whoever has the right password.
            _ = try await tool.json("user", "create", "--account", "acme.example", "--username", "anna", input: "secret of anna\n")
            let list = try await tool.json("user", "list", "--account", "acme.example")
            #expect(list.array?.count == 1)
        }
    }

    @Test("A user's names and whether he may log in are changed, and what is not said stays")
    func users() async throws {
        try await Tool.run { tool, _ in
            try await tool.makeMailbox()
            let made = try await tool.json(
                "user", "create", "--account", "Acme", "--username", "anna", "--first-name", "Anna", "--last-name", "Ott", "--email", "anna@acme.example",
                input: "secret of anna\n")
            #expect(made["first_name"] == "Anna" && made["last_name"] == "Ott")
            let renamed = try await tool.json("user", "update", "--account", "Acme", "anna", "--last-name", "Öst", "--disable-logins", "--admin")
            #expect(renamed["last_name"] == "Öst" && renamed["first_name"] == "Anna" && renamed["enabled"] == false && renamed["priv_level"] == "admin")
            #expect(renamed["email"] == "anna@acme.example")
            let shown = try await tool.json("user", "show", "--account", "Acme", made.text("id"))
            #expect(shown == renamed)
            let again = try await tool.json("user", "update", "--account", "Acme", "anna", "--enable-logins", "--no-admin", "--timezone", "Asia/Kathmandu")
            #expect(again["enabled"] == true && again["priv_level"] == "user" && again["timezone"] == "Asia/Kathmandu" && again["last_name"] == "Öst")
            // No secret is shown, by whichever command.
            for text in [made, renamed, shown, again].map(\.encoded) { #expect(!text.contains("secret of anna") && !text.contains("verifier")) }
        }
    }

    @Test("A mailbox is switched off and on, and goes back to the standard greeting")
    func mailboxes() async throws {
        try await Tool.run { tool, scratch in
            try await tool.makeMailbox()
            let sound = try scratch.write(WAV.tones([440], milliseconds: 300), to: "away.wav")
            _ = try await tool.json("greeting", "add", "--account", "Acme", "--mailbox", "3000", "--use", sound)
            let used = try await tool.json("greeting", "list", "--account", "Acme", "--mailbox", "3000")
            #expect(used.array?.map { [$0["name"], $0["in_use"]] } == [["away.wav", true]])
            let off = try await tool.json("mailbox", "update", "--account", "Acme", "3000", "--disable-messages", "--standard-greeting", "--keep-messages", "7")
            #expect(off["enabled"] == false)
            let unused = try await tool.json("greeting", "list", "--account", "Acme", "--mailbox", "3000")
            #expect(unused.array?.map { [$0["name"], $0["in_use"]] } == [["away.wav", false]])
            let on = try await tool.json("mailbox", "update", "--account", "Acme", "3000", "--enable-messages", "--greeting", "away.wav", "--number", "3001")
            #expect(on["enabled"] == true && on["number"] == "3001" && on["id"] == off["id"])
            let back = try await tool.json("greeting", "list", "--account", "Acme", "--mailbox", "3001")
            #expect(back.array?.map { [$0["name"], $0["in_use"]] } == [["away.wav", true]])
        }
    }

    @Test("What is said of a recording is what is shown of it, and the file's name fills in the rest")
    func recordings() async throws {
        try await Tool.run { tool, scratch in
            try await tool.makeMailbox()
            let sound = try scratch.write(WAV.tones([440], milliseconds: 300), to: "20220412173331-1649756009.12-2002-2005-Internal.wav")
            let named = try await tool.json("recording", "add", "--account", "Acme", sound)
            #expect(named["from"] == "2002" && named["to"] == "2005" && named["type"] == "Internal")
            let said = try await tool.json(
                "recording", "add", "--account", "Acme", "--from", "+35312", "--from-name", "Zoë", "--to", "3000", "--to-name", "Anna", "--type", "Inbound",
                "--at",
                "2026-01-31T17:30:00Z", "--call-id", "call 1", sound)
            // The same file is stored once, whatever is said of it.
            #expect(said["id"] == named["id"])
            let other = try scratch.write(WAV.tones([620], milliseconds: 300), to: "x.wav")
            let whole = try await tool.json(
                "recording", "add", "--account", "Acme", "--from", "+35312", "--from-name", "Zoë", "--to", "3000", "--to-name", "Anna", "--type", "Inbound",
                "--at",
                "2026-01-31T17:30:00Z", "--call-id", "call 1", other)
            let shown = try await tool.json("recording", "show", "--account", "Acme", whole.text("id"))
            #expect(shown["from"] == "+35312" && shown["to"] == "3000" && shown["type"] == "Inbound")
            let text = shown.encoded
            for word in ["Zoë", "Anna", "call 1"] { #expect(text.contains(word), "\(word): \(text)") }
            #expect(shown.text("started").hasPrefix("2026-01-31T17:30:00"), "\(text)")
        }
    }

    @Test("The secret of an account's reports is another one than its webhooks', stays the same, and is another account's no more")
    func secrets() async throws {
        try await Tool.run { tool, _ in
            try await tool.makeMailbox()
            _ = try await tool.json("account", "create", "Other", "--realm", "other.example")
            let hook = try await tool.json("webhook", "create", "--account", "Acme", "--name", "x", "--hook", "object", "https://hooks.example.com/x")
            let reports = try await tool.json("webhook", "secret", "--account", "Acme", "--reports")
            let webhook = try await tool.json("webhook", "secret", "--account", "Acme", hook.text("id"))
            let others = try await tool.json("webhook", "secret", "--account", "Other", "--reports")
            let all = [reports, webhook, others].map { $0.text("secret") }
            #expect(Set(all).count == 3 && all.allSatisfy { $0.hasPrefix("whsec_") }, "\(all)")
            #expect(try await tool.json("webhook", "secret", "--account", "Acme", "--reports") == reports)
            #expect(try await tool.refusal("webhook", "secret", "--account", "Other", hook.text("id"))?.contains("there is no webhook") == true)
        }
    }

    @Test("A hash that was never in the log's chain is told, with status 1, and one that is not is not looked for")
    func auditHead() async throws {
        try await Tool.run { tool, _ in
            try await tool.makeMailbox()
            _ = try await tool.json("mailbox", "delete", "--account", "Acme", "3000")
            let verified = try await tool.json("audit", "verify")
            #expect(verified["faults"] == [])
            let strange = try await CommandLineProgram.run(["audit", "verify", "--head", String(repeating: "0", count: 64), "--data", tool.data, "--json"])
            #expect(strange.status == 1 && strange.json["faults"]?.array?.count == 1, "\(strange.output) \(strange.errors)")
            #expect(strange.refusal == "the audit log is not what was sealed")
            // A message that was removed is noted, and by whom.
            let listed = try await tool.json("audit", "list", "--account", "Acme")
            #expect(listed.array?.isEmpty == false && listed.array?.allSatisfy { $0.text("actor").hasPrefix("command") } == true, "\(listed.encoded)")
        }
    }

    @Test("A mail is shown as text, or as HTML where that is asked for, and sent to nobody")
    func preview() async throws {
        try await Tool.run { tool, _ in
            try await tool.makeMailbox()
            _ = try await tool.json("mailbox", "update", "--account", "Acme", "3000", "--notify", "a@b.example")
            let text = try await tool("mail", "preview", "--account", "Acme", "--full-mailbox", "3000", "--language", "en")
            let html = try await tool("mail", "preview", "--account", "Acme", "--full-mailbox", "3000", "--language", "en", "--html")
            #expect(text.status == 0 && html.status == 0, "\(text.errors) \(html.errors)")
            #expect(!text.output.contains("<html") && html.output.contains("<html"), "\(html.output)")
            #expect(text.output.contains("a@b.example") && html.output.contains("a@b.example"))
            #expect(try await tool.json("outbox", "list") == [])
        }
    }
}
