/// What callers hear before the tone, or a prompt of the account: a description, and audio once there is some.
public struct Greeting: Noun, StoredNoun {
    static let kind = DocumentKind.greeting
    var stored: StoredDocument

    static func schema(_: Limits) -> Schema { Schema.greeting }

    /// The mailbox on whose shelf it is, or the account for a prompt; nil for one on no shelf.
    public var ownerID: String? { stored.ownerID }

    public var language: String { languageAsGiven ?? "en-us" }

    /// nil where nobody said.
    public var languageAsGiven: String? { stored.attributes["language"]?.string }

    /// Where its audio comes from: `upload`, `recording` or `tts`.
    public var source: String { stored.attributes["media_source"]?.string ?? "upload" }

    /// The prompt of the telephone system whose place it takes.
    public var promptID: String? { stored.attributes["prompt_id"]?.string }

    public var hasAudio: Bool { stored.blobID != nil }

    /// Its audio in the archive.
    public var blobID: BlobID? { stored.blobID }
    public var contentType: String? { stored.attributes["content_type"]?.string }
    /// Bytes, as stored.
    public var contentLength: Int? { stored.attributes["content_length"]?.int }

    /// What a download of it is called.
    var downloadName: String { stored.hidden["file_name"]?.string ?? id }

    /// Made by text to speech, not recorded or uploaded.
    public var isSynthesized: Bool { source == "tts" }

    /// What was spoken; nil for what was not made so.
    public var spokenText: String? { isSynthesized ? stored.attributes["tts"]?["text"]?.string : nil }

    /// How it was spoken, in the words of who had it spoken.
    public var voice: JSONObject { stored.hidden["voice"]?.object ?? [:] }

    /// Attributes that an upload sets, and no client.
    static let setByUpload = ["content_type", "content_length"]

    /// Takes audio in place of any there is.
    mutating func take(_ audio: ReceivedAudio, source: JSON) {
        stored.blobID = audio.record.blob.id
        stored.attributes["content_type"] = .string(audio.contentType)
        stored.attributes["content_length"] = .int(audio.record.blob.size)
        stored.attributes["media_source"] = source
    }
}
