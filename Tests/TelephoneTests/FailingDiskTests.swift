import Foundation
import Server
import TestKit
import Testing
import Voicemail

/// What was said is not lost where it cannot be stored: the caller hears it, and the next start that has room makes a message of it.
@Suite("A disk or a store that fails in a call")
struct FailingDiskTests {
    private static let environment = [
        "AFTERTONE_SIP_PROMPTS_DIRECTORY": "/nowhere", "AFTERTONE_ARCHIVE_RESERVE_BYTES": String(1 << 20), "AFTERTONE_STORE_RESERVE_BYTES": String(1 << 20),
        "AFTERTONE_ARCHIVE_PREPARED_FILES": "2",
    ]

    /// A mailbox in a directory, by a server that has ended since.
    private static func make(in data: String) async throws -> (Account, Mailbox) {
        try await TestServer.run(in: data, { $0.archive.reserveBytes = 1 << 20 }) { server in
            let account = try await server.makeAccount("Acme")
            return (account, try await server.makeMailbox("1000", in: account))
        }
    }

    /// The next start: looks at the one message that there is.
    private static func restart(
        in data: String, _ known: (account: Account, mailbox: Mailbox), _ body: @Sendable (Message, [Int]) throws -> Void
    ) async throws {
        // Twice: the second finds nothing left to do.
        for _ in 0..<2 {
            try await TestServer.run(
                in: data,
                {
                    $0.telephone.listen = CallAddress(host: "127.0.0.1", port: 0)
                    $0.archive.reserveBytes = 1 << 20
                }
            ) { server in
                let world = CallWorld(server: server, account: known.account, mailbox: known.mailbox)
                let messages = try await world.all(in: known.mailbox)
                #expect(messages.count == 1)
                let message = try #require(messages.first)
                try body(message, try await world.sound(of: message))
                #expect(try FileList.names(in: data + "/captures").isEmpty)
            }
        }
    }

    @Test(
        "It fills while somebody speaks: he hears that it could not be taken, and what was said before is kept",
        .enabled(if: SmallDisk.isAvailable, "this machine lets us mount no small disk"))
    func fills() async throws {
        try await SmallDisk.run(bytes: 24 << 20) { disk in
            let data = disk.outside + "/data"
            // Where the disk is, only programs that are started there see it as it is.
            func command(_ arguments: String...) async throws -> JSON {
                let outcome = try await CommandLineProgram.run(
                    arguments + ["--data", disk.path + "/data", "--json"], environment: Self.environment, launcher: disk.launcher)
                #expect(outcome.status == 0, "\(outcome.errors)")
                return outcome.json
            }
            _ = try await command("account", "create", "Acme")
            _ = try await command("mailbox", "create", "--account", "Acme", "--number", "1000", "--name", "Box")
            let server = try await ServerProcess.start(in: disk.path + "/data", launcher: disk.launcher, takesCalls: true, environment: Self.environment)
            defer { server.kill() }
            let phone = try TestPhone(server: server.sipPort)
            defer { phone.close() }
            try await phone.call("1000")
            try await phone.waitForTone(in: data)
            let before = try FileList.bytes(in: data + "/captures")
            try await phone.sound.say(hertz: 500, milliseconds: 1500)
            // What is to be kept is there: eight bytes a millisecond.
            while try FileList.bytes(in: data + "/captures") < before + 8 * 1200 { try await phone.sound.say(hertz: nil, milliseconds: 40) }
            try disk.fill("rest")
            try await phone.sound.say(hertz: 800, milliseconds: 1500)
            await phone.sound.press("#")
            try await phone.sound.hears(hertz: 1400)
            try await phone.hungUp()
            // New calls are not taken before there is room.
            let other = try TestPhone(server: server.sipPort)
            defer { other.close() }
            var status = 200
            for _ in 0..<50 where status != 503 {
                status = try await other.ask("OPTIONS", user: "1000").status ?? 0
                if status != 503 { try await Task.sleep(for: .milliseconds(100)) }
            }
            #expect(status == 503)
            server.kill()
            try disk.remove("rest")
            // Twice: the second finds nothing left to do.
            for _ in 0..<2 {
                let next = try await ServerProcess.start(in: disk.path + "/data", launcher: disk.launcher, takesCalls: true, environment: Self.environment)
                defer { next.kill() }
                let list = try await command("message", "list", "--account", "Acme", "--mailbox", "1000")
                let message = try #require(list.array?.first)
                #expect(list.array?.count == 1)
                #expect(message["caller_id_number"] == "2001" && (message["length_ms"]?.int ?? 0) >= 1200)
                let shown = try await command("message", "show", "--account", "Acme", message["id"]?.string ?? "")
                #expect(shown["reception"]?["cut_off"] == true, "\(shown)")
                #expect(try FileList.names(in: data + "/captures").isEmpty)
            }
        }
    }

    @Test("Nothing can be written when it is to be saved: what was said is kept whole", .enabled(if: OtherPhones.isInstalled("prlimit")))
    func refusesToStore() async throws {
        try await Self.recordedAndThen { server, body in
            func limit(_ bytes: String) async throws {
                let tool = try ChildProcess(["prlimit", "--pid", String(server.id), "--fsize=\(bytes):unlimited"])
                try #require(await tool.status() == 0)
            }
            try await limit("1")
            try await body()
            try await limit("unlimited")
        }
    }

    @Test("The store is held by another: what was said is kept whole", .enabled(if: OtherPhones.isInstalled("python3")))
    func unreachable() async throws {
        try await Self.recordedAndThen { server, body in
            let script = """
                import sqlite3, sys, time
                store = sqlite3.connect(sys.argv[1])
                store.execute('BEGIN IMMEDIATE')
                open(sys.argv[2], 'w').close()
                time.sleep(600)
                """
            let mark = server.data + ".held"
            let holder = try ChildProcess(["python3", "-c", script, server.data + "/aftertone.sqlite", mark])
            defer { holder.send(SIGKILL) }
            while !FileManager.default.fileExists(atPath: mark) { try await Task.sleep(for: .milliseconds(10)) }
            try await body()
        }
    }

    /// A call whose recording is over, a store that fails, and the key that saves.
    private static func recordedAndThen(_ failing: (_ server: (id: pid_t, data: String), _ body: () async throws -> Void) async throws -> Void) async throws {
        try await TemporaryDirectory.run { directory in
            let data = directory.path + "/data", known = try await make(in: data)
            let server = try await ServerProcess.start(in: data, takesCalls: true, environment: environment)
            defer { server.kill() }
            let phone = try TestPhone(server: server.sipPort)
            defer { phone.close() }
            try await phone.call("1000")
            try await phone.waitForTone(in: data)
            try await phone.sound.say(hertz: 500, milliseconds: 1500)
            phone.sound.forget()
            await phone.sound.press("#")
            // The menu.
            try await phone.sound.hears(hertz: 620)
            try await failing((server.id, data)) {
                await phone.sound.press("1")
                try await phone.sound.hears(hertz: 1400)
                #expect(TestTone.milliseconds(of: 880, in: phone.sound.heard) == 0)
                try await phone.hungUp()
            }
            server.kill()
            try await restart(in: data, known) { message, heard in
                #expect(message.callID == phone.callID)
                #expect(message.reception?.isCutOff == false)
                #expect(TestTone.milliseconds(of: 500, in: heard) >= 1400)
            }
        }
    }
}
