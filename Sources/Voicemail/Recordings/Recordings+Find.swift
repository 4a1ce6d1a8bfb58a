import Waiting

/// One page of a listing of recordings.
public struct RecordingPage: Sendable {
    public let recordings: [Recording]
    /// How many recordings the whole listing has.
    public let total: Int
}

extension Recordings {
    public func list(_ query: RecordingQuery) async throws -> RecordingPage {
        try await store.read { try $0.page(query) }
    }

    /// Finds a recording by the first of `keys` that names one in the account.
    /// - Throws: `VoicemailError.notFound`.
    public func find(_ keys: [RecordingKey], of account: Account) async throws -> Recording {
        try await look(in: account) { try $0.recording(keys) }
    }

    /// Opens a recording's audio as it was stored.
    public func audio(of recording: Recording) async throws -> any BlobReader {
        try await service.renditions.open(recording.audio)
    }

    /// Removes a recording; its audio goes soon after.
    /// - Throws: `VoicemailError.held`.
    public func remove(_ recording: Recording) async throws {
        try await inTransaction { try $0.remove(recording) }
        garbageBell.ring()
    }
}

extension Change {
    /// Removes a recording, and puts that into the audit log.
    /// - Parameter reason: why it goes; nil where somebody asked for it.
    /// - Throws: `VoicemailError.held`.
    func remove(_ recording: Recording, because reason: String? = nil) throws {
        guard try !writer.isHeld(recording) else { throw VoicemailError.held(id: recording.id) }
        try discard([(recording, reason)])
    }

    /// Removes recordings of which its caller has found out that no hold covers them.
    func discard(_ recordings: [(recording: Recording, reason: String?)]) throws {
        try writer.remove(recordingIDs: recordings.map(\.recording.id))
        for (recording, reason) in recordings {
            try writer.audit(
                .recordingRemoved, of: recording.accountID, [recording.id], reason.map { ["reason": .string($0)] } ?? [:],
                texts: ["caller": recording.callerNumber, "callee": recording.calleeNumber], at: now)
        }
    }
}

extension StoreReader {
    func page(_ query: RecordingQuery) throws -> RecordingPage {
        var found: [Recording] = []
        try recordings(query) {
            found.append($0)
            return true
        }
        return RecordingPage(recordings: found, total: try recordingCount(query))
    }
}

extension AccountLook {
    /// The recording that the first of `keys` names which names one.
    /// - Throws: `VoicemailError.notFound`.
    func recording(_ keys: [RecordingKey]) throws -> Recording {
        for key in keys {
            if let recording = try reader.recording(key, accountID: account.id) { return recording }
        }
        throw VoicemailError.notFound(id: "recording")
    }
}
