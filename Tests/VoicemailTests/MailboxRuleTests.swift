import Foundation
import TestKit
import Testing
import Voicemail

/// What mailboxes may be, whose numbers they have, and what becomes of them when they go and come back.
@Suite struct MailboxRuleTests {
    private static func long(_ count: Int, _ text: String = "1") -> JSON { .string(String(repeating: text, count: count)) }

    private static let bounds: [(key: String, good: [JSON], bad: [JSON], rules: [Violation.Rule])] = [
        ("name", ["n", long(128)], ["", long(129), 1], [.minLength(1), .maxLength(128), .type(["string"])]),
        ("mailbox", ["0", long(30), "reception"], ["", long(31), 100], [.minLength(1), .maxLength(30), .type(["string"])]),
        ("pin", ["1234", long(6)], ["123", long(7), 1234], [.minLength(4), .maxLength(6), .type(["string"])]),
        ("owner_id", [long(32, "a")], [long(31), long(33), 1], [.minLength(32), .maxLength(32), .type(["string"])]),
        ("timezone", ["GB", "Europe/Paris"], ["xyz", long(33, "a")], [.minLength(5), .maxLength(32)]),
        ("require_pin", [true, "false"], ["no"], [.type(["boolean"])]), ("include_message_on_notify", [false], [1], [.type(["boolean"])]),
        ("notify_email_addresses", [[], ["a@b", "c@d"]], ["a@b", [1]], [.type(["array"]), .type(["string"])]),
        ("seek_duration_ms", [0, "5"], [-1, "x"], [.minimum(0), .type(["integer"])]),
        ("media_extension", ["mp3", "wav"], ["ogg"], [.enumeration(["mp3", "mp4", "wav"])]),
        ("message_keep_days", [1, 36_500], [0, 36_501], [.minimum(1), .maximum(36_500)]), ("message_keep_count", [1], [0], [.minimum(1)]),
        ("mail_notices", [[], ["pin_locked"]], [["x"]], [.enumeration(MailboxNews.allCases.map(\.rawValue))]),
        ("operator_number", [1, "reception"], [true], [.type(["integer", "string"])]),
    ]

    @Test(arguments: bounds) func aSettingIsTakenUpToItsBoundAndNoFurther(
        key: String, good: [JSON], bad: [JSON], rules: [Violation.Rule]
    ) async throws {
        try await MemoryWorld.run(Limits(maximumPinLength: 6)) { world in
            let mailboxes = world.service.mailboxes, box = try await world.makeMailbox("77", ["pin": "4321"])
            for value in good {
                try await mailboxes.validate(.patch([key: value]), of: box, in: world.account)
                let changed = try await mailboxes.change(box.id, .patch([key: value]), in: world.account)
                #expect(mailboxes.published(changed)[key] != nil, "\(value)")
            }
            let before = try await mailboxes.find(box.id, of: world.account)
            for (value, rule) in zip(bad, rules) {
                let found = try await broken { try await mailboxes.change(box.id, .patch([key: value]), in: world.account) }
                #expect(found.map { $0.path.first } == [key] && found.map(\.rule) == [rule], "\(value): \(found)")
                let judged = try await broken { try await mailboxes.validate(.patch([key: value]), of: box, in: world.account) }
                #expect(judged == found, "\(value)")
                let request = (["name": "New", "mailbox": "88"] as JSONObject).merging([key: value]) { $1 }
                let made = try await broken { try await mailboxes.create(request, id: nil, in: world.account) }
                #expect(made == found, "\(value)")
                let validated = try await broken { try await mailboxes.validate(request, id: nil, in: world.account) }
                #expect(validated == found, "\(value)")
            }
            #expect(try await mailboxes.find(box.id, of: world.account) == before)
            #expect(try await mailboxes.personalCount(of: world.account) == 1)
        }
    }

    @Test func everythingThatIsWrongIsToldAtOnceATakenNumberToo() async throws {
        try await MemoryWorld.run { world in
            let mailboxes = world.service.mailboxes, holder = try await world.makeMailbox("0100"), box = try await world.makeMailbox("2")
            let request: JSONObject = ["mailbox": "100", "pin": "1", "timezone": "x"]
            let made = try await broken { try await mailboxes.create(request, id: nil, in: world.account) }
            #expect(made.compactMap(\.setting) == [.name, .pin, .timeZone, .number] && made.last == Violation(.number, .unique, value: "100"))
            let changed = try await broken { try await mailboxes.change(box.id, .patch(request), in: world.account) }
            #expect(changed.compactMap(\.setting) == [.pin, .timeZone, .number])
            // Its own number, written with other zeros, is nobody else's.
            #expect(try await mailboxes.change(holder.id, .patch(["mailbox": "000100"]), in: world.account).number == "000100")
            // Texts are compared as they are, and are no numbers.
            for number in ["100a", "A", "a", "+100"] { _ = try await world.makeMailbox(number) }
            #expect(try await broken { try await world.makeMailbox("a") }.map(\.rule) == [.unique])
            // In another account all are free.
            _ = try await world.makeMailbox("100", in: world.makeAccount("Other"))
        }
    }

    @Test func whatIsGoneOrAnotherAccountsIsNotFound() async throws {
        try await MemoryWorld.run { world in
            let mailboxes = world.service.mailboxes, other = try await world.makeAccount("Other")
            let gone = try await world.makeMailbox("1"), foreign = try await world.makeMailbox("1", in: other), user = try await world.makeUser("anna")
            _ = try await mailboxes.remove(gone.id, in: world.account)
            var settings = MailboxSettings()
            settings.name = "New"
            let change = settings
            for id in [gone.id, foreign.id, user.id, world.account.id, "none", ""] {
                let missing = VoicemailError.notFound(id: id)
                await #expect(throws: missing) { try await mailboxes.find(id, of: world.account) }
                await #expect(throws: missing) { try await mailboxes.change(id, change, in: world.account) }
                await #expect(throws: missing) { try await mailboxes.change(id, in: world.account) { _ in change } }
                await #expect(throws: missing) { try await mailboxes.remove(id, in: world.account) }
                await #expect(throws: missing) { try await world.service.groups.set(nil, of: id, in: world.account) }
                await #expect(throws: missing) { try await mailboxes.noteFull(id, in: world.account) }
            }
            #expect(try await mailboxes.find(foreign.id, of: other) == foreign)
            await #expect(throws: VoicemailError.conflict) { try await mailboxes.create(["name": "New", "mailbox": "9"], id: gone.id, in: world.account) }
            await #expect(throws: VoicemailError.conflict) { try await mailboxes.create(["name": "New", "mailbox": "9"], id: foreign.id, in: world.account) }
            let names = try await broken { try await mailboxes.create(["name": "New", "mailbox": "9"], id: "x", in: world.account) }
            #expect(names.map(\.path) == [["id"]])
        }
    }

    @Test func aZoneIsTheMailboxesOrItsOwnersOrItsAccountsOrTheServers() async throws {
        try await MemoryWorld.run(Limits(timezone: "Asia/Tokyo")) { world in
            let service = world.service, mailboxes = service.mailboxes
            let anna = try await world.makeUser("anna"), box = try await world.makeMailbox("1", ["owner_id": .string(anna.id)])
            func zone() async throws -> String {
                let account = try #require(try await service.accounts.find(world.account.id))
                return try await mailboxes.timeZone(of: mailboxes.find(box.id, of: account), account: account).identifier
            }
            var seen = [try await zone()]
            var account = AccountSettings(), user = UserSettings(), own = MailboxSettings()
            account.timeZone = "America/Lima"
            _ = try await service.accounts.change(world.account.id, account)
            seen.append(try await zone())
            user.timeZone = "Europe/Paris"
            _ = try await service.users.change(anna.id, user, in: world.account)
            seen.append(try await zone())
            own.timeZone = "Europe/Dublin"
            _ = try await mailboxes.change(box.id, own, in: world.account)
            seen.append(try await zone())
            #expect(seen == ["Asia/Tokyo", "America/Lima", "Europe/Paris", "Europe/Dublin"])
            // Back again, each in its way: taken away, a word for it, gone, and a name that no system knows.
            own.timeZone = .some(nil)
            _ = try await mailboxes.change(box.id, own, in: world.account)
            seen = [try await zone()]
            user.timeZone = "inherit"
            _ = try await service.users.change(anna.id, user, in: world.account)
            seen.append(try await zone())
            _ = try await service.users.remove(anna.id, in: world.account)
            account.timeZone = "Nowhere/Land"
            _ = try await service.accounts.change(world.account.id, account)
            seen.append(try await zone())
            #expect(seen == ["Europe/Paris", "America/Lima", "Asia/Tokyo"])
        }
    }

    @Test func anOwnerOfAnotherAccountLendsNoZone() async throws {
        try await MemoryWorld.run { world in
            let other = try await world.makeAccount("Other"), stranger = try await world.makeUser("eve", in: other)
            var settings = UserSettings()
            settings.timeZone = "Europe/Paris"
            _ = try await world.service.users.change(stranger.id, settings, in: other)
            let box = try await world.makeMailbox("1", ["owner_id": .string(stranger.id)])
            #expect(try await world.service.mailboxes.timeZone(of: box, account: world.account).secondsFromGMT() == 0)
            let notice = try #require(try await world.service.mailboxes.notice(of: box.id))
            #expect(notice.zone.secondsFromGMT() == 0)
        }
    }

    @Test func aRemovedMailboxFreesItsNumberAndComesBackWithAnother() async throws {
        try await MemoryWorld.run { world in
            let mailboxes = world.service.mailboxes
            let first = try await world.makeMailbox("0100", ["pin": "4321"])
            _ = try await world.service.greetings.put("away.wav", audio: world.receive(), origin: .upload, on: .mailbox(first))
            _ = try await world.service.messages.deposit(
                MessageDraft(callerNumber: "1"), mailboxID: first.id, in: world.account, audio: world.receive(), from: .call)
            _ = try await mailboxes.remove(first.id, in: world.account)
            let second = try await world.makeMailbox("100")
            #expect(try await mailboxes.trash(of: world.account, limit: 9).map(\.mailbox.id) == [first.id])
            let taken = try await broken { try await mailboxes.restore(first.id, in: world.account) }
            #expect(taken == [Violation(.number, .unique, value: "0100")])
            let stillTaken = try await broken { try await mailboxes.restore(first.id, number: "00100", in: world.account) }
            #expect(stillTaken.map(\.rule) == [.unique])
            let none = try await broken { try await mailboxes.restore(first.id, number: "", in: world.account) }
            #expect(none.map(\.setting) == [.number])
            let trash = try await broken { try await mailboxes.restore(first.id, to: .deleted, in: world.account) }
            #expect(trash.map(\.path) == [["folder"]])
            #expect(try await mailboxes.trash(of: world.account, limit: 9).count == 1)
            let back = try await mailboxes.restore(first.id, number: "101", in: world.account)
            #expect(back.messages == 1 && back.mailbox.number == "101" && mailboxes.pin(of: back.mailbox) == PIN("4321"))
            #expect(try await world.service.greetings.list(on: .mailbox(back.mailbox)).map(\.fileName) == ["away.wav"])
            #expect(try await mailboxes.tally(of: back.mailbox, in: world.account) == Tally(saved: 1))
            #expect(try await mailboxes.find(number: "100", of: world.account)?.id == second.id)
            #expect(try await mailboxes.trash(of: world.account, limit: 9).isEmpty)
            // Once is enough.
            await #expect(throws: VoicemailError.notFound(id: first.id)) { try await mailboxes.restore(first.id, in: world.account) }
        }
    }

    @Test func anotherAccountsTrashIsNobodysToOpen() async throws {
        try await MemoryWorld.run { world in
            let mailboxes = world.service.mailboxes, other = try await world.makeAccount("Other"), box = try await world.makeMailbox("1", in: other)
            _ = try await mailboxes.remove(box.id, in: other)
            let missing = VoicemailError.notFound(id: box.id)
            await #expect(throws: missing) { try await mailboxes.findRemoved(box.id, of: world.account) }
            await #expect(throws: missing) { try await mailboxes.restore(box.id, in: world.account) }
            #expect(try await mailboxes.trash(of: world.account, limit: 9).isEmpty)
            #expect(try await mailboxes.trash(of: other, limit: 0).isEmpty)
            #expect(try await mailboxes.findRemoved(box.id, of: other).mailbox.number == "1")
        }
    }

    @Test func theTrashIsInOrderOfRemovalAndGoesOnWhereItEnded() async throws {
        try await MemoryWorld.run { world in
            let mailboxes = world.service.mailboxes
            for number in ["1", "2", "3"] {
                world.clock.advance(by: 10)
                _ = try await mailboxes.remove(world.makeMailbox(number).id, in: world.account)
            }
            let first = try await mailboxes.trash(of: world.account, limit: 2)
            #expect(first.map(\.mailbox.number) == ["3", "2"])
            let rest = try await mailboxes.trash(of: world.account, after: first.last, limit: 2)
            #expect(rest.map(\.mailbox.number) == ["1"])
            #expect(first.first?.removed == world.clock.now)
        }
    }

    // MARK: Groups

    @Test func aGroupHasPersonsMailboxesOfItsAccountAndEachOnce() async throws {
        try await MemoryWorld.run { world in
            let groups = world.service.groups, other = try await world.makeAccount("Other")
            let one = try await world.makeMailbox("1"), two = try await world.makeMailbox("2"), box = try await world.makeMailbox("9")
            let foreign = try await world.makeMailbox("1", in: other), gone = try await world.makeMailbox("3")
            _ = try await world.service.mailboxes.remove(gone.id, in: world.account)
            let shared = try await groups.set(MailboxGroup(mode: .share, kind: .queue, members: [two.id, one.id]), of: box.id, in: world.account)
            #expect(shared.group == MailboxGroup(mode: .share, kind: .queue, members: [two.id, one.id]))
            for (members, wrong) in [
                ([one.id, foreign.id], [["members", "1"]]), ([gone.id, one.id], [["members", "0"]]), ([box.id], [["members", "0"]]),
                ([one.id, two.id, one.id], [["members"]]), (["none", "none"], [["members"], ["members", "0"], ["members", "1"]]),
            ] {
                let found = try await broken { try await groups.set(MailboxGroup(mode: .share, members: members), of: box.id, in: world.account) }
                #expect(found.map(\.path) == wrong, "\(members)")
                let made = try await broken {
                    try await world.service.mailboxes.create(
                        MailboxSettings(number: "8", name: "New"), group: MailboxGroup(mode: .share, members: members), in: world.account)
                }
                #expect(!made.isEmpty, "\(members)")
            }
            #expect(try await groups.members(of: shared).map(\.number) == ["2", "1"])
            #expect(try await world.service.mailboxes.find(number: "8", of: world.account) == nil)
            // A member that goes is no member any more, and a group is none.
            _ = try await world.service.mailboxes.remove(two.id, in: world.account)
            #expect(try await groups.members(of: shared).map(\.number) == ["1"])
            let nested = try await broken { try await groups.set(MailboxGroup(mode: .share, members: [box.id]), of: one.id, in: world.account) }
            #expect(nested.map(\.path) == [["members", "0"]])
        }
    }

    @Test(arguments: [1000, 1001]) func aGroupHasAThousandMembersAndNoMore(count: Int) async throws {
        try await MemoryWorld.run { world in
            let box = try await world.makeMailbox("9"), members = (0..<count).map { _ in HexID.random() }
            let found = try await broken { try await world.service.groups.set(MailboxGroup(mode: .share, members: members), of: box.id, in: world.account) }
            #expect(found.contains { $0.rule == .maxItems(1000) } == (count > 1000))
            #expect(found.count(where: { $0.rule == .format("mailbox") }) == count)
        }
    }

    @Test func whatIsHeardInASharedBoxIsSavedOnceAllHaveHeardIt() async throws {
        try await MemoryWorld.run { world in
            let groups = world.service.groups
            let one = try await world.makeMailbox("1"), two = try await world.makeMailbox("2"), stranger = try await world.makeMailbox("3")
            let box = try await world.service.mailboxes.create(
                MailboxSettings(number: "9", name: "All"), group: MailboxGroup(mode: .share, members: [one.id, two.id]), in: world.account)
            let message = try await world.service.messages.deposit(
                MessageDraft(callerNumber: "1"), mailboxID: box.id, in: world.account, audio: world.receive(), from: .call)
            await #expect(throws: VoicemailError.notFound(id: stranger.id)) { try await groups.hear(message.id, as: stranger.id, in: world.account) }
            await #expect(throws: VoicemailError.notFound(id: "none")) { try await groups.hear("none", as: one.id, in: world.account) }
            let half = try await groups.hear(message.id, as: one.id, in: world.account)
            #expect(half.folder == .new && Groups.hasHeard(half, member: one.id) && !Groups.hasHeard(half, member: two.id))
            // To hear it twice changes nothing.
            let twice = try await groups.hear(message.id, as: one.id, in: world.account)
            #expect(twice.modified == half.modified && twice.readers == [one.id])
            let all = try await groups.hear(message.id, as: two.id, in: world.account)
            #expect(all.folder == .saved && all.readers.isEmpty && Groups.hasHeard(all, member: stranger.id))
        }
    }

    @Test func broadcastsLieWithTheMembersAndShareTheirSound() async throws {
        try await MemoryWorld.run { world in
            let mailboxes = world.service.mailboxes, one = try await world.makeMailbox("1"), two = try await world.makeMailbox("2")
            let box = try await mailboxes.create(
                MailboxSettings(number: "9", name: "All"), group: MailboxGroup(mode: .broadcast, members: [one.id, two.id]), in: world.account)
            _ = try await world.service.messages.deposit(
                MessageDraft(callerNumber: "1"), mailboxID: box.id, in: world.account, audio: world.receive(), from: .call)
            #expect(world.audio.count == 1)
            let tallies = try await [
                mailboxes.tally(of: one, in: world.account), mailboxes.tally(of: two, in: world.account), mailboxes.tally(of: box, in: world.account),
            ]
            #expect(tallies == [Tally(new: 1), Tally(new: 1), Tally()])
            // The first to go leaves the sound to the other.
            _ = try await mailboxes.remove(one.id, in: world.account, physically: true)
            #expect(try await mailboxes.tally(of: two, in: world.account) == Tally(new: 1))
            #expect(world.audio.count == 1)
        }
    }
}
