import Server
import TestKit
import Testing
import Voicemail

@testable import Telephone

@Suite("The operator's key hands the caller on, where that is allowed")
struct OperatorTests {
    private func run(_ number: JSON, allowed: [String] = ["2*"], _ body: @Sendable (CallWorld, TestPhone) async throws -> Void) async throws {
        try await CallWorld.run(["operator_number": number]) {
            $0.telephone.operators = Operators(allowed.compactMap { Operators.Pattern($0) })
        } _: { world in
            try await world.withPhone { phone in
                try await phone.call("1000")
                try await body(world, phone)
            }
        }
    }

    @Test("During the greeting, without a message; the number may be one")
    func greeting() async throws {
        try await run(200) { world, phone in
            try await phone.sound.hears(hertz: 620)
            await phone.sound.press("0")
            let refer = try await phone.next("REFER") { $0.method == "REFER" }
            #expect(refer.headers["refer-to"]?.hasPrefix("<sip:200@127.0.0.1") == true)
            phone.answer(refer, "202 Accepted")
            try await phone.hangUp()
            #expect(try await world.all(in: world.mailbox).isEmpty)
        }
    }

    @Test("After a recording, which is saved first")
    func review() async throws {
        try await run("201") { world, phone in
            try await phone.waitForTone(in: world.server.directory)
            try await phone.sound.say(hertz: 500, milliseconds: 1000)
            await phone.sound.press("#")
            try await phone.sound.say(hertz: nil, milliseconds: 400)
            await phone.sound.press("0")
            let refer = try await phone.next("REFER") { $0.method == "REFER" }
            #expect(try await world.all(in: world.mailbox).count == 1)
            phone.answer(refer, "202 Accepted")
            try await phone.hungUp()
        }
    }

    @Test("Where the other side does not do it, the tone comes")
    func refused() async throws {
        try await run("200") { world, phone in
            try await phone.sound.hears(hertz: 620)
            await phone.sound.press("0")
            phone.answer(try await phone.next("REFER") { $0.method == "REFER" }, "501 Not Implemented")
            try await phone.waitForTone(in: world.server.directory)
            try await phone.hangUp()
        }
    }

    @Test("A number that is not listed is not called: the tone comes", arguments: ["300", "0900123", ""])
    func notAllowed(number: String) async throws {
        try await run(.string(number)) { world, phone in
            try await phone.sound.hears(hertz: 620)
            await phone.sound.press("0")
            try await phone.waitForTone(in: world.server.directory)
            try await phone.hangUp()
        }
    }

    @Test("A mailbox without one has the account's, and where that names none, it is 0", arguments: [(JSON.string("250"), "250"), (250, "250"), (nil, "0")])
    func ofAccount(key: JSON?, called: String) async throws {
        try await CallWorld.run {
            $0.telephone.operators = Operators(["2*", "0"].compactMap { Operators.Pattern($0) })
        } _: { world in
            if let key { _ = try await world.server.service.accounts.change(world.account.id, .patch(["operator_key": key])) }
            try await world.withPhone { phone in
                try await phone.call("1000")
                try await phone.sound.hears(hertz: 620)
                await phone.sound.press("0")
                let refer = try await phone.next("REFER") { $0.method == "REFER" }
                #expect(refer.headers["refer-to"]?.hasPrefix("<sip:\(called)@127.0.0.1") == true)
                phone.answer(refer, "202 Accepted")
                try await phone.hangUp()
            }
        }
    }

    @Test("What may be listed", arguments: [("200", true), ("2*", true), ("*9*", true), ("*", true), ("", false), ("2?", false), ("sip:1@h", false)])
    func patterns(text: String, isOne: Bool) { #expect((Operators.Pattern(text) != nil) == isOne) }
}
