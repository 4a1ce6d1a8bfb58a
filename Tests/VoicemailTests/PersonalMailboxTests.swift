import Testing
import Voicemail

/// Mailboxes by the numbers that some interfaces know them by.
@Suite struct PersonalMailboxTests {
    @Test func theyAreFoundTogetherInTheOrderAskedAndOnce() async throws {
        try await MemoryWorld.run { world in
            var serials: [Int] = []
            for number in ["1", "2", "3"] { serials.append(try await world.makeMailbox(number).serial) }
            let asked = [serials[2], serials[0], serials[2], serials[1], serials[0]]
            let found = try await world.numbers(.serials(asked))
            #expect(found.numbers == ["3", "1", "2"] && found.asked == 3)
            #expect(try await world.numbers(.serials([])).numbers == [])
        }
    }

    @Test func whatIsNoPersonsMailboxOfTheAccountIsNone() async throws {
        try await MemoryWorld.run { world in
            let service = world.service, mailboxes = service.mailboxes
            let mine = try await world.makeMailbox("1"), gone = try await world.makeMailbox("2")
            _ = try await mailboxes.remove(gone.id, in: world.account)
            let group = try await mailboxes.create(
                MailboxSettings(number: "9", name: "All"), group: MailboxGroup(mode: .share, members: [mine.id]), in: world.account)
            let other = try await service.accounts.create(AccountSettings(name: "Other"), below: nil)
            let foreign = try await world.makeMailbox("1", in: other)
            let user = try await service.users.create(UserSettings(username: "anna"), in: world.account)
            let asked = [gone.serial, group.serial, foreign.serial, user.serial, world.account.serial, 0, -1, .max, mine.serial]
            let found = try await world.numbers(.serials(asked))
            #expect(found.asked == asked.count && found.total == 1 && found.numbers == ["1"])
            for serial in asked.dropLast() {
                await #expect(throws: VoicemailError.notFound(id: String(serial))) { try await mailboxes.personal(serial: serial, of: world.account) }
                await #expect(throws: VoicemailError.notFound(id: String(serial))) { try await mailboxes.personalDetails(serial: serial, of: world.account) }
            }
            #expect(try await mailboxes.personal(serial: mine.serial, of: world.account).mailbox.id == mine.id)
            #expect(try await world.numbers(.serials([mine.serial]), of: other).total == 0)
        }
    }

    @Test func aDirectoryIsInOrderOfNumberAndHasNoGroups() async throws {
        try await MemoryWorld.run { world in
            let mailboxes = world.service.mailboxes
            for number in ["200", "0030", "1000", "reception", "7", "00100"] { _ = try await world.makeMailbox(number) }
            let group = try await world.makeMailbox("5")
            try await world.service.groups.set(MailboxGroup(mode: .broadcast, members: []), of: group.id, in: world.account)
            let directory = try await mailboxes.personalDirectory(of: world.account)
            #expect(directory.map(\.number) == ["7", "0030", "00100", "200", "1000", "reception"])
            #expect(try await mailboxes.personalCount(of: world.account) == 6)
            // In order of serial, which is the order in which they were made.
            let numbers = ["200", "0030", "1000", "reception", "7", "00100"]
            #expect(try await world.numbers(.personsBySerial()).numbers == numbers)
            #expect(try await world.numbers(.personsBySerial(ascending: false)).numbers == numbers.reversed())
            // One person's again.
            try await world.service.groups.set(nil, of: group.id, in: world.account)
            #expect(try await mailboxes.personalDirectory(of: world.account).first?.number == "5")
        }
    }

    @Test func numbersAreComparedByValueAndEachIsAnsweredOnce() async throws {
        try await MemoryWorld.run { world in
            let mailboxes = world.service.mailboxes
            let box = try await world.makeMailbox("0030"), group = try await world.makeMailbox("5")
            try await world.service.groups.set(MailboxGroup(mode: .share, members: [box.id]), of: group.id, in: world.account)
            let found = try await mailboxes.list(numbers: ["5", "30", "000030", "x", "0030"], of: world.account) { $0.group == nil }
            #expect(found.map { $0?.number } == [nil, "0030", nil])
            #expect(try await mailboxes.find(number: "30", of: world.account)?.id == box.id)
            #expect(try await mailboxes.find(number: "x30", of: world.account) == nil)
        }
    }

    @Test func aListGoesAltogetherOrNotAtAll() async throws {
        try await MemoryWorld.run { world in
            let mailboxes = world.service.mailboxes
            let one = try await world.makeMailbox("1"), two = try await world.makeMailbox("2")
            await #expect(throws: VoicemailError.notFound(id: "none")) { try await mailboxes.removeAll([one.id, "none", two.id], in: world.account) }
            #expect(try await mailboxes.personalCount(of: world.account) == 2)
            // One that is named twice is gone by the second time.
            await #expect(throws: VoicemailError.notFound(id: one.id)) { try await mailboxes.removeAll([one.id, one.id], in: world.account) }
            #expect(try await mailboxes.personalCount(of: world.account) == 2)
            try await mailboxes.removeAll([one.id, two.id], in: world.account)
            #expect(try await mailboxes.personalCount(of: world.account) == 0)
            // Their numbers are free.
            _ = try await world.makeMailbox("1")
        }
    }
    @Test func aListIsReadSomeAtATimeAndInAnyOrder() async throws {
        try await MemoryWorld.run { world in
            for number in ["4", "1", "3", "2", "5"] { _ = try await world.makeMailbox(number) }
            let byNumber = MailboxChoice.persons(ascending: false) { $0.mailbox.number == "3" ? nil : $0.mailbox.number }
            for together in 1...6 {
                #expect(try await world.numbers(.persons, ListWindow(together: together)).numbers == ["1", "2", "3", "4", "5"])
                #expect(try await world.numbers(.persons, ListWindow(offset: 1, limit: 3, together: together)).numbers == ["2", "3", "4"])
                #expect(try await world.numbers(.persons, ListWindow(offset: 5, together: together)).numbers == [])
                #expect(try await world.numbers(byNumber, ListWindow(offset: 1, together: together)).numbers == ["4", "2", "1"])
            }
            // Those of one key stay in order of serial, whichever way the keys go.
            for ascending in [true, false] {
                #expect(try await world.numbers(.persons(ascending: ascending) { _ in 0 }).numbers == ["4", "1", "3", "2", "5"])
            }
            #expect(try await world.numbers(.persons, ListWindow(offset: 1, limit: 3, together: 2)).total == 5)
        }
    }

    @Test func whatGoesWhileAListIsReadIsLeftOut() async throws {
        try await MemoryWorld.run { world in
            var boxes: [Mailbox] = []
            for number in ["1", "2", "3", "4"] { boxes.append(try await world.makeMailbox(number)) }
            let list = try await world.service.mailboxes.list(.persons, of: world.account, ListWindow(together: 2)) { $0.mailbox.number }
            _ = try await world.service.mailboxes.remove(boxes[0].id, in: world.account)
            _ = try await world.service.mailboxes.remove(boxes[2].id, in: world.account)
            var seen: [String] = []
            try await list.forEach { seen.append($0) }
            #expect(seen == ["1", "2", "4"] && list.total == 4)
        }
    }
}

extension MemoryWorld {
    /// The numbers of chosen mailboxes, and how many were asked for and found.
    fileprivate func numbers(
        _ choice: MailboxChoice, _ window: ListWindow = ListWindow(together: 9), of account: Account? = nil
    ) async throws -> (numbers: [String], asked: Int, total: Int) {
        let list = try await service.mailboxes.list(choice, of: account ?? self.account, window) { $0.mailbox.number }
        var numbers: [String] = []
        try await list.forEach { numbers.append($0) }
        return (numbers, list.asked, list.total)
    }
}
