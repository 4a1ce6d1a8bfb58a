import Waiting

extension Greetings {
    /// Creates a greeting without audio (K§8).
    public func create(_ request: JSONObject, id: String?, in account: Account) async throws -> Greeting {
        try await createStored(Self.normalized(request), id: id, in: account)
    }

    /// The same of one that has nothing but a name yet.
    public func create(named name: String, in account: Account) async throws -> Greeting {
        try await create(JSONObject([(Setting.name.rawValue, .string(name))], uniquingKeysWith: { $1 }), id: nil, in: account)
    }

    /// - Throws: `VoicemailError.notFound`.
    public func find(_ id: String, of account: Account) async throws -> Greeting { try await require(id, of: account) }

    public func list<Item: Sendable>(
        of account: Account, _ range: ListingRange, item: @escaping @Sendable (Greeting) -> Item?
    ) async throws -> ListingPage<Item> {
        try await pageStored(accountID: account.id, range, item: item)
    }

    /// - Returns: the greeting as it was.
    public func remove(_ id: String, in account: Account, physically: Bool = false) async throws -> Greeting {
        defer { garbageBell.ring() }
        let hearers = try await hearers(of: id, in: account)
        return try await inTransaction { change in
            let greeting: Greeting = try change.writer.require(id, in: account.id)
            try change.noteOtherSound(of: id, heardIn: hearers + [greeting.ownerID].compactMap(\.self))
            try change.writer.discard(greeting, at: change.now, physically: physically)
            return greeting
        }
    }

    public func change(_ id: String, _ change: AttributeChange, in account: Account) async throws -> Greeting {
        let now = clock.now
        return try await store.write { writer in
            var greeting: Greeting = try writer.require(id, in: account.id)
            let before = greeting.stored.attributes
            var planned = Self.normalized(change.applied(to: before))
            // The audio's facts stay as the upload set them (K§8: set by upload), whatever the type of the sent value: clients send back what they read.
            let isSet = greeting.hasAudio
            if isSet { for key in Greeting.setByUpload { planned[key] = nil } }
            var (attributes, violations) = try limits.checked(planned, by: Schema.greeting, before: before)
            guard violations.isEmpty else { throw VoicemailError.invalid(violations) }
            if isSet { for key in Greeting.setByUpload { attributes[key] = before[key] } }
            greeting.describe(attributes)
            return try writer.save(greeting, at: now)
        }
    }

    /// Gives a greeting its audio, in place of any it has.
    public func upload(_ id: String, audio: ReceivedAudio, in account: Account) async throws -> Greeting {
        let greeting = try await service.dropping(audio) {
            let hearers = try await hearers(of: id, in: account)
            return try await inTransaction { change in
                let writer = change.writer
                var greeting: Greeting = try writer.require(id, in: account.id)
                let replaced = greeting.blobID
                try writer.insert(audio.record, at: change.now)
                greeting.take(audio, source: "upload")
                greeting.stored.hidden["file_name"] = .string(audio.fileName)
                let saved = try writer.save(greeting, at: change.now)
                try change.noteOtherSound(of: id, heardIn: hearers)
                if let replaced { try writer.release(replaced) }
                return saved
            }
        }
        garbageBell.ring()
        return greeting
    }

    /// Opens a greeting's audio.
    /// - Throws: `VoicemailError.noAudio`, `ArchiveError`.
    public func audio(of greeting: Greeting) async throws -> (any BlobReader, AudioAttachment) {
        guard let blobID = greeting.blobID else { throw VoicemailError.noAudio(id: greeting.id) }
        let reader = try await service.renditions.open(blobID, size: greeting.contentLength)
        let attachment = AudioAttachment(
            blobID: blobID, size: reader.size, contentType: greeting.contentType ?? AudioContainer.unknownType, fileName: greeting.downloadName)
        return (reader, attachment)
    }

    private static func normalized(_ request: JSONObject) -> JSONObject {
        var object = request
        if let language = object["language"]?.string { object["language"] = .string(language.lowercased()) }
        return object
    }
}
