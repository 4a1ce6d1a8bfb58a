extension Renditions {
    /// A message's audio in another format, whatever it is stored as; the master stays as it is (promise 3).
    /// - Throws: `VoicemailError.noAudio`; `.unplayable` for a master that no decoder accepts; `ArchiveError`; `AudioError`.
    public func rendition(of message: Message, _ rendition: Rendition) async throws -> RenderedAudio {
        guard let audio = message.audio else { throw VoicemailError.noAudio(id: message.monthID) }
        return try await self.rendition(of: audio, rendition, for: message.accountID)
    }

    /// How loud a message is from its beginning to its end: its waveform.
    /// - Parameter count: how many peaks, 1 to 4096.
    /// - Throws: as `rendition(of:_:)`.
    public func peaks(of message: Message, count: Int) async throws -> [Peak] {
        guard let audio = message.audio else { throw VoicemailError.noAudio(id: message.monthID) }
        return try await peaks(of: audio, count: count, apart: false).first ?? []
    }

    /// The waveform of each channel of a recording: who called, and who was called, where the recorder kept them apart.
    /// - Throws: as `rendition(of:_:)`.
    public func peaks(of recording: Recording, count: Int) async throws -> [[Peak]] { try await peaks(of: recording.audio, count: count, apart: true) }

    private func peaks(of audio: AudioAttachment, count: Int, apart: Bool) async throws -> [[Peak]] {
        do {
            return try await codec.peaks(.stored(try await open(audio).localCopy()), count: count, apart: apart)
        } catch AudioError.undecodable, AudioError.tooLong {
            throw VoicemailError.unplayable
        }
    }

    /// A greeting's audio in another format.
    /// - Throws: as that of a message.
    public func rendition(of greeting: Greeting, _ rendition: Rendition) async throws -> RenderedAudio {
        try await self.rendition(of: try await service.greetings.audio(of: greeting).1, rendition, for: greeting.accountID)
    }

    private func rendition(of audio: AudioAttachment, _ rendition: Rendition, for accountID: String) async throws -> RenderedAudio {
        let master = try await open(audio)
        do {
            return try await codec.render(.stored(try await master.localCopy()), key: audio.blobID, as: rendition, for: accountID)
        } catch AudioError.undecodable, AudioError.tooLong {
            throw VoicemailError.unplayable
        }
    }

    /// Opens stored audio that is as long as it was when it was stored: what the disk has lost is found out before a byte is sent.
    /// - Throws: `ArchiveError`.
    func open(_ audio: AudioAttachment) async throws -> any BlobReader { try await open(audio.blobID, size: audio.size) }

    /// - Parameter size: in bytes; nil where nobody has noted it.
    func open(_ blobID: BlobID, size: Int?) async throws -> any BlobReader {
        let reader = try await archive.open(blobID)
        if let size, reader.size != size { throw ArchiveError.damaged(blobID, size: reader.size, stored: size) }
        return reader
    }
}

/// A recording, and what its stored bytes are as decoding found out, whatever their sender called them.
public struct StoredSound: Sendable {
    public let recording: Recording
    /// Empty where no decoder accepts them.
    let container: String
}

extension Renditions {
    /// Finds a recording, as `Recordings.find`, with what its bytes are.
    /// - Throws: `VoicemailError.notFound`.
    public func find(_ keys: [RecordingKey], of account: Account) async throws -> StoredSound {
        try await look(in: account) { try $0.reader.storedSound(of: try $0.recording(keys)) }
    }

    /// What the bytes of a recording are.
    public func sound(of recording: Recording) async throws -> StoredSound {
        try await store.read { try $0.storedSound(of: recording) }
    }

    /// A recording as its name says: the bytes as stored, or rendered as WAV, channels kept apart, where the name ends so and the
    /// recorder sent something else.
    /// - Throws: `VoicemailError.unplayable`, `ArchiveError`, `AudioError`.
    public func download(of sound: StoredSound) async throws -> RenderedAudio {
        try await download(of: sound, as: Self.namedContainer(of: sound.recording))
    }

    /// Recordings with how many bytes a download of each sends, in one read: the stored bytes where they are sent as they are, else those of the
    /// rendering. Sound that nobody has measured yet counts with its stored bytes.
    /// - Parameter container: as in `download`; nil for what the recordings' names say.
    public func downloads(_ query: RecordingQuery, as container: Rendition.Container?) async throws -> DownloadPage {
        try await store.read { [codec] reader in
            let page = try reader.page(query), records = try reader.blobs(ids: Set(page.recordings.map(\.audio.blobID)))
            let byID = Dictionary(records.map { ($0.blob.id, $0) }, uniquingKeysWith: { first, _ in first })
            let sized = page.recordings.map { recording in
                guard let wanted = container ?? Self.namedContainer(of: recording), let record = byID[recording.audio.blobID],
                    record.container != wanted.rawValue, let facts = record.facts
                else { return SizedRecording(recording: recording, size: recording.audio.size) }
                return SizedRecording(recording: recording, size: codec.size(of: facts, as: .channels(as: wanted)) ?? recording.audio.size)
            }
            return DownloadPage(recordings: sized, total: page.total)
        }
    }

    private static func namedContainer(of recording: Recording) -> Rendition.Container? {
        AudioContainer(fileName: recording.name) == .wav ? .wav : nil
    }

    /// A recording in a container, channels kept apart: the bytes as stored where they are that already, or where any container will do.
    /// - Throws: `VoicemailError.unplayable`, `ArchiveError`, `AudioError`.
    public func download(of sound: StoredSound, as container: Rendition.Container?) async throws -> RenderedAudio {
        let recording = sound.recording
        if let container, sound.container != container.rawValue {
            return try await rendition(of: recording.audio, .channels(as: container), for: recording.accountID)
        }
        return RenderedAudio(reader: try await open(recording.audio), contentType: AudioContainer.contentType(ofStored: sound.container))
    }

    /// Whether a download of a recording in a container needs a conversion that has not been made yet.
    public func needsConversion(_ sound: StoredSound, to container: Rendition.Container) async throws -> Bool {
        if sound.container == container.rawValue { return false }
        return try await codec.rendered(sound.recording.audio.blobID, as: .channels(as: container)) == nil
    }
}

extension StoreReader {
    fileprivate func storedSound(of recording: Recording) throws -> StoredSound {
        StoredSound(recording: recording, container: try blob(id: recording.audio.blobID)?.container ?? "")
    }
}

/// A recording, and how many bytes a download of it sends.
public struct SizedRecording: Sendable {
    public let recording: Recording
    public let size: Int
}

/// Recordings of a query, and how many there are of it.
public struct DownloadPage: Sendable {
    public let recordings: [SizedRecording]
    public let total: Int
}
