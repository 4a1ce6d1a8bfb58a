import Waiting

/// Whose greetings are meant, where greetings are files.
public enum GreetingShelf: Sendable, Hashable {
    /// A mailbox's own.
    case mailbox(Mailbox)
    /// The account's prompts, which belong to nobody.
    case prompts(account: Account)

    var account: String {
        switch self {
        case .mailbox(let mailbox): mailbox.accountID
        case .prompts(let account): account.id
        }
    }

    /// The owner of its documents.
    var ownerID: String {
        switch self {
        case .mailbox(let mailbox): mailbox.id
        case .prompts(let account): account.id
        }
    }

    fileprivate func key(_ fileName: String) -> String { ownerID + "/" + fileName }
}

/// A greeting as lists of a shelf show it.
public struct ListedGreeting: Sendable, Hashable {
    /// The number it is known by.
    public let serial: Int
    /// With its extension; unique on its shelf.
    public let fileName: String
    /// Made by text to speech, not recorded or uploaded.
    public let isSynthesized: Bool
    let id: String

    init(_ greeting: Greeting, fileName: String) {
        serial = greeting.serial
        self.fileName = fileName
        isSynthesized = greeting.isSynthesized
        id = greeting.id
    }

    public var suffix: String { GreetingName.suffix(of: fileName) }

    /// Without the extension.
    public var stem: String { String(fileName.dropLast(suffix.count)) }

    /// Names are compared byte by byte.
    func isCalled(_ name: String) -> Bool { fileName.utf8.elementsEqual(name.utf8) }
}

/// A greeting as a file of a shelf. It is a greeting like every other, and is listed with them (K§8).
public struct NamedGreeting: Sendable, Hashable {
    public let greeting: Greeting
    /// With its extension; unique on its shelf.
    public let fileName: String

    public var listed: ListedGreeting { ListedGreeting(greeting, fileName: fileName) }

    /// The number it is known by.
    public var serial: Int { greeting.serial }

    public var suffix: String { GreetingName.suffix(of: fileName) }
}

/// Where a greeting comes from.
public enum GreetingOrigin: Sendable, Hashable {
    case upload
    case recording
    /// With what was spoken and how.
    case speech(text: String, voice: JSONObject)

    fileprivate var word: JSON {
        switch self {
        case .upload: "upload"
        case .recording: "recording"
        case .speech: "tts"
        }
    }
}

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
            return try await store.write { writer in
                if case .mailbox(let mailbox) = shelf { let _: Mailbox = try writer.require(mailbox.id, in: mailbox.accountID) }
                try writer.insert(audio.record, at: now)
                if var old = try Self.own(fileName, on: shelf, writer) {
                    guard replacing else { throw VoicemailError.conflict }
                    let replaced = old.blobID
                    old.file(as: fileName, key: shelf.key(fileName), audio, origin)
                    let saved = try writer.save(old, at: now)
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
    /// - Throws: `VoicemailError.notFound`.
    public func find(
        serial: Int, on isMeant: @escaping @Sendable (GreetingShelf) -> Bool, of account: Account
    ) async throws -> (greeting: NamedGreeting, shelf: GreetingShelf) {
        try await store.read { try Self.find(serial: serial, on: isMeant, of: account, $0) }
    }

    /// Whether a greeting is listed for a mailbox that is meant only because it is in force there: it lies elsewhere, or on no shelf.
    public func isBorrowed(serial: Int, by isMeant: @escaping @Sendable (Mailbox) -> Bool, of account: Account) async throws -> Bool {
        try await store.read { reader in
            guard let greeting = try reader.find(Greeting.self, serial: serial, in: account.id), greeting.hasAudio else { return false }
            var isBorrowed = false
            try reader.each(Mailbox.self, DocumentQuery(kind: .mailbox, accountID: account.id, attributes: Mailbox.ownAttributes)) { mailbox in
                isBorrowed = mailbox.greetingInForceID == greeting.id && mailbox.id != greeting.ownerID && isMeant(mailbox)
                return !isBorrowed
            }
            return isBorrowed
        }
    }

    /// Gives a greeting another name and, where there is one, another sound: both or neither. Its extension stays.
    /// - Throws: `VoicemailError.notFound`, `.conflict` for a name that is taken, `.invalid`; the audio is dropped then.
    public func change(
        serial: Int, to stem: String, sound: (audio: ReceivedAudio, origin: GreetingOrigin)? = nil,
        on isMeant: @escaping @Sendable (GreetingShelf) -> Bool, of account: Account
    ) async throws -> NamedGreeting {
        let now = clock.now
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
        try await store.write { writer in
            let greeting = try Self.find(fileName, on: shelf, writer)
            if case .mailbox(let mailbox) = shelf, var current: Mailbox = try writer.find(id: mailbox.id), current.greetingInForceID == greeting.greeting.id {
                current.greetingInForceID = nil
                _ = try writer.save(current, at: now)
            }
            guard greeting.greeting.ownerID == shelf.ownerID else { return }
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

    // MARK: Within a transaction

    static func find(_ fileName: String, on shelf: GreetingShelf, _ reader: any StoreReader) throws -> NamedGreeting {
        if let own = try own(fileName, on: shelf, reader) { return NamedGreeting(greeting: own, fileName: fileName) }
        guard case .mailbox(let mailbox) = shelf, let current: Mailbox = try reader.find(id: mailbox.id),
            let borrowed = try inForce(of: current, reader), borrowed.isCalled(fileName)
        else { throw VoicemailError.notFound(id: fileName) }
        return NamedGreeting(greeting: try reader.require(borrowed.id, in: shelf.account), fileName: fileName)
    }

    /// The greeting of a name that belongs on a shelf.
    private static func own(_ fileName: String, on shelf: GreetingShelf, _ reader: any StoreReader) throws -> Greeting? {
        Greeting(try reader.document(kind: .media, scope: shelf.account, key: shelf.key(fileName)))
    }

    /// The greeting in force of a mailbox, whoever made it. What it costs does not depend on how many there are.
    static func inForce(of mailbox: Mailbox, _ reader: any StoreReader) throws -> ListedGreeting? {
        guard let greeting = try reader.find(Greeting.self, id: mailbox.greetingInForceID), greeting.accountID == mailbox.accountID else { return nil }
        if greeting.ownerID == mailbox.id, let name = greeting.fileLabel { return ListedGreeting(greeting, fileName: name) }
        guard greeting.hasAudio else { return nil }
        let shelf = GreetingShelf.mailbox(mailbox)
        return ListedGreeting(greeting, fileName: try greeting.borrowedName { try own($0, on: shelf, reader) != nil })
    }

    static func list(on shelf: GreetingShelf, _ reader: any StoreReader) throws -> [ListedGreeting] {
        var found: [ListedGreeting] = []
        try reader.each(Greeting.self, DocumentQuery(kind: .media, accountID: shelf.account, ownerID: shelf.ownerID)) { greeting in
            if let name = greeting.fileLabel { found.append(ListedGreeting(greeting, fileName: name)) }
            return true
        }
        if case .mailbox(let mailbox) = shelf, let current: Mailbox = try reader.find(id: mailbox.id),
            let inForce = try inForce(of: current, reader), !found.contains(where: { $0.id == inForce.id })
        {
            found.append(inForce)
        }
        return found.sorted { $0.serial > $1.serial }
    }

    private static func find(
        serial: Int, on isMeant: (GreetingShelf) -> Bool, of account: Account, _ reader: any StoreReader
    ) throws -> (greeting: NamedGreeting, shelf: GreetingShelf) {
        guard let greeting = try reader.find(Greeting.self, serial: serial, in: account.id), let name = greeting.fileLabel,
            let owner = greeting.ownerID
        else { throw VoicemailError.notFound(id: String(serial)) }
        var shelf = GreetingShelf.prompts(account: account)
        if owner != account.id {
            guard let mailbox: Mailbox = try reader.find(id: owner) else { throw VoicemailError.notFound(id: String(serial)) }
            shelf = .mailbox(mailbox)
        }
        guard isMeant(shelf) else { throw VoicemailError.notFound(id: String(serial)) }
        return (NamedGreeting(greeting: greeting, fileName: name), shelf)
    }
}

extension Greeting {
    /// Its file name on a shelf; nil for one on none.
    fileprivate var fileLabel: String? { ownerID == nil ? nil : stored.hidden["greeting_file"]?.string }

    /// Takes audio, under a name on a shelf.
    fileprivate mutating func file(as fileName: String, key: String, _ audio: ReceivedAudio, _ origin: GreetingOrigin) {
        take(audio, source: origin.word)
        if stored.attributes["language"] == nil { stored.attributes["language"] = .string(language) }
        stored.attributes["streamable"] = true
        stored.attributes["tts"] = [:]
        stored.hidden["voice"] = nil
        if case .speech(let text, let voice) = origin {
            stored.attributes["tts"] = ["text": .string(text)]
            stored.hidden["voice"] = .object(voice)
        }
        rename(to: fileName, key: key)
    }

    fileprivate mutating func rename(to fileName: String, key: String) {
        stored.key = key
        stored.hidden["greeting_file"] = .string(fileName)
        // What is downloaded by id has a name of its own, which an upload by id changes (K§8).
        stored.hidden["file_name"] = .string(fileName)
        // Names have 128 characters at most (K§8).
        stored.name = String(String.UnicodeScalarView(fileName.unicodeScalars.prefix(128)))
        stored.attributes["name"] = .string(name)
    }

    /// A file name for one that is on no shelf or another, which is not taken on this one.
    fileprivate func borrowedName(isTaken: (String) throws -> Bool) rethrows -> String {
        let label = stored.hidden["file_name"]?.string ?? name
        let container = GreetingName.container(of: label)
        let clean = String(String.UnicodeScalarView(label.unicodeScalars.prefix(120).map { GreetingName.isComponent(String($0)) || $0 == "." ? $0 : "_" }))
        let type = contentType ?? ""
        let suffix = type.contains("wav") ? ".wav" : type.contains("gsm") ? ".gsm" : ".mp3"
        let name = container == nil ? clean + suffix : clean
        return try isTaken(name) ? "\(serial)_" + name : name
    }
}
