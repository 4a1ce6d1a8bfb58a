import Server
import TestKit
import Testing
import Voicemail

@Suite("A server that dies in a call")
struct KilledTests {
    @Test("Less than half a second of what was said is lost, and what is left is a message, once")
    func killed() async throws {
        try await TemporaryDirectory.run { directory in
            let data = directory.path + "/data"
            let (account, mailbox) = try await TestServer.run(in: data) { server in
                let account = try await server.makeAccount("Acme")
                return (account, try await server.makeMailbox("1000", in: account))
            }
            let server = try await ServerProcess.start(in: data, takesCalls: true, environment: ["AFTERTONE_SIP_PROMPTS_DIRECTORY": "/nowhere"])
            let phone = try TestPhone(server: server.sipPort)
            defer { phone.close() }
            let lost = try await Standstill.watching(directory.path) { standstill in
                try await phone.call("1000")
                try await phone.waitForTone(in: data)
                try await phone.sound.say(hertz: 500, milliseconds: 2000)
                server.kill()
                // What is said waits three times on its way: to be taken, for the sync before its own, and to be written.
                return 500 + 3 * standstill.milliseconds
            }
            // Twice: the second start finds nothing left to do.
            for _ in 0..<2 {
                try await TestServer.run(in: data, { $0.telephone.listen = CallAddress(host: "127.0.0.1", port: 0) }) { server in
                    let world = CallWorld(server: server, account: account, mailbox: mailbox)
                    let messages = try await world.all(in: mailbox)
                    #expect(messages.count == 1)
                    let message = try #require(messages.first)
                    #expect(message.reception?.isCutOff == true)
                    #expect(message.callID == phone.callID && message.callerNumber == "2001")
                    #expect(TestTone.milliseconds(of: 500, in: try await world.sound(of: message)) >= 2000 - lost)
                    #expect(try FileList.names(in: data + "/captures").isEmpty)
                }
            }
        }
    }

    @Test("A message that was stored before its recording was removed is not stored again")
    func storedBefore() async throws {
        try await CallWorld.run { world in
            try await world.withPhone { phone in
                try await phone.call("1000")
                try await phone.waitForTone(in: world.server.directory)
                try await phone.sound.say(hertz: 500, milliseconds: 1000)
                try await phone.sayGoodbye()
                let message = try #require(try await world.messages(1).first)
                let draft = MessageDraft(id: message.id)
                await #expect(throws: VoicemailError.conflict) {
                    try await world.server.service.messages.deposit(draft, mailboxID: world.mailbox.id, in: world.account, from: .call)
                }
                #expect(try await world.all(in: world.mailbox).count == 1)
            }
        }
    }

    @Test("Asked to stop, it lets a call end and takes no other")
    func stoppedInACall() async throws {
        try await stop(drainSeconds: 600) { server, phone in
            let asker = try TestPhone(server: server.sipPort), other = try TestPhone(server: server.sipPort)
            defer {
                asker.close()
                other.close()
            }
            // The request to stop is on its way to the telephone still.
            while try await asker.ask("OPTIONS", user: "1000").status != 503 { try await Task.sleep(for: .milliseconds(10)) }
            let refusal = try await other.call("1000")
            #expect(refusal.status == 503 && refusal.headers["retry-after"] != nil)
            try await phone.sound.say(hertz: 500, milliseconds: 500)
            try await phone.sayGoodbye()
        }
    }

    @Test("What is said until the time to stop is over is kept")
    func stoppedInTheEnd() async throws {
        try await stop(drainSeconds: 1) { _, phone in
            try await phone.sound.say(hertz: 500, milliseconds: 500)
            try await phone.hungUp()
        }
    }

    /// Stops a server in a call, half a second into the message; the other half a second follows in `body`.
    private func stop(drainSeconds: Int, _ body: @escaping @Sendable (TestServer, TestPhone) async throws -> Void) async throws {
        try await TemporaryDirectory.run { directory in
            let data = directory.path + "/data"
            let (account, mailbox) = try await TestServer.run(
                in: data,
                {
                    $0.telephone.listen = CallAddress(host: "127.0.0.1", port: 0); $0.telephone.drainSeconds = drainSeconds
                }
            ) { server in
                let account = try await server.makeAccount("Acme")
                let mailbox = try await server.makeMailbox("1000", in: account)
                let phone = try TestPhone(server: server.sipPort)
                defer { phone.close() }
                try await phone.call("1000")
                try await phone.waitForTone(in: data)
                try await phone.sound.say(hertz: 500, milliseconds: 500)
                await server.beginShutdown()
                try await body(server, phone)
                return (account, mailbox)
            }
            try await TestServer.run(in: data) { server in
                let world = CallWorld(server: server, account: account, mailbox: mailbox)
                let message = try #require(try await world.all(in: mailbox).first)
                #expect(message.reception?.isCutOff == false)
                #expect(TestTone.milliseconds(of: 500, in: try await world.sound(of: message)) >= 900)
            }
        }
    }
}
