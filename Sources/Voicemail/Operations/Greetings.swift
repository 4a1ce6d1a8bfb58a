extension VoicemailService {
    /// Creates a greeting without audio (KAZOO contract §8).
    public func createGreeting(_ request: JSONObject, id: String?, in account: Document) async throws -> Document {
        try await createDocument(Self.normalized(request), id: id, kind: .media, schema: Schema.media, in: account)
    }

    public func changeGreeting(_ id: String, _ change: AttributeChange, in account: Document) async throws -> Document {
        let now = clock.now
        return try await store.write { writer in
            var greeting = try Self.document(id, .media, account.id, writer)
            var planned = Self.normalized(change.applied(to: greeting.attributes))
            // What audio there is stays as the upload said (contract §8: set by upload), whatever its type: clients send back what they read.
            let isSet = greeting.blobID != nil
            if isSet { for key in Self.setByUpload { planned[key] = nil } }
            var (attributes, violations) = Schema.media.apply(to: planned)
            guard violations.isEmpty else { throw VoicemailError.invalid(violations) }
            if isSet { for key in Self.setByUpload { attributes[key] = greeting.attributes[key] } }
            greeting.attributes = attributes
            greeting.name = attributes["name"]?.string ?? ""
            return try Self.save(&greeting, writer, now)
        }
    }

    /// Gives a greeting its audio, in place of any it has.
    public func uploadGreeting(_ id: String, audio: ReceivedAudio, in account: Document) async throws -> Document {
        let now = clock.now
        let greeting = try await dropping(audio) {
            try await store.write { writer in
                var greeting = try Self.document(id, .media, account.id, writer)
                let replaced = greeting.blobID
                try writer.insert(audio.record, at: now)
                greeting.blobID = audio.record.blob.id
                greeting.attributes["content_type"] = .string(audio.contentType)
                greeting.attributes["content_length"] = .int(audio.record.blob.size)
                greeting.attributes["media_source"] = "upload"
                greeting.hidden["file_name"] = .string(audio.fileName)
                let saved = try Self.save(&greeting, writer, now)
                if let replaced { try writer.release(replaced) }
                return saved
            }
        }
        await collectGarbage()
        return greeting
    }

    /// Opens a greeting's audio.
    /// - Throws: `VoicemailError.noAudio`, `ArchiveError`.
    public func audio(of greeting: Document) async throws -> (any BlobReader, AudioAttachment) {
        guard let blobID = greeting.blobID else { throw VoicemailError.noAudio(id: greeting.id) }
        let reader = try await open(blobID, size: greeting.attributes["content_length"]?.int)
        let attachment = AudioAttachment(
            blobID: blobID, size: reader.size, contentType: greeting.attributes["content_type"]?.string ?? "application/octet-stream",
            fileName: greeting.hidden["file_name"]?.string ?? greeting.id)
        return (reader, attachment)
    }

    private static let setByUpload = ["content_type", "content_length"]

    private static func normalized(_ request: JSONObject) -> JSONObject {
        var object = request
        if let language = object["language"]?.string { object["language"] = .string(language.lowercased()) }
        return object
    }
}
