import TestKit
import Testing
import Voicemail

/// What greetings may be called, on whose shelf they lie, and which of them callers hear.
@Suite struct GreetingRuleTests {
    private func names(_ world: MemoryWorld, _ shelf: GreetingShelf) async throws -> [String] {
        try await world.service.greetings.list(on: shelf).map(\.fileName)
    }

    private func put(_ name: String, _ text: String = "sound", on shelf: GreetingShelf, _ world: MemoryWorld) async throws -> NamedGreeting {
        try await world.service.greetings.put(name, audio: world.receive(text), origin: .upload, on: shelf)
    }

    private func inForce(_ world: MemoryWorld, _ box: Mailbox) async throws -> String? {
        try await world.service.greetings.inForce(of: world.service.mailboxes.find(box.id, of: world.account))?.fileName
    }

    // MARK: Documents

    private static let bounds: [(key: String, good: [JSON], bad: [JSON], rules: [Violation.Rule])] = [
        ("name", ["n"], ["", .string(String(repeating: "n", count: 129)), 1], [.minLength(1), .maxLength(128), .type(["string"])]),
        ("description", ["d"], [""], [.minLength(1)]), ("language", ["EN-GB"], [1], [.type(["string"])]),
        ("media_source", ["upload", "recording", "tts"], ["air"], [.enumeration(["upload", "recording", "tts"])]),
        ("content_length", [1, 11_534_336], [0, 11_534_337], [.minimum(1), .maximum(11_534_336)]), ("streamable", [false], ["x"], [.type(["boolean"])]),
        ("content_type", ["audio/wav"], ["text/plain"], [.enumeration(Schema.mediaTypes)]),
    ]

    @Test(arguments: bounds) func aSettingIsTakenUpToItsBoundAndNoFurther(
        key: String, good: [JSON], bad: [JSON], rules: [Violation.Rule]
    ) async throws {
        try await MemoryWorld.run { world in
            let greetings = world.service.greetings, greeting = try await greetings.create(named: "Away", in: world.account)
            for value in good {
                let changed = try await greetings.change(greeting.id, .patch([key: value]), in: world.account)
                #expect(changed.published[key] == (key == "language" ? "en-gb" : value))
            }
            let before = try await greetings.find(greeting.id, of: world.account)
            for (value, rule) in zip(bad, rules) {
                let found = try await broken { try await greetings.change(greeting.id, .patch([key: value]), in: world.account) }
                #expect(found.map(\.path) == [[key]] && found.map(\.rule) == [rule], "\(value): \(found)")
                let request = (["name": "New"] as JSONObject).merging([key: value]) { $1 }
                #expect(try await broken { try await greetings.create(request, id: nil, in: world.account) } == found, "\(value)")
            }
            #expect(try await greetings.find(greeting.id, of: world.account) == before)
        }
    }

    @Test func whatAnUploadHasSetNoClientChanges() async throws {
        try await MemoryWorld.run { world in
            let greetings = world.service.greetings, greeting = try await greetings.create(named: "Away", in: world.account)
            await #expect(throws: VoicemailError.noAudio(id: greeting.id)) { try await greetings.audio(of: greeting) }
            let heard = try await greetings.upload(greeting.id, audio: world.receive("twelve bytes", called: "a.wav"), in: world.account)
            #expect(heard.contentType == "audio/wav" && heard.contentLength == 12 && heard.hasAudio && heard.source == "upload")
            for change in [
                AttributeChange.patch(["content_type": "text/plain", "content_length": 1]), .patch(["content_type": .null]), .replace(["name": "Other"]),
            ] {
                let changed = try await greetings.change(greeting.id, change, in: world.account)
                #expect(changed.contentType == "audio/wav" && changed.contentLength == 12 && changed.blobID == heard.blobID)
            }
            let (_, attachment) = try await greetings.audio(of: heard)
            #expect(attachment.fileName == "a.wav" && attachment.size == 12)
            // Another sound takes its place, and the first is nobody's.
            let other = try await greetings.upload(greeting.id, audio: world.receive("other", called: "b.wav"), in: world.account)
            #expect(other.blobID != heard.blobID && other.contentLength == 5)
            let first = try #require(heard.blobID)
            #expect(try await world.service.store.read { try $0.isGarbage(first) })
        }
    }

    @Test func whatIsGoneOrAnotherAccountsIsNotFoundAndItsUploadDropped() async throws {
        try await MemoryWorld.run { world in
            let greetings = world.service.greetings, other = try await world.makeAccount("Other")
            let gone = try await greetings.create(named: "Gone", in: world.account), foreign = try await greetings.create(named: "Foreign", in: other)
            let box = try await world.makeMailbox("1")
            _ = try await greetings.remove(gone.id, in: world.account)
            for id in [gone.id, foreign.id, box.id, "none", ""] {
                let missing = VoicemailError.notFound(id: id)
                await #expect(throws: missing) { try await greetings.find(id, of: world.account) }
                await #expect(throws: missing) { try await greetings.change(id, .patch(["name": "New"]), in: world.account) }
                await #expect(throws: missing) { try await greetings.remove(id, in: world.account) }
                await #expect(throws: missing) { try await greetings.upload(id, audio: world.receive(), in: world.account) }
            }
            #expect(world.audio.count == 0)
            #expect(try await greetings.find(foreign.id, of: other) == foreign)
            #expect(try await greetings.list(of: world.account, ListingRange(limit: 9)) { $0.name }.items == [])
        }
    }

    // MARK: Names

    @Test(arguments: [
        ("away.wav", true), ("AWAY.WAV", true), ("a b.mp3", true), ("ä.gsm", true), (".wav", true), ("away", false), ("away.ogg", false), ("", false),
        ("../away.wav", false), ("a/b.wav", false), ("a\\b.wav", false), ("a\nb.wav", false), ("a\u{0}.wav", false), ("..", false),
        (String(repeating: "x", count: 251) + ".wav", true), (String(repeating: "x", count: 252) + ".wav", false),
        (String(repeating: "ä", count: 126) + ".wav", false),
    ])
    func aFileNameIsOneComponentThatEndsInAFormat(name: String, isGood: Bool) async throws {
        #expect(GreetingName.isFileName(name) == isGood)
        try await MemoryWorld.run { world in
            let box = try await world.makeMailbox("1"), shelf = GreetingShelf.mailbox(box)
            let found = try await broken { try await put(name, on: shelf, world) }
            #expect(found == (isGood ? [] : [Violation(["file"], .format("file name"), value: .string(name))]))
            #expect(try await names(world, shelf) == (isGood ? [name] : []))
            #expect(world.audio.count == (isGood ? 1 : 0))
        }
    }

    @Test(arguments: [
        ("home", true), ("vm_away-2", true), ("ä", true), ("", false), ("a b", false), ("a.b", false), ("a/b", false), ("a'b", false), ("a\tb", false),
        (String(repeating: "x", count: 250), true), (String(repeating: "x", count: 251), false),
    ])
    func aGreetingIsRenamedWithinTheMarksThatAreTaken(stem: String, isGood: Bool) async throws {
        try await MemoryWorld.run { world in
            let box = try await world.makeMailbox("1"), shelf = GreetingShelf.mailbox(box)
            let greeting = try await put("away.WAV", on: shelf, world)
            let found = try await broken {
                try await world.service.greetings.change(serial: greeting.serial, to: stem, on: MeantShelves { _ in true }, of: world.account)
            }
            #expect(found.isEmpty == isGood)
            // Its extension stays as it was written.
            #expect(try await names(world, shelf) == [isGood ? stem + ".WAV" : "away.WAV"])
        }
    }

    // MARK: Shelves

    @Test func oneOfTheSameNameTakesTheSoundAndKeepsItsIdentity() async throws {
        try await MemoryWorld.run { world in
            let greetings = world.service.greetings, box = try await world.makeMailbox("1"), shelf = GreetingShelf.mailbox(box)
            let first = try await put("away.wav", on: shelf, world)
            let second = try await put("away.wav", "another", on: shelf, world)
            #expect(second.serial == first.serial && second.greeting.id == first.greeting.id && second.greeting.blobID != first.greeting.blobID)
            await #expect(throws: VoicemailError.conflict) {
                try await greetings.put("away.wav", audio: world.receive(), origin: .upload, on: shelf, replacing: false)
            }
            #expect(try await greetings.find("away.wav", on: shelf).greeting.blobID == second.greeting.blobID)
            // Names are compared as they are written, and elsewhere they are free.
            _ = try await greetings.put("Away.wav", audio: world.receive(), origin: .upload, on: shelf, replacing: false)
            _ = try await put("away.wav", on: .prompts(account: world.account), world)
            _ = try await put("away.wav", on: .mailbox(world.makeMailbox("2")), world)
            #expect(try await names(world, shelf) == ["Away.wav", "away.wav"])
            #expect(try await names(world, .prompts(account: world.account)) == ["away.wav"])
        }
    }

    @Test func aShelfHoldsAsManyAsTheLimitSays() async throws {
        try await MemoryWorld.run(Limits(maximumGreetings: 2)) { world in
            let box = try await world.makeMailbox("1"), shelf = GreetingShelf.mailbox(box)
            for name in ["a.wav", "b.wav"] { _ = try await put(name, on: shelf, world) }
            await #expect(throws: VoicemailError.limitReached) { try await put("c.wav", on: shelf, world) }
            #expect(world.audio.count == 2)
            // One that is there may have another sound, and one that goes makes room.
            _ = try await put("a.wav", "another", on: shelf, world)
            try await world.service.greetings.remove("b.wav", on: shelf)
            _ = try await put("c.wav", on: shelf, world)
            #expect(try await names(world, shelf) == ["c.wav", "a.wav"])
            // Each shelf has room of its own.
            for name in ["a.wav", "b.wav"] { _ = try await put(name, on: .prompts(account: world.account), world) }
        }
    }

    @Test func theGreetingInForceIsChosenByNameAndGoesWithIt() async throws {
        try await MemoryWorld.run { world in
            let greetings = world.service.greetings, box = try await world.makeMailbox("1"), shelf = GreetingShelf.mailbox(box)
            _ = try await put("away.wav", on: shelf, world)
            await #expect(throws: VoicemailError.notFound(id: "home.wav")) { try await greetings.choose("home.wav", of: box) }
            let none = try await inForce(world, box)
            #expect(none == nil)
            let chosen = try await greetings.choose("away.wav", of: box)
            // Chosen again it is no change.
            #expect(try await greetings.choose("away.wav", of: box).revision == chosen.revision)
            let away = try await inForce(world, box)
            #expect(away == "away.wav")
            _ = try await greetings.choose(nil, of: box)
            let standard = try await inForce(world, box)
            #expect(standard == nil)
            _ = try await greetings.choose("away.wav", of: box)
            try await greetings.remove("away.wav", on: shelf)
            let removed = try await inForce(world, box)
            #expect(removed == nil)
            await #expect(throws: VoicemailError.notFound(id: "away.wav")) { try await greetings.remove("away.wav", on: shelf) }
            #expect(try await world.service.mailboxes.find(box.id, of: world.account).greetingInForceID == nil)
        }
    }

    @Test func aBorrowedGreetingIsLeftToItsOwner() async throws {
        try await MemoryWorld.run { world in
            let greetings = world.service.greetings, mailboxes = world.service.mailboxes
            let owner = try await world.makeMailbox("1"), borrower = try await world.makeMailbox("2")
            let lent = try await put("away.wav", on: .mailbox(owner), world)
            var settings = MailboxSettings()
            settings.greetingInForceID = lent.greeting.id
            let shelf = GreetingShelf.mailbox(try await mailboxes.change(borrower.id, settings, in: world.account))
            #expect(try await names(world, shelf) == ["away.wav"])
            // By number it is found, and is not this mailbox's to change.
            await #expect(throws: VoicemailError.forbidden) {
                try await greetings.find(serial: lent.serial, on: MeantShelves(of: borrower.id) { _ in true }, of: world.account)
            }
            await #expect(throws: VoicemailError.conflict) {
                try await greetings.put("away.wav", audio: world.receive(), origin: .upload, on: shelf, replacing: false)
            }
            // One of its own takes the place.
            let own = try await put("away.wav", "own", on: shelf, world)
            let now = try await mailboxes.find(borrower.id, of: world.account)
            #expect(own.greeting.id != lent.greeting.id && now.greetingInForceID == own.greeting.id)
            #expect(try await greetings.find("away.wav", on: .mailbox(owner)).greeting.id == lent.greeting.id)
            // Removed where it is only borrowed, it stays where it lies.
            _ = try await mailboxes.change(borrower.id, settings, in: world.account)
            try await greetings.remove("away.wav", on: shelf)
            _ = try await mailboxes.change(borrower.id, settings, in: world.account)
            try await greetings.remove("away.wav", on: shelf)
            let after = try await inForce(world, borrower)
            #expect(after == nil)
            #expect(try await names(world, .mailbox(owner)) == ["away.wav"])
        }
    }

    @Test func aMailboxTakesItsOwnGreetingsAlongAndNoOthers() async throws {
        try await MemoryWorld.run { world in
            let greetings = world.service.greetings, owner = try await world.makeMailbox("1"), borrower = try await world.makeMailbox("2")
            let own = try await put("away.wav", on: .mailbox(owner), world), prompt = try await put("hold.wav", on: .prompts(account: world.account), world)
            let plain = try await greetings.create(named: "Plain", in: world.account)
            var settings = MailboxSettings()
            settings.greetingInForceID = own.greeting.id
            _ = try await world.service.mailboxes.change(borrower.id, settings, in: world.account)
            _ = try await world.service.mailboxes.remove(owner.id, in: world.account)
            await #expect(throws: VoicemailError.notFound(id: own.greeting.id)) { try await greetings.find(own.greeting.id, of: world.account) }
            for id in [prompt.greeting.id, plain.id] { #expect(try await greetings.find(id, of: world.account).id == id) }
            // Whoever borrowed it has the standard one.
            let left = try await inForce(world, borrower)
            #expect(left == nil)
            // A shelf of a mailbox that is gone takes nothing.
            await #expect(throws: VoicemailError.notFound(id: owner.id)) { try await put("home.wav", on: .mailbox(owner), world) }
            #expect(world.audio.count == 2)
        }
    }

    @Test func byNumberOnlyShelvesThatAreMeantAreOpen() async throws {
        try await MemoryWorld.run { world in
            let greetings = world.service.greetings, other = try await world.makeAccount("Other")
            let one = try await world.makeMailbox("1"), two = try await world.makeMailbox("2"), foreign = try await world.makeMailbox("1", in: other)
            let mine = try await put("away.wav", on: .mailbox(one), world), prompt = try await put("hold.wav", on: .prompts(account: world.account), world)
            let theirs = try await put("away.wav", on: .mailbox(foreign), world), plain = try await greetings.create(named: "Plain", in: world.account)
            let any = MeantShelves { _ in true }
            #expect(try await greetings.find(serial: mine.serial, on: any, of: world.account).greeting.fileName == "away.wav")
            for (serial, shelves) in [
                (mine.serial, MeantShelves(of: two.id) { _ in true }), (mine.serial, MeantShelves { _ in false }), (prompt.serial, any), (theirs.serial, any),
                (plain.serial, any), (one.serial, any), (-1, any),
            ] {
                let missing = VoicemailError.notFound(id: String(serial))
                await #expect(throws: missing) { try await greetings.find(serial: serial, on: shelves, of: world.account) }
                await #expect(throws: missing) { try await greetings.change(serial: serial, to: "home", on: shelves, of: world.account) }
            }
            #expect(try await names(world, .mailbox(one)) == ["away.wav"])
        }
    }

    @Test func aNameThatAnotherHasIsKeptAndTheSoundForItDropped() async throws {
        try await MemoryWorld.run { world in
            let greetings = world.service.greetings, shelf = GreetingShelf.mailbox(try await world.makeMailbox("1")), any = MeantShelves { _ in true }
            let away = try await put("away.wav", on: shelf, world)
            _ = try await put("home.wav", on: shelf, world)
            await #expect(throws: VoicemailError.conflict) { try await greetings.change(serial: away.serial, to: "home", on: any, of: world.account) }
            await #expect(throws: VoicemailError.conflict) {
                try await greetings.change(serial: away.serial, to: "home", sound: (world.receive("third"), .upload), on: any, of: world.account)
            }
            #expect(world.audio.count == 2)
            // Its own name is free for it, with another sound too.
            let same = try await greetings.change(serial: away.serial, to: "away", sound: (world.receive("third"), .recording), on: any, of: world.account)
            #expect(same.greeting.source == "recording" && same.greeting.blobID != away.greeting.blobID && same.serial == away.serial)
            #expect(Set(try await names(world, shelf)) == ["away.wav", "home.wav"])
        }
    }

    @Test func whatWasSpokenIsKeptWithItAndGoesWithAnotherSound() async throws {
        try await MemoryWorld.run { world in
            let greetings = world.service.greetings, shelf = GreetingShelf.mailbox(try await world.makeMailbox("1"))
            let spoken = try await greetings.put(
                "away.wav", audio: world.receive(), origin: .speech(text: "We are away.", voice: ["language": "en"]), on: shelf)
            #expect(spoken.greeting.isSynthesized && spoken.greeting.spokenText == "We are away." && spoken.greeting.voice == ["language": "en"])
            #expect(spoken.listed.isSynthesized && spoken.listed.stem == "away" && spoken.listed.suffix == ".wav")
            let recorded = try await greetings.put("away.wav", audio: world.receive(), origin: .recording, on: shelf)
            #expect(!recorded.greeting.isSynthesized && recorded.greeting.spokenText == nil && recorded.greeting.voice == [:])
        }
    }

    // MARK: For a while

    @Test func aTemporaryGreetingEndsByItselfOrWhenItIsTakenBack() async throws {
        try await MemoryWorld.run { world in
            let greetings = world.service.greetings, box = try await world.makeMailbox("1"), shelf = GreetingShelf.mailbox(box), now = world.clock.now
            let away = try await put("away.wav", on: shelf, world)
            await #expect(throws: VoicemailError.notFound(id: "x.wav")) { try await greetings.chooseTemporarily("x.wav", until: nil, of: box) }
            for end in [now, now.advanced(by: -1)] {
                let past = try await broken { try await greetings.chooseTemporarily("away.wav", until: end, of: box) }
                #expect(past.map(\.path) == [["until"]])
            }
            let chosen = try await greetings.chooseTemporarily("away.wav", until: now.advanced(by: 60), of: box)
            let found = chosen.temporaryGreeting(at: now)
            #expect(found?.greetingID == away.greeting.id && found?.end == now.advanced(by: 60))
            #expect(chosen.temporaryGreeting(at: now.advanced(by: 59)) != nil && chosen.temporaryGreeting(at: now.advanced(by: 60)) == nil)
            let lasting = try await greetings.chooseTemporarily("away.wav", until: nil, of: box)
            #expect(lasting.temporaryGreeting(at: now.advanced(by: 1_000_000))?.end == nil && lasting.temporaryGreeting(at: now) != nil)
            let over = try await greetings.chooseTemporarily(nil, until: nil, of: box)
            #expect(over.temporaryGreeting(at: now) == nil)
        }
    }

    // MARK: What is told

    @Test func whoeverHearsAnotherGreetingIsToldOnce() async throws {
        try await MemoryWorld.run { world in
            let greetings = world.service.greetings, owner = try await world.makeMailbox("1"), borrower = try await world.makeMailbox("2")
            func told() async throws -> [String] { try await world.events(.greetingChanged).map(\.subjectID) }
            let shelf = GreetingShelf.mailbox(owner), away = try await put("away.wav", on: shelf, world)
            // Nobody hears it yet.
            let quiet = try await told()
            #expect(quiet.isEmpty)
            _ = try await greetings.choose("away.wav", of: owner)
            var settings = MailboxSettings()
            settings.greetingInForceID = away.greeting.id
            _ = try await world.service.mailboxes.change(borrower.id, settings, in: world.account)
            let chosen = try await told()
            #expect(chosen == [owner.id, borrower.id])
            _ = try await put("away.wav", "another", on: shelf, world)
            let replaced = try await told()
            #expect(replaced.count == 4 && Set(replaced.suffix(2)) == [owner.id, borrower.id])
            // Another name is the same sound.
            _ = try await greetings.change(serial: away.serial, to: "home", on: MeantShelves { _ in true }, of: world.account)
            let renamed = try await told()
            #expect(renamed.count == 4)
            try await greetings.remove("home.wav", on: shelf)
            let removed = try await told()
            #expect(removed.count == 6 && Set(removed.suffix(2)) == [owner.id, borrower.id])
        }
    }
}
