import Foundation
import TestKit
import Testing
import Voicemail

/// `aftertone mail template`: how an account's words come and go.
struct TemplateCommandTests {
    private struct World: Sendable {
        let server: TestServer
        let account: Account
        let message: Message
        let files: String

        func mail(_ arguments: String...) async throws -> CommandLineProgram.Outcome {
            try await CommandLineProgram.run(["mail"] + arguments + ["--data", server.directory, "--json"])
        }

        func write(_ text: String, to name: String) throws { try Data(text.utf8).write(to: URL(fileURLWithPath: files).appendingPathComponent(name)) }

        func text(_ name: String) throws -> String { try String(contentsOf: URL(fileURLWithPath: files).appendingPathComponent(name), encoding: .utf8) }

        func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: files).sorted() }
    }

    private static func run(_ body: @Sendable (World) async throws -> Void) async throws {
        try await TestServer.run { (server: TestServer) async throws in
            let account = try await server.makeAccount("Acme")
            let mailbox = try await server.makeMailbox("3000", in: account)
            let message = try await server.leave(from: .administrator(tells: false), in: mailbox, of: account)
            try await TemporaryDirectory.run { directory in
                try await body(World(server: server, account: account, message: message, files: directory.path + "/templates"))
            }
        }
    }

    @Test func theyGoOutAreChangedAndComeBack() async throws {
        try await Self.run { world in
            let out = try await world.mail("template", "export", "--account", "Acme", "--kind", "new_message", "--language", "en", world.files)
            #expect(out.status == 0 && out.json["templates"] == 1)
            #expect(try world.names() == ["new_message.en.html", "new_message.en.subject", "new_message.en.text"])
            #expect(try world.text("new_message.en.subject") == "New voicemail from {{caller_id.name_number}}\n")
            try world.write("Call for {{voicemail.vmbox_number}}\n", to: "new_message.en.subject")
            let taken = try await world.mail("template", "import", "--account", "Acme", world.files)
            #expect(taken.status == 0)
            let shown = try await world.mail("preview", world.message.id).json
            #expect(shown["subject"] == "Call for 3000" && shown["text"]?.string?.contains("You have a new voice message.") == true)
            let listed = try await world.mail("template", "list", "--account", "Acme").json
            #expect(listed.array?.map { $0["kind"] } == ["new_message"])
            // What is exported again is the account's own, and what was there is not written over.
            let again = try await world.mail("template", "export", "--account", "Acme", "--kind", "new_message", "--language", "en", world.files)
            #expect(again.status == 1 && again.refusal == "new_message.en.subject is there already")
            let all = try await world.mail("template", "export", "--account", "Acme", world.files + "-all")
            #expect(all.json["templates"] == 35)
            let own = try String(contentsOfFile: world.files + "-all/new_message.en.subject", encoding: .utf8)
            #expect(own == "Call for {{voicemail.vmbox_number}}\n")
            let everything = try await world.mail("template", "import", "--account", "Acme", world.files + "-all")
            #expect(everything.json["templates"] == 35)
            let removed = try await world.mail("template", "remove", "--account", "Acme", "--kind", "new_message", "--language", "en")
            #expect(removed.status == 0)
            let plain = try await world.mail("preview", world.message.id).json
            #expect(plain["subject"] == "New voicemail from Bob(2001)")
            let gone = try await world.mail("template", "remove", "--account", "Acme", "--kind", "new_message", "--language", "en")
            #expect(gone.status == 1 && gone.refusal == "the account has no template of its own for new_message in en")
        }
    }

    private static let faults: [(String, String, String)] = [
        ("new_message.en.text", "{{caller}}", "new_message.en: the text: there is no {{caller}} for this mail"),
        ("new_message.en.html", "{{#user}}", "new_message.en: the html: {{#user}} has no end"),
        ("notes.txt", "x", "notes.txt is no part of a template: KIND.LANGUAGE.subject, .text or .html"),
        ("new_message.de.subject", "x", "new_message.de.text is missing"),
    ]

    @Test("Where one cannot be used nothing is taken", arguments: faults)
    func refused(_ file: String, _ text: String, _ refusal: String) async throws {
        try await Self.run { world in
            _ = try await world.mail("template", "export", "--account", "Acme", "--language", "en", world.files)
            try world.write(text, to: file)
            let outcome = try await world.mail("template", "import", "--account", "Acme", world.files)
            #expect(outcome.status == 1 && outcome.refusal == refusal)
            let own = try await world.server.service.mailTemplates.list(of: world.account)
            #expect(own.isEmpty)
        }
    }

    @Test func whatIsNoFileOfWordsIsRefused() async throws {
        try await Self.run { world in
            let none = try await world.mail("template", "import", "--account", "Acme", world.files)
            #expect(none.status == 1 && none.refusal?.hasSuffix("cannot be read") == true)
            _ = try await world.mail("template", "export", "--account", "Acme", "--language", "en", world.files)
            try Data([0xFF, 0xFE, 0x00]).write(to: URL(fileURLWithPath: world.files + "/new_message.en.text"))
            let bytes = try await world.mail("template", "import", "--account", "Acme", world.files)
            #expect(bytes.refusal == "new_message.en.text is not in UTF-8")
            try Data(repeating: 0x61, count: (1 << 20) + 1).write(to: URL(fileURLWithPath: world.files + "/new_message.en.text"))
            let large = try await world.mail("template", "import", "--account", "Acme", world.files)
            #expect(large.refusal == "new_message.en.text is larger than 1048576 bytes")
            try Data(repeating: 0x61, count: 70_000).write(to: URL(fileURLWithPath: world.files + "/new_message.en.text"))
            let much = try await world.mail("template", "import", "--account", "Acme", world.files)
            #expect(much.status == 1 && much.refusal == "that is more than 65536 bytes, which is all that is kept of one thing")
            let own = try await world.server.service.mailTemplates.list(of: world.account)
            #expect(own.isEmpty)
        }
    }

    @Test func whatHappensToAMailboxIsShown() async throws {
        try await Self.run { world in
            func subject(_ arguments: [String]) async throws -> JSON? {
                try await CommandLineProgram.run(["mail", "preview"] + arguments + ["--data", world.server.directory, "--json"]).json["subject"]
            }
            for (news, words) in [("nearly_full", "is nearly full"), ("pin_locked", "is locked"), ("greeting_changed", "has changed")] {
                let shown = try await subject(["--account", "Acme", "--mailbox", "3000", "--news", news])
                #expect(shown?.string?.hasSuffix(words) == true)
            }
            _ = try await world.server.service.messages.remove([world.message.monthID], of: world.message.mailboxID, account: world.account)
            let deleted = try await subject([world.message.id, "--news", "message_deleted"])
            #expect(deleted == "Voicemail from Bob(2001) was deleted")
            for wrong in [
                ["--account", "Acme", "--mailbox", "3000"], ["--account", "Acme", "--mailbox", "3000", "--news", "message_deleted"],
                ["x", "--news", "pin_locked"],
            ] {
                let refused = try await CommandLineProgram.run(["mail", "preview"] + wrong + ["--data", world.server.directory])
                #expect(refused.status == 2)
            }
        }
    }

    @Test func whatIsToldIsSetByCommand() async throws {
        try await Self.run { world in
            func set(_ command: [String], _ options: [String]) async throws -> CommandLineProgram.Outcome {
                try await CommandLineProgram.run(command + options + ["--data", world.server.directory, "--json"])
            }
            let box = ["mailbox", "update", "--account", "Acme", "3000"], account = ["account", "update", "Acme"], service = world.server.service
            func notices() async throws -> [JSON?] {
                [
                    try await service.mailboxes.find(world.message.mailboxID, of: world.account).published["mail_notices"],
                    try await service.accounts.list(named: "Acme").first?.published["mail_notices"],
                ]
            }
            let first = try await (set(box, ["--mail-notice", "pin_locked", "--mail-notice", "nearly_full"]), set(account, ["--no-mail-notices"]))
            #expect(first.0.status == 0 && first.1.status == 0)
            let kept = try await notices()
            #expect(kept == [["pin_locked", "nearly_full"], []])
            _ = try await set(box, ["--standard-mail-notices"])
            let after = try await notices()
            #expect(after == [nil, []])
            let wrong = try await (set(box, ["--mail-notice", "full"]), set(box, ["--no-mail-notices", "--standard-mail-notices"]))
            #expect(wrong.0.status == 2 && wrong.1.status == 2)
        }
    }
}
