extension VoicemailService {
    /// A message's audio in another format, whatever it is stored as; the master stays as it is (promise 3).
    /// - Throws: `VoicemailError.noAudio`; `.unplayable` for a master that no decoder accepts; `ArchiveError`; `AudioError`.
    public func rendition(of message: Message, _ rendition: Rendition) async throws -> RenderedAudio {
        guard let audio = message.audio else { throw VoicemailError.noAudio(id: message.monthID) }
        return try await self.rendition(of: audio.blobID, rendition)
    }

    /// A stored blob in another format.
    /// - Throws: `VoicemailError.unplayable`, `ArchiveError`, `AudioError`.
    public func rendition(of blobID: BlobID, _ rendition: Rendition) async throws -> RenderedAudio {
        let master = try await archive.open(blobID)
        // The path is only good while the reader lives.
        defer { withExtendedLifetime(master) {} }
        do {
            return try await codec.render(.file(path: master.path), key: blobID, as: rendition)
        } catch AudioError.undecodable, AudioError.tooLong {
            throw VoicemailError.unplayable
        }
    }
}

extension VoicemailService {
    /// A recording as its name says: the bytes as stored, or rendered as WAV, channels kept apart, where the name ends so and the
    /// recorder sent something else. What the stored bytes are was found out by decoding, whatever their sender called them.
    /// - Throws: `VoicemailError.unplayable`, `ArchiveError`, `AudioError`.
    public func download(of recording: Recording) async throws -> RenderedAudio {
        let blobID = recording.audio.blobID
        let container = try await store.read { try $0.blob(id: blobID) }?.facts?.container ?? ""
        if recording.name.lowercased().hasSuffix(".wav"), container != "wav" {
            return try await rendition(of: blobID, Rendition(.wav, sampleRate: nil, mono: false))
        }
        return RenderedAudio(reader: try await archive.open(blobID), contentType: AudioFacts.contentType(ofContainer: container))
    }
}
