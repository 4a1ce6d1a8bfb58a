import Foundation
import Logging
import Prompts
import SIP
import TestKit
import Testing
import Voicemail

@testable import Telephone

@Suite("A message that could not be stored becomes one without a restart", .enabled(if: OtherPhones.isInstalled("python3")))
struct LeftoverTests {
    /// A server whose calls are taken by a telephone of the test's own: by its clock, and as ready as it says.
    private struct Setting: Sendable {
        let world: CallWorld
        let port: Int
        let clock: SteppedClock
        let trouble: Locked<String?>

        var captures: String { world.server.directory + "/captures" }

        /// Records something, up to the menu.
        func record(_ phone: TestPhone, hertz: Double) async throws {
            try await phone.call("1000")
            let before = try FileList.bytes(in: captures)
            try await phone.sound.hears(hertz: 440, milliseconds: 400)
            while try FileList.bytes(in: captures) <= before + 300 { try await phone.sound.say(hertz: nil, milliseconds: 40) }
            try await phone.sound.say(hertz: hertz, milliseconds: 1500)
            phone.sound.forget()
            await phone.sound.press("#")
            try await phone.sound.hears(hertz: 620)
        }

        /// A call whose message is not stored, because another holds the store.
        func failedCall() async throws {
            let script = """
                import sqlite3, sys, time
                store = sqlite3.connect(sys.argv[1])
                store.execute('BEGIN IMMEDIATE')
                open(sys.argv[2], 'w').close()
                time.sleep(600)
                """
            let phone = try TestPhone(server: port)
            defer { phone.close() }
            try await record(phone, hertz: 500)
            let directory = world.server.directory, mark = directory + ".held"
            let holder = try ChildProcess(["python3", "-c", script, directory + "/aftertone.sqlite", mark])
            defer { holder.send(SIGKILL) }
            while !FileManager.default.fileExists(atPath: mark) { try await Task.sleep(for: .milliseconds(10)) }
            await phone.sound.press("1")
            try await phone.sound.hears(hertz: 1400)
            try await phone.hungUp()
            holder.send(SIGKILL)
            _ = await holder.status()
        }
    }

    private func run(_ body: @Sendable (Setting) async throws -> Void) async throws {
        try await TestServer.run { server in
            let account = try await server.makeAccount("Acme")
            let mailbox = try await server.makeMailbox("1000", in: account, ["skip_greeting": true, "skip_instructions": true])
            let clock = SteppedClock(), trouble = Locked<String?>(nil)
            var settings = TelephoneSettings(
                sip: SIPSettings(address: PeerAddress(host: "127.0.0.1", port: 0)) { _ in true }, captures: server.directory + "/captures")
            settings.clock = clock
            settings.drain = .zero
            var prompts = PromptSettings()
            prompts.directory = "/nowhere"
            let (ports, announce) = AsyncStream.makeStream(of: Int.self)
            let telephone = Telephone(
                service: server.service, settings: settings,
                destinations: WhichBox(WhichBoxSettings(), plan: NumberPlan(), directory: server.service),
                voices: PromptVoices(prompts, service: server.service, synthesizer: nil), unavailability: { trouble.withLockedValue { $0 } },
                logger: Logger(label: "telephone") { _ in SwiftLogNoOpLogHandler() }, onListening: { announce.yield(Int($0.port)) })
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await telephone.run() }
                let port = try #require(await ports.first { _ in true })
                try await body(Setting(world: CallWorld(server: server, account: account, mailbox: mailbox), port: port, clock: clock, trouble: trouble))
                group.cancelAll()
                try await group.waitForAll()
            }
        }
    }

    @Test("When its time has come, once; what a caller still decides on is let alone")
    func inTime() async throws {
        try await run { setting in
            try await setting.failedCall()
            let other = try TestPhone(server: setting.port)
            defer { other.close() }
            try await setting.record(other, hertz: 800)
            #expect(try FileList.names(in: setting.captures).count == 2)
            for _ in 0..<2 {
                try await setting.clock.pass(.seconds(180) ... .seconds(180))
                let messages = try await setting.world.messages(1)
                #expect(messages.count == 1)
                #expect(TestTone.milliseconds(of: 500, in: try await setting.world.sound(of: try #require(messages.first))) >= 1400)
            }
            await other.sound.press("1")
            try await other.hungUp()
            let messages = try await setting.world.messages(2)
            #expect(messages.count == 2)
            try await FileList.becomesEmpty(setting.captures)
            #expect(try FileList.names(in: setting.captures).isEmpty)
        }
    }

    @Test("As soon as the server is ready again")
    func readyAgain() async throws {
        try await run { setting in
            try await setting.failedCall()
            setting.trouble.withLockedValue { $0 = "no room" }
            let asker = try TestPhone(server: setting.port)
            defer { asker.close() }
            while try await asker.ask("OPTIONS", user: "1000").status != 503 { try await Task.sleep(for: .milliseconds(20)) }
            #expect(try FileList.names(in: setting.captures).count == 1)
            setting.trouble.withLockedValue { $0 = nil }
            #expect(try await setting.world.messages(1).count == 1)
            try await FileList.becomesEmpty(setting.captures)
            #expect(try await setting.world.all(in: setting.world.mailbox).count == 1)
        }
    }
}
