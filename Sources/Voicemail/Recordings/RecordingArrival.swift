import Foundation

/// A recording on its way into an account, within one transaction.
struct RecordingArrival {
    private var draft: RecordingDraft
    /// What the recorder called it.
    private let label: String?
    private let audio: ReceivedAudio
    private let zone: TimeZone
    private let account: Account
    private let writer: any StoreWriter
    private let now: Timestamp

    init(_ draft: RecordingDraft, _ audio: ReceivedAudio, _ zone: TimeZone, _ change: AccountChange) {
        self.draft = draft
        label = draft.source.map(RecordingName.label)
        self.audio = audio
        self.zone = zone
        account = change.account
        writer = change.writer
        now = change.now
    }

    /// Stores it and says so, unless the same file was stored before.
    func store() throws -> StoredRecording {
        var arrival = self
        if draft.reusesSource { arrival.draft.source = try freeSource() }
        return try arrival.known().map { StoredRecording(recording: $0, isNew: false) } ?? arrival.added()
    }

    private func added() throws -> StoredRecording {
        let recording = try recording()
        try writer.insert(audio.record, at: now)
        let stored = try writer.insert(recording)
        var known = stored.facts
        if let length = audio.durationMilliseconds { known["audio_ms"] = .int(length) }
        known[Event.announced] = true
        try writer.append(Event(kind: .recordingStored, accountID: account.id, subjectID: stored.id, payload: known, created: now))
        return StoredRecording(recording: stored, isNew: true)
    }

    /// The source's own name, unless it has come to stand for other bytes: then one with the bytes' hash in it.
    private func freeSource() throws -> String? {
        guard let source = draft.source, let known = try writer.recording(.source(source), accountID: account.id),
            try writer.blob(id: known.audio.blobID)?.blob.sha256 != audio.record.blob.sha256
        else { return draft.source }
        return String(source.prefix(Recordings.longestCallFact - 17)) + "#" + audio.record.blob.sha256.prefix(16)
    }

    /// The recording that the same file became before.
    private func known() throws -> Recording? {
        guard let source = draft.source, let known = try writer.recording(.source(source), accountID: account.id) else { return nil }
        guard try writer.blob(id: known.audio.blobID)?.blob.sha256 == audio.record.blob.sha256 else { throw VoicemailError.conflict }
        return known
    }

    private func recording() throws -> Recording {
        let began = draft.recorded ?? draft.started ?? (draft.ended ?? now).advanced(by: -(audio.durationMilliseconds ?? 0) / 1000)
        let started = draft.started ?? draft.recorded ?? began
        let (name, callID) = try name(began: began)
        let (id, callRecordID) = try callRecord(started: started)
        return Recording(
            id: id, accountID: account.id, name: name, source: draft.source, started: started, callerNumber: draft.callerNumber,
            callerName: draft.callerName, calleeNumber: draft.calleeNumber, calleeName: draft.calleeName, direction: draft.direction,
            callID: callID, callRecordID: callRecordID, durationMilliseconds: draft.durationMilliseconds ?? audio.durationMilliseconds ?? 0,
            audio: audio.attachment, created: now)
    }

    /// A free name and the call id in it.
    private func name(began: Timestamp) throws -> (String, String) {
        // The same second may see several calls that have no id.
        let madeUp = "\((draft.started ?? began).unix)"
        if let label {
            let parsed = RecordingName(parsing: label)
            let callID = draft.callID ?? parsed.callID ?? madeUp + ".1"
            // What a client can take apart stays as it is.
            if parsed.isComposed, try isFree(label) { return (label, callID) }
            // Where no number is known, the recorder's own name tells more than one that is made up.
            if draft.callerNumber.isEmpty, draft.calleeNumber.isEmpty {
                for counter in 1...10_000 {
                    let name = RecordingName.numbered(label, counter)
                    if try isFree(name) { return (name, callID) }
                }
            }
        }
        // A call is recorded more than once when recording is paused or both of its ends record.
        for counter in 1...10_000 {
            let (id, suffix) = draft.callID.map { ($0, counter) } ?? (madeUp + ".\(counter)", 1)
            let name = RecordingName.compose(
                recorded: began, in: zone, callID: id, counter: suffix, caller: draft.callerNumber, callee: draft.calleeNumber,
                direction: draft.direction, fileExtension: audio.record.container ?? "")
            if try isFree(name) { return (name, id) }
        }
        throw VoicemailError.conflict
    }

    private func isFree(_ name: String) throws -> Bool { try writer.recording(.name(name), accountID: account.id) == nil }

    /// A free call record id and the recording's id, whose first digits end it.
    private func callRecord(started: Timestamp) throws -> (String, String) {
        while true {
            let id = HexID.random()
            let name = CallRecordID.make(id: id, started: started, zone: zone)
            if try writer.recording(.callRecord(name), accountID: account.id) == nil { return (id, name) }
        }
    }
}
