import Prompts
import Server
import TestKit
import Testing
import Voicemail

@testable import Telephone

@Suite("Each step of the script with each key, and with callers who hang up (K§10.2)")
struct ScriptTests {
    typealias Deed = ScriptWorld.Deed

    private static let person = Phrase.personUnavailable(number: "1000")

    // MARK: Before the tone

    /// The introduction, the greeting, and what to do: what is said up to each of them.
    private static let steps: [[Phrase]] = [[.greetingIntroduction], [.greetingIntroduction, person], [.greetingIntroduction, person, .leaveMessage]]

    @Test("Any key goes on to the tone; that for the owner's menu is told first that it is not to be had", arguments: steps)
    func beforeTheTone(step: [Phrase]) async throws {
        try await ScriptWorld.run(["play_greeting_intro": true], dropsAll: true) { world in
            for key in "0123456789*#ABCD" {
                try await TestPhone.run(server: world.phone.server) { phone in
                    world.voices.begin(phone, [step[step.count - 1]: [.press(key)]])
                    try await phone.call("1000")
                    try await world.begins()
                    try await world.leaves(phone)
                    #expect(world.said == (key == "*" ? step + [.noAccess] : step), "\(key)")
                }
            }
        }
    }

    @Test("With an operator his key hands the caller on, wherever it is pressed, and no message is left", arguments: steps)
    func operatorBeforeTheTone(step: [Phrase]) async throws {
        try await ScriptWorld.run(["play_greeting_intro": true, "operator_number": "250"], [step[step.count - 1]: [.press("0")]]) { world in
            try await world.phone.call("1000")
            let refer = try await world.phone.next("REFER") { $0.method == "REFER" }
            #expect(refer.headers["refer-to"]?.hasPrefix("<sip:250@") == true)
            world.phone.answer(refer, "202 Accepted")
            try await world.phone.hangUp()
            #expect(try await world.outcome() == .transferred)
            #expect(try world.said == step && world.files.isEmpty)
        }
    }

    @Test("One who hangs up before the tone has left nothing, whatever was being said", arguments: steps)
    func hangsUp(step: [Phrase]) async throws {
        try await ScriptWorld.run(["play_greeting_intro": true], [step[step.count - 1]: [.hangUp]]) { world in
            try await world.phone.call("1000")
            #expect(try await world.outcome() == .abandoned)
            #expect(try world.said == step && world.files.isEmpty)
        }
    }

    @Test("What is said before the tone is what the mailbox wants said")
    func words() async throws {
        let tables: [(JSONObject, [Phrase])] = [
            ([:], [Self.person, .leaveMessage]), (["skip_greeting": true], [.leaveMessage]), (["skip_instructions": true], [Self.person]),
            (["skip_greeting": true, "skip_instructions": true], []), (["use_person_not_available": true], [.personNotAvailable, .leaveMessage]),
            (["use_person_not_available": true, "skip_greeting": true], [.leaveMessage]),
            (["play_greeting_intro": true, "skip_instructions": true], [.greetingIntroduction, Self.person]),
            // A greeting that is not there is none.
            (["media": ["unavailable": "0123456789abcdef0123456789abcdef"]], [Self.person, .leaveMessage]),
        ]
        for (attributes, expected) in tables {
            try await ScriptWorld.run(attributes, dropsAll: true) { world in
                try await world.phone.call("1000")
                try await world.begins()
                try await world.leaves()
                #expect(world.said == expected)
            }
        }
    }

    @Test(
        "A key during the news that the menu is not to be had goes on as well, and one who hangs up there is gone",
        arguments: [Deed.press("*"), .press("7"), .hangUp])
    func duringNoAccess(deed: Deed) async throws {
        try await ScriptWorld.run([:], [Self.person: [.press("*")], .noAccess: [deed]], dropsAll: true) { world in
            try await world.phone.call("1000")
            if deed == .hangUp {
                #expect(try await world.outcome() == .abandoned)
                #expect(try world.files.isEmpty)
            } else {
                try await world.begins()
                try await world.leaves()
            }
            #expect(world.said == [Self.person, .noAccess])
        }
    }

    // MARK: Mailboxes that take nothing

    @Test("One that is switched off says so, and no key changes that", arguments: [nil, Deed.press("*"), .press("0"), .hangUp])
    func off(deed: Deed?) async throws {
        try await ScriptWorld.run(["enabled": false, "operator_number": "200"], [.noVoicemail: [deed]]) { world in
            try await world.phone.call("1000")
            if deed != .hangUp { try await world.phone.hungUp() }
            #expect(try await world.outcome() == .off)
            #expect(try world.said == [.noVoicemail] && world.files.isEmpty)
        }
    }

    @Test(
        "An announcement ends the call, with a word to those who ask for the menu",
        arguments: [(nil, [person]), (Deed.press("*"), [person, .noAccess]), (.press("0"), [person]), (.press("5"), [person]), (.hangUp, [person])]
            as [(Deed?, [Phrase])])
    func announcement(deed: Deed?, said: [Phrase]) async throws {
        try await ScriptWorld.run(["announcement_only": true, "operator_number": "200", "play_greeting_intro": true], [Self.person: [deed]]) { world in
            try await world.phone.call("1000")
            if deed != .hangUp { try await world.phone.hungUp() }
            #expect(try await world.outcome() == .announced)
            #expect(try world.said == said && world.files.isEmpty)
        }
    }

    @Test(
        "A full one says so after its greeting, at once to those who press a key, and not to those who ask for the menu",
        arguments: [
            ([:], [.greetingIntroduction, person, .mailboxFull]), ([.greetingIntroduction: [.press("5")]], [.greetingIntroduction, .mailboxFull]),
            ([.greetingIntroduction: [.press("*")]], [.greetingIntroduction, .noAccess]),
            ([person: [.press("0")]], [.greetingIntroduction, person, .mailboxFull]),
            ([person: [.press("*")]], [.greetingIntroduction, person, .noAccess]),
        ] as [([Phrase: [Deed?]], [Phrase])])
    func full(deeds: [Phrase: [Deed?]], said: [Phrase]) async throws {
        try await ScriptWorld.run(["max_message_count": 1, "operator_number": "200"], deeds) { world in
            _ = try await world.server.leave(from: .administrator(tells: false), in: world.mailbox, of: world.account)
            try await world.phone.call("1000")
            #expect(try await world.finished() == .full)
            #expect(world.said == said)
            #expect(try await world.messages().count == 1)
        }
    }

    // MARK: Calls that lead to no mailbox

    @Test("One that leads nowhere is refused, and one whose way cannot be found out is told to come again")
    func nowhere() async throws {
        let nowhere: ScriptWorld.Way = { _, _ in nil }, unknown: ScriptWorld.Way = { _, _ in throw CancellationError() }
        try await ScriptWorld.run(destination: nowhere) { world in
            let answer = try await world.phone.call("1000")
            #expect(answer.status == 404)
            #expect(try await world.outcome() == .nowhere)
            #expect(world.said.isEmpty)
        }
        try await ScriptWorld.run(destination: unknown) { world in
            let answer = try await world.phone.call("1000")
            #expect(answer.status == 503 && answer.headers["retry-after"] == "10")
            #expect(try await world.outcome() == .failed)
        }
    }

    @Test("One who wants to listen hears that there is no access")
    func listening() async throws {
        let listening: ScriptWorld.Way = { account, _ in Destination(account: account, purpose: .listen, callerNumber: nil, callerName: nil) }
        try await ScriptWorld.run(destination: listening) { world in
            let answer = try await world.phone.call("1000")
            #expect(answer.status == 200)
            #expect(try await world.finished() == .listening)
            #expect(try world.said == [.noAccess] && world.files.isEmpty)
        }
    }

    @Test("A mailbox that is removed while the call comes in is told to come again")
    func removed() async throws {
        try await ScriptWorld.run { world in
            _ = try await world.server.service.mailboxes.remove(world.mailbox.id, in: world.account)
            let answer = try await world.phone.call("1000")
            #expect(answer.status == 503 && answer.headers["retry-after"] == "10")
            #expect(try await world.outcome() == .failed)
            #expect(world.said.isEmpty)
        }
    }

    // MARK: After the recording

    @Test(
        "The menu with each key that means something, and with those that mean nothing",
        arguments: [
            ([.reviewMenu: [.press("1")]], [.reviewMenu, .saved, .thankYou]),
            ([.reviewMenu: [.press("9"), .press("1")]], [.reviewMenu, .invalidEntry, .reviewMenu, .saved, .thankYou]),
            // Pressed while the caller hears that another means nothing.
            ([.reviewMenu: [.press("*")], .invalidEntry: [.press("1")]], [.reviewMenu, .invalidEntry, .saved, .thankYou]),
            // Nobody is called who is not to be.
            ([.reviewMenu: [.press("0"), .press("1")]], [.reviewMenu, .invalidEntry, .reviewMenu, .saved, .thankYou]),
            // Four that mean nothing are a message.
            (
                [.reviewMenu: [.press("4"), .press("5"), .press("#"), .press("D")]],
                [.reviewMenu, .invalidEntry, .reviewMenu, .invalidEntry, .reviewMenu, .invalidEntry, .reviewMenu, .invalidEntry, .saved, .thankYou]
            ),
            // Listening begins the count anew.
            (
                [.reviewMenu: [.press("4"), .press("5"), .press("6"), .press("2"), .press("7"), .press("8"), .press("9"), .press("1")]],
                [
                    .reviewMenu, .invalidEntry, .reviewMenu, .invalidEntry, .reviewMenu, .invalidEntry, .reviewMenu, .reviewMenu, .invalidEntry, .reviewMenu,
                    .invalidEntry,
                    .reviewMenu, .invalidEntry, .reviewMenu, .saved, .thankYou,
                ]
            ),
            // A key ends what is said at the end, and the message is there all the same.
            ([.reviewMenu: [.press("1")], .saved: [.press("5")]], [.reviewMenu, .saved]),
            ([.reviewMenu: [.press("1")], .saved: [.hangUp]], [.reviewMenu, .saved]),
        ] as [([Phrase: [Deed?]], [Phrase])])
    func review(deeds: [Phrase: [Deed?]], said: [Phrase]) async throws {
        try await ScriptWorld.run(["skip_greeting": true, "skip_instructions": true, "operator_number": "300"], deeds) { world in
            try await world.record()
            let outcome = deeds[.saved] == [.hangUp] ? try await world.outcome() : try await world.finished()
            #expect(outcome == .stored)
            #expect(world.said == said)
            let messages = try await world.messages()
            #expect(messages.count == 1 && messages.first?.callerName == "Ada" && (500...3000).contains(messages.first?.lengthMilliseconds ?? 0))
            #expect(try world.files.isEmpty)
        }
    }

    @Test("One who hangs up in the menu has left a message, and hears nothing of it", arguments: [Phrase.reviewMenu, .invalidEntry])
    func hangsUpInTheMenu(phrase: Phrase) async throws {
        let deeds: [Phrase: [Deed?]] = phrase == .reviewMenu ? [.reviewMenu: [.hangUp]] : [.reviewMenu: [.press("9")], .invalidEntry: [.hangUp]]
        try await ScriptWorld.run(["skip_greeting": true, "skip_instructions": true], deeds) { world in
            try await world.record()
            #expect(try await world.outcome() == .stored)
            #expect(world.said == (phrase == .reviewMenu ? [.reviewMenu] : [.reviewMenu, .invalidEntry]))
            #expect(try await world.messages().count == 1)
            #expect(try world.files.isEmpty)
        }
    }

    @Test("One who says it again and leaves has left nothing: the earlier one is gone before the tone")
    func again() async throws {
        try await ScriptWorld.run(["skip_greeting": true, "skip_instructions": true], [.reviewMenu: [.wait]], dropsAll: true) { world in
            try await world.record()
            try await Self.waits { world.said == [.reviewMenu] }
            let first = try world.files
            await world.phone.sound.press("3")
            try await Self.waits { try !world.files.isEmpty && Set(world.files).isDisjoint(with: first) }
            try await world.leaves()
            #expect(try await world.messages().isEmpty)
            #expect(first.count == 1 && world.said == [.reviewMenu])
        }
    }

    @Test("What is shorter than a message is dropped without a word, also by one who saves it", arguments: ["1", "0"] as [Character])
    func tooShort(key: Character) async throws {
        try await ScriptWorld.run(
            ["skip_greeting": true, "skip_instructions": true, "operator_number": "200"], [.reviewMenu: [.press(key)]], dropsAll: true
        ) { world in
            try await world.record(milliseconds: 100)
            if key == "0" {
                // Whoever asks for the operator gets him all the same.
                let refer = try await world.phone.next("REFER") { $0.method == "REFER" }
                world.phone.answer(refer, "202 Accepted")
                try await world.phone.hangUp()
            } else {
                try await world.phone.hungUp()
            }
            #expect(try await world.outcome() == (key == "0" ? .transferred : .tooShort))
            #expect(try world.said == [.reviewMenu] && world.files.isEmpty)
            #expect(try await world.messages().isEmpty)
        }
    }

    @Test("The operator is called once the message is there; where he is not to be had, the call ends", arguments: ["202 Accepted", "603 Decline"])
    func operatorAfterRecording(answer: String) async throws {
        try await ScriptWorld.run(["skip_greeting": true, "skip_instructions": true, "operator_number": "200"], [.reviewMenu: [.press("0")]]) { world in
            try await world.record()
            let refer = try await world.phone.next("REFER") { $0.method == "REFER" }
            #expect(try await world.messages().count == 1)
            #expect(world.said == [.reviewMenu, .saved])
            world.phone.answer(refer, answer)
            if answer.hasPrefix("202") { try await world.phone.hangUp() } else { try await world.phone.hungUp() }
            // Whoever left a message has left it.
            #expect(try await world.outcome() == .stored)
            #expect(try world.files.isEmpty)
        }
    }

    @Test("Where others were quicker and the mailbox is full now, the caller hears that, and nothing of his is kept")
    func fullMeanwhile() async throws {
        try await ScriptWorld.run(["skip_greeting": true, "skip_instructions": true, "max_message_count": 1], [.reviewMenu: [.wait]]) { world in
            try await world.record()
            try await Self.waits { world.said == [.reviewMenu] }
            _ = try await world.server.leave(from: .administrator(tells: false), in: world.mailbox, of: world.account)
            await world.phone.sound.press("1")
            #expect(try await world.finished() == .full)
            #expect(try world.said == [.reviewMenu, .mailboxFull] && world.files.isEmpty)
            #expect(try await world.messages().map(\.callerName) == ["Bob"])
        }
    }

    @Test("Where the mailbox is gone meanwhile, the caller hears that it could not be taken, and what he said is kept")
    func goneMeanwhile() async throws {
        try await ScriptWorld.run(["skip_greeting": true, "skip_instructions": true], [.reviewMenu: [.wait]]) { world in
            try await world.record()
            try await Self.waits { world.said == [.reviewMenu] }
            _ = try await world.server.service.mailboxes.remove(world.mailbox.id, in: world.account)
            await world.phone.sound.press("1")
            #expect(try await world.finished() == .failed)
            #expect(world.said == [.reviewMenu, .notTaken])
            let files = try world.files
            #expect(files.count == 1 && files[0].hasSuffix(".whole"))
        }
    }

    private static func waits(_ holds: () throws -> Bool) async throws {
        let clock = ContinuousClock(), end = clock.now + .seconds(60)
        while try !holds() {
            if clock.now > end { throw TestPhone.TimedOut(what: "a phrase") }
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}
