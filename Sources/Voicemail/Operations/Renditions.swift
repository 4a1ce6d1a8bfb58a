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
