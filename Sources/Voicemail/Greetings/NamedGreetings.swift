import Waiting

extension Greetings {
    /// The greetings of a shelf, newest first. A mailbox has, besides its own, the one in force, whoever made it.
    public func list(on shelf: GreetingShelf) async throws -> [ListedGreeting] {
        try await store.read { try OpenShelf(shelf, $0).list() }
    }

    /// The same of the mailbox of a number, from one reading; nil where there is no such mailbox.
    public func list(ofNumber number: String, in account: Account) async throws -> (mailbox: Mailbox, greetings: [ListedGreeting])? {
        try await store.read { reader in
            guard let mailbox = try reader.mailbox(number: number, in: account.id) else { return nil }
            return (mailbox, try OpenShelf(.mailbox(mailbox), reader).list())
        }
    }

    /// - Throws: `VoicemailError.notFound`.
    public func find(_ fileName: String, on shelf: GreetingShelf) async throws -> NamedGreeting {
        try await store.read { try OpenShelf(shelf, $0).greeting(called: fileName) }
    }

    /// The greeting of a mailbox that callers hear; nil for the standard one.
    public func inForce(of mailbox: Mailbox) async throws -> ListedGreeting? {
        try await store.read { try OpenShelf(.mailbox(mailbox), $0).greetingInForce() }
    }

    /// Puts a greeting on a shelf. One of the same name gets the new content and keeps its identity; one of the same name that a mailbox
    /// only borrows is left to its owner, and the new one is in force in its place.
    /// - Throws: `VoicemailError.limitReached`, `.conflict` for a name that is taken unless `replacing`, `.invalid` for the name; the audio
    ///   is dropped then.
    public func put(
        _ fileName: String, audio: ReceivedAudio, origin: GreetingOrigin, on shelf: GreetingShelf, replacing: Bool = true
    ) async throws -> NamedGreeting {
        let now = clock.now
        let limit = limits.maximumGreetings
        let greeting = try await service.dropping(audio) {
            guard GreetingName.isFileName(fileName) else {
                throw VoicemailError.invalid([Violation(["file"], .format("file name"), value: .string(fileName))])
            }
            let hearers = try await hearers(in: shelf.account) { try OpenShelf(shelf, $0).ownGreeting(called: fileName)?.id }
            return try await store.write { writer in
                if case .mailbox(let mailbox) = shelf { let _: Mailbox = try writer.require(mailbox.id, in: mailbox.accountID) }
                try writer.insert(audio.record, at: now)
                let place = OpenShelf(shelf, writer)
                if var old = try place.ownGreeting(called: fileName) {
                    guard replacing else { throw VoicemailError.conflict }
                    let replaced = old.blobID
                    old.file(as: fileName, key: shelf.key(fileName), audio, origin)
                    let saved = try writer.save(old, at: now)
                    try Change(writer: writer, now: now).noteOtherSound(of: saved.id, heardIn: hearers)
                    if let replaced { try writer.release(replaced) }
                    return NamedGreeting(greeting: saved, fileName: fileName)
                }
                let listed = try place.list()
                // A greeting in force here that belongs to another mailbox stays as it is; the new one takes its place here.
                let isBorrowed = listed.contains { $0.isCalled(fileName) }
                guard replacing || !isBorrowed else { throw VoicemailError.conflict }
                guard listed.count < limit + (isBorrowed ? 1 : 0) else { throw VoicemailError.limitReached }
                var fresh = Greeting(id: nil, in: shelf.account, at: now)
                fresh.stored.ownerID = shelf.ownerID
                fresh.file(as: fileName, key: shelf.key(fileName), audio, origin)
                let added = NamedGreeting(greeting: try writer.add(fresh), fileName: fileName)
                if isBorrowed, case .mailbox(let mailbox) = shelf { _ = try Change(writer: writer, now: now).choose(fileName, of: mailbox) }
                return added
            }
        }
        garbageBell.ring()
        return greeting
    }

    /// The greeting of a number, if it is on a shelf that is meant.
    /// - Throws: `VoicemailError.notFound`; `.forbidden` for one that a mailbox whose shelf is meant only borrows.
    public func find(
        serial: Int, on shelves: MeantShelves, of account: Account
    ) async throws -> (greeting: NamedGreeting, shelf: GreetingShelf) {
        try await look(in: account) { look in
            do {
                return try look.greeting(serial: serial, on: shelves)
            } catch let VoicemailError.notFound(id) {
                throw try look.isBorrowed(serial: serial, by: shelves) ? VoicemailError.forbidden : .notFound(id: id)
            }
        }
    }

    /// Gives a greeting another name and, where there is one, another sound: both or neither. Its extension stays.
    /// - Throws: `VoicemailError.notFound`, `.conflict` for a name that is taken, `.invalid`; the audio is dropped then.
    public func change(
        serial: Int, to stem: String, sound: (audio: ReceivedAudio, origin: GreetingOrigin)? = nil,
        on shelves: MeantShelves, of account: Account
    ) async throws -> NamedGreeting {
        let now = clock.now
        let hasSound = sound != nil
        let hearers = try await hearers(in: account.id) { reader in
            hasSound ? try AccountLook(reader: reader, account: account).greeting(serial: serial, on: shelves).greeting.greeting.id : nil
        }
        let change: @Sendable (any StoreWriter) throws -> NamedGreeting = { writer in
            guard GreetingName.isStem(stem) else { throw VoicemailError.invalid([Violation(["file"], .format("file name"), value: .string(stem))]) }
            let (greeting, shelf) = try AccountLook(reader: writer, account: account).greeting(serial: serial, on: shelves)
            let name = stem + greeting.suffix
            var changed = greeting.greeting
            do {
                guard try OpenShelf(shelf, writer).greeting(called: name).greeting.id == changed.id else { throw VoicemailError.conflict }
            } catch VoicemailError.notFound {
                // No greeting has the name.
            }
            let replaced = sound == nil ? nil : changed.blobID
            if let sound {
                try writer.insert(sound.audio.record, at: now)
                changed.file(as: name, key: shelf.key(name), sound.audio, sound.origin)
            } else {
                changed.rename(to: name, key: shelf.key(name))
            }
            let saved = try writer.save(changed, at: now)
            if sound != nil { try Change(writer: writer, now: now).noteOtherSound(of: saved.id, heardIn: hearers) }
            if let replaced { try writer.release(replaced) }
            return NamedGreeting(greeting: saved, fileName: name)
        }
        guard let sound else { return try await store.write(change) }
        let greeting = try await service.dropping(sound.audio) { try await store.write(change) }
        garbageBell.ring()
        return greeting
    }

    /// Removes a greeting. A mailbox whose greeting in force goes falls back to the standard one; one it only borrowed is left to its owner.
    /// - Throws: `VoicemailError.notFound`.
    public func remove(_ fileName: String, on shelf: GreetingShelf) async throws {
        let now = clock.now
        let hearers = try await hearers(in: shelf.account) { try OpenShelf(shelf, $0).ownGreeting(called: fileName)?.id }
        try await store.write { writer in
            let greeting = try OpenShelf(shelf, writer).greeting(called: fileName)
            if case .mailbox(let mailbox) = shelf, var current: Mailbox = try writer.find(id: mailbox.id) {
                if current.greetingInForceID == greeting.greeting.id {
                    current.greetingInForceID = nil
                    _ = try writer.save(current, at: now)
                } else if shelf.holds(greeting.greeting) {
                    try Change(writer: writer, now: now).noteOtherSound(of: greeting.greeting.id, heardIn: [current.id])
                }
            }
            guard shelf.holds(greeting.greeting) else { return }
            try Change(writer: writer, now: now).noteOtherSound(of: greeting.greeting.id, heardIn: hearers)
            try writer.discard(greeting.greeting, at: now)
        }
        garbageBell.ring()
    }

    /// Chooses the greeting that callers of a mailbox hear; nil for the standard one.
    /// - Throws: `VoicemailError.notFound` for the name.
    @discardableResult
    public func choose(_ fileName: String?, of mailbox: Mailbox) async throws -> Mailbox {
        try await inTransaction { try $0.choose(fileName, of: mailbox) }
    }
}
