import Waiting

extension Greetings {
    /// The greetings of a shelf, newest first. A mailbox has, besides its own, the one in force, whoever made it.
    public func list(on shelf: GreetingShelf) async throws -> [ListedGreeting] {
        try await store.read { try Self.list(on: shelf, $0) }
    }

    /// - Throws: `VoicemailError.notFound`.
    public func find(_ fileName: String, on shelf: GreetingShelf) async throws -> NamedGreeting {
        try await store.read { try Self.find(fileName, on: shelf, $0) }
    }

    /// The greeting of a mailbox that callers hear; nil for the standard one.
    public func inForce(of mailbox: Mailbox) async throws -> ListedGreeting? {
        try await store.read { try Self.inForce(of: mailbox, $0) }
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
            let hearers = try await hearers(in: shelf.account) { try Self.own(fileName, on: shelf, $0)?.id }
            return try await store.write { writer in
                if case .mailbox(let mailbox) = shelf { let _: Mailbox = try writer.require(mailbox.id, in: mailbox.accountID) }
                try writer.insert(audio.record, at: now)
                if var old = try Self.own(fileName, on: shelf, writer) {
                    guard replacing else { throw VoicemailError.conflict }
                    let replaced = old.blobID
                    old.file(as: fileName, key: shelf.key(fileName), audio, origin)
                    let saved = try writer.save(old, at: now)
                    try Change(writer: writer, now: now).noteOtherSound(of: saved.id, heardIn: hearers)
                    if let replaced { try writer.release(replaced) }
                    return NamedGreeting(greeting: saved, fileName: fileName)
                }
                let listed = try Self.list(on: shelf, writer)
                // One that is in force here and is somebody else's stays as it is; what is put here takes its place.
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
        serial: Int, on isMeant: @escaping @Sendable (GreetingShelf) -> Bool, of account: Account
    ) async throws -> (greeting: NamedGreeting, shelf: GreetingShelf) {
        try await store.read { reader in
            do {
                return try Self.find(serial: serial, on: isMeant, of: account, reader)
            } catch let VoicemailError.notFound(id) {
                throw try Self.isBorrowed(serial: serial, by: isMeant, of: account, reader) ? VoicemailError.forbidden : .notFound(id: id)
            }
        }
    }

    /// Gives a greeting another name and, where there is one, another sound: both or neither. Its extension stays.
    /// - Throws: `VoicemailError.notFound`, `.conflict` for a name that is taken, `.invalid`; the audio is dropped then.
    public func change(
        serial: Int, to stem: String, sound: (audio: ReceivedAudio, origin: GreetingOrigin)? = nil,
        on isMeant: @escaping @Sendable (GreetingShelf) -> Bool, of account: Account
    ) async throws -> NamedGreeting {
        let now = clock.now
        let hasSound = sound != nil
        let hearers = try await hearers(in: account.id) { hasSound ? try Self.find(serial: serial, on: isMeant, of: account, $0).0.greeting.id : nil }
        let change: @Sendable (any StoreWriter) throws -> NamedGreeting = { writer in
            guard GreetingName.isStem(stem) else { throw VoicemailError.invalid([Violation(["file"], .format("file name"), value: .string(stem))]) }
            let (greeting, shelf) = try Self.find(serial: serial, on: isMeant, of: account, writer)
            let name = stem + greeting.suffix
            var changed = greeting.greeting
            do {
                guard try Self.find(name, on: shelf, writer).greeting.id == changed.id else { throw VoicemailError.conflict }
            } catch VoicemailError.notFound {
                // Nobody has the name.
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
        let hearers = try await hearers(in: shelf.account) { try Self.own(fileName, on: shelf, $0)?.id }
        try await store.write { writer in
            let greeting = try Self.find(fileName, on: shelf, writer)
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
