import Foundation
import TestKit
import Testing
import Voicemail

/// What commands do not do: which words that is said in, with which status, and that nothing has changed afterwards.
@Suite struct CommandRefusalTests {
    /// Everything of the account that commands show, to be compared.
    private func state(_ tool: Tool) async throws -> [JSON] {
        [
            try await tool.json("account", "list"), try await tool.json("account", "show", "Acme"), try await tool.json("user", "list", "--account", "Acme"),
            try await tool.json("mailbox", "show", "--account", "Acme", "3000"), try await tool.json("mailbox", "list", "--account", "Acme"),
            try await tool.json("key", "list", "--account", "Acme"), try await tool.json("webhook", "list", "--account", "Acme"),
            try await tool.json("greeting", "list", "--account", "Acme"), try await tool.json("hold", "list"), try await tool.json("outbox", "list"),
            try await tool.json("recording", "list", "--account", "Acme"),
        ]
    }

    /// Four at a time: a program that starts waits for most of that.
    private func forEach(_ rows: [([String], String)], _ body: @escaping @Sendable ([String], String) async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<4 {
                group.addTask {
                    for (place, row) in rows.enumerated() where place % 4 == worker { try await body(row.0, row.1) }
                }
            }
            try await group.waitForAll()
        }
    }

    private static let acme = ["--account", "Acme"]

    /// Of wrong usage, which is told before anything is opened.
    private static let misused: [([String], String)] = [
        (["account", "update", "Acme"], "Say what to change"),
        (["account", "update", "Acme", "--timezone", "Mars/Olympus"], "a zone of this system's database"),
        (["account", "update", "Acme", "--mail-notice", "weather"], "one of "),
        (["account", "update", "Acme", "--no-mail-notices", "--standard-mail-notices"], "cannot be meant together"),
        (["account", "update", "Acme", "--message-days", "many"], "message-days"),
        (["user", "update"] + acme + ["anna"], "Say what to change"),
        (["user", "update"] + acme + ["anna", "--email", "a@b.example", "--password-file", "x"], "--password-file is for --username"),
        (["mailbox", "update"] + acme + ["3000"], "Say what to change"),
        (["mailbox", "update"] + acme + ["3000", "--owner", "anna", "--no-owner"], "--owner and --no-owner cannot both be meant"),
        (["mailbox", "update"] + acme + ["3000", "--pin-file", "x", "--no-pin"], "--pin-file and --no-pin cannot both be meant"),
        (["mailbox", "update"] + acme + ["3000", "--greeting", "x.wav", "--standard-greeting"], "--greeting and --standard-greeting cannot both be meant"),
        (["mailbox", "update"] + acme + ["3000", "--notify", "a@b.example", "--no-notify"], "--notify and --no-notify cannot both be meant"),
        (["mailbox", "update"] + acme + ["3000", "--number", "x y"], "--number is "),
        (["mailbox", "create"] + acme + ["--number", "6300", "--name", "x", "--member", "3000"], "--member needs --group"),
        (["message", "delete"], "Give the ids of messages, or --account and --mailbox"),
        (["message", "delete", "--mailbox", "3000"], "--account and --mailbox go together"),
        (["message", "delete"] + acme + ["--mailbox", "3000", "x"], "Give the ids of messages, or --account and --mailbox"),
        (["message", "delete", "x", "--folder", "new"], "--folder, --since and --until are for --mailbox"),
        (["message", "delete", "x", "--since", "2026-01-01T00:00:00Z"], "--folder, --since and --until are for --mailbox"),
        (["message", "list", "--mailbox", "3000"], "--account"),
        (["message", "list"] + acme + ["--since", "yesterday"], "a time in RFC 3339"),
        (["greeting", "add"] + acme + ["--use", "x.wav"], "--use needs --mailbox"),
        (["greeting", "use"] + acme + ["--mailbox", "3000"], "Give the greeting's name, or --standard"),
        (["hold", "add"] + acme + ["--reason", "r", "--mailbox", "3000", "--message", "m"], "Give one of --mailbox, --message and --recording"),
        (["hold", "add"] + acme + ["--reason", ""], "--reason is empty"), (["hold", "add"] + acme, "--reason"),
        (["hold", "list", "--limit", "0"], "--limit must be 1 or more"),
        (["outbox", "retry"], "Give the id of a delivery, or --all"), (["outbox", "drop", "x", "--all"], "Give the id of a delivery, or --all"),
        (["outbox", "drop", "x", "--channel", "mail"], "go with --all"), (["outbox", "retry", "x", "--state", "dead"], "go with --all"),
        (["outbox", "replay"] + acme + ["--channel", "kazoo-webhook", "--target", "x"], "Say --since when"), (["outbox", "list", "--state", "lost"], "state"),
        (["login", "unlock"], "Give what to unlock, or --all"), (["login", "unlock", "x", "--all"], "Give what to unlock, or --all"),
        (["key", "create"] + acme + ["--kind", "kazoo", "--allow", "cdr"], "allow"),
        (["key", "create"] + acme + ["--kind", "intake", "--from", "10.0.0.1"], "--allow and --from are for --kind p-series"),
        (["key", "create"] + acme + ["--kind", "p-series", "--from", "10.0.0.0/99"], "an IP address or a network"),
        (["token", "create"] + acme + ["--ttl", "0"], "--ttl must be from 1 to 315360000 seconds"),
        (["retention", "preview", "--within", "36501"], "--within must be from 0 to 36500"),
        (["retention", "preview", "--limit", "0"], "--limit must be 1 or more"),
        (["recording", "add"] + acme + ["--type", "Sideways", "x.wav"], "type"), (["audit", "list", "--action", "danced"], "action"),
        (["audit", "export", "--as", "pdf"], "as"), (["webhook", "secret"] + acme, "Give the id of a webhook, or --reports"),
        (["webhook", "secret"] + acme + ["x", "--reports"], "Give the id of a webhook, or --reports"),
        (["webhook", "create"] + acme + ["--name", "x", "--hook", "object", "--verb", "dance", "https://h.example/"], "verb"),
        (["mail", "preview"], "Give the id of a message"), (["mail", "preview", "x", "--account", "Acme"], "Give the id of a message"),
        (["mail", "preview"] + acme + ["--mailbox", "3000"], "Give the id of a message"), (["mail", "preview", "x", "--language", "klingon"], "one of "),
        (["explain", "-", "--peer", "nobody"], "--peer is "), (["move"], "--to"), (["account", "list", "--data", ""], "--data is empty"),
    ]

    /// Of what is understood and cannot be done.
    private static let refused: [([String], String)] = [
        (["account", "show", "Nobody"], "there is no account Nobody"), (["account", "update", "Nobody", "--name", "x"], "there is no account Nobody"),
        (["account", "update", "Acme", "--message-days", "0"], "is less than 1"),
        (["account", "update", "Acme", "--keep-message-days", "36501"], "is more than 36500"),
        (["account", "update", "Acme", "--realm", "other.example"], "is taken"), (["account", "update", "Acme", "--name", ""], "name is empty"),
        (["user", "show"] + acme + ["bob"], "there is no user bob in the account"),
        (["user", "delete"] + acme + ["bob"], "there is no user bob in the account"),
        (["user", "update"] + acme + ["anna", "--email", "nonsense"], "is no address such as anna@example.com"),
        (["user", "create"] + acme + ["--username", "anna"], "is taken"),
        (["user", "update"] + acme + ["anna", "--username", "berta", "--password-file", "/nowhere/at/all"], "/nowhere/at/all cannot be read"),
        (["mailbox", "show"] + acme + ["9999"], "there is no mailbox 9999 in the account"),
        (["mailbox", "create"] + acme + ["--number", "3000", "--name", "x"], "is taken"),
        (["mailbox", "create"] + acme + ["--number", "3005", "--name", "x", "--owner", "bob"], "there is no user bob in the account"),
        (["mailbox", "update"] + acme + ["3000", "--owner", "bob"], "there is no user bob in the account"),
        (["mailbox", "update"] + acme + ["3000", "--name", "y", "--greeting", "none.wav"], "there is no greeting none.wav there"),
        (["mailbox", "update"] + acme + ["3000", "--name", "y", "--keep-message-days", "0"], "is less than 1"),
        (["mailbox", "update"] + acme + ["3000", "--notify", "nobody at all"], "is no address such as"),
        (["mailbox", "restore"] + acme + ["3000"], "there is no mailbox 3000 in the trash"),
        (["message", "show", "0123456789abcdef0123456789abcdef"], "there is no message 0123456789abcdef0123456789abcdef"),
        (["message", "delete", "x"], "there is no message x"),
        (["message", "restore", "x"], "there is no message x"),
        (["message", "add"] + acme + ["--mailbox", "9999", "--from", "2", "/dev/null"], "there is no mailbox 9999"),
        (["message", "add"] + acme + ["--mailbox", "3000", "--from", "2", "/nowhere/at/all.wav"], "there is no file /nowhere/at/all.wav"),
        (["message", "add"] + acme + ["--mailbox", "3000", "--from", "2", "/etc/hostname"], "no decoder accepts /etc/hostname; what is taken: WAV"),
        (["greeting", "delete"] + acme + ["none.wav"], "there is no greeting none.wav there"),
        (["greeting", "use"] + acme + ["--mailbox", "3000", "none.wav"], "there is no greeting none.wav there"),
        (["recording", "show"] + acme + ["none"], "there is no recording none in the account"),
        (["recording", "add"] + acme + ["/nowhere/at/all.wav"], "the name of the file does not tell who called whom"),
        (["recording", "add"] + acme + ["--from", "1", "--to", "2", "/nowhere/at/all.wav"], "there is no file /nowhere/at/all.wav"),
        (["hold", "add"] + acme + ["--reason", "r", "--mailbox", "9999"], "there is no mailbox 9999 in the account"),
        (["hold", "remove", "x"], "there is no hold x"),
        (["outbox", "show", "x"], "there is no delivery x"), (["outbox", "retry", "x"], "there is no delivery x"),
        (["outbox", "drop", "x"], "there is no delivery x"),
        (
            ["outbox", "replay"] + acme + ["--channel", "pigeon", "--target", "x", "--since", "2026-01-01T00:00:00Z"],
            "nothing is carried by pigeon; there are "
        ),
        (["outbox", "replay"] + acme + ["--channel", "kazoo-webhook", "--target", "x", "--since", "2026-01-01T00:00:00Z"], "is for x over kazoo-webhook"),
        (["login", "unlock", "x"], "no failed logins are counted for x"), (["key", "revoke"] + acme + ["x"], "there is no key x in the account"),
        (["webhook", "delete"] + acme + ["x"], "there is no webhook x in the account"),
        (["webhook", "test"] + acme + ["x"], "there is no webhook x in the account"),
        (["webhook", "create"] + acme + ["--name", "x", "--hook", "object", "http://127.0.0.1/"], "must not be this machine's own"),
        (["webhook", "create"] + acme + ["--name", "x", "--hook", "object", "gopher://h.example/"], "is no uri"),
        (["token", "create"] + acme + ["--user", "bob"], "there is no user bob in the account"),
        (["audit", "list", "--account", "gone"], "there is no account gone"),
        (["mail", "preview", "x"], "there is no message x"), (["explain", "/nowhere/at/all"], "cannot be read"),
        (["explain", "/etc/hostname"], "is no message of SIP"),
        (["restore", "/nowhere/at/all"], "there is no directory /nowhere/at/all"),
        (["import", "/nowhere/at/all"], "cannot be read: No such file or directory"), (["rotate-key"], "say --yes if that is meant"),
        (["backup", "/proc/nowhere"], "cannot make /proc/nowhere"), (["move", "--to", "/nowhere/at/all"], "cannot be read"),
    ]

    @Test("Each is told in one place, with its status and in words that name what is wrong, and nothing has changed")
    func nothingIsDone() async throws {
        try await Tool.run { tool, scratch in
            try await tool.makeMailbox()
            _ = try await tool.json("account", "create", "Other", "--realm", "other.example")
            _ = try await tool.json("user", "create", "--account", "Acme", "--username", "anna", input: "secret of anna\n")
            let before = try await state(tool), files = try FileManager.default.subpathsOfDirectory(atPath: tool.data + "/blobs")
            try await forEach(Self.misused) { arguments, words in
                let outcome = try await CommandLineProgram.run(arguments.contains("--data") ? arguments : arguments + ["--data", tool.data])
                #expect(outcome.status == 2 && outcome.output == "", "\(arguments): \(outcome.status) \(outcome.output)")
                #expect(outcome.errors.hasPrefix("Error: ") && outcome.errors.contains(words), "\(arguments): \(outcome.errors)")
            }
            try await forEach(Self.refused) { arguments, words in
                let outcome = try await CommandLineProgram.run(arguments + ["--data", tool.data], input: "another secret\n")
                #expect(outcome.status == 1 && outcome.output == "", "\(arguments): \(outcome.status) \(outcome.output)")
                #expect(outcome.refusal?.contains(words) == true, "\(arguments): \(outcome.errors)")
                // Nobody is told of sources, types or addresses in memory.
                #expect(!outcome.errors.contains(".swift") && !outcome.errors.contains("0x") && !outcome.errors.contains("Error("), "\(outcome.errors)")
            }
            #expect(try await state(tool) == before)
            let left = try FileManager.default.subpathsOfDirectory(atPath: tool.data + "/blobs")
            #expect(left.filter { $0.count == 35 } == files.filter { $0.count == 35 })
            #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path) == ["data"])
        }
    }
}
