import Foundation

/// A recording on its way into an account, within one transaction.
struct RecordingArrival {
    private var draft: RecordingDraft
    /// The recorder's name for it, as it may be shown (`RecordingName.label`).
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

    /// Stores the recording with an event that tells of it, unless the same file was stored before.
    /// - Throws: `VoicemailError.conflict` where its source or every name for it is taken.
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
        if let length = audio.durationMilliseconds { known[Event.soundLength] = .int(length) }
        known[Event.announced] = true
        try writer.append(Event(kind: .recordingStored, accountID: account.id, subjectID: stored.id, payload: known, created: now))
        return StoredRecording(recording: stored, isNew: true)
    }

    /// The source as the recorder names it, unless that name is stored with other bytes: then with their hash added, so that both are kept.
    private func freeSource() throws -> String? {
        guard let source = draft.source, let known = try writer.recording(.source(source), accountID: account.id),
            try writer.blob(id: known.audio.blobID)?.blob.sha256 != audio.record.blob.sha256
        else { return draft.source }
        return String(source.prefix(Recordings.longestCallFact - 17)) + "#" + audio.record.blob.sha256.prefix(16)
    }

    /// The recording that was stored of the same file, if there is one.
    /// - Throws: `VoicemailError.conflict` for another file of the same source.
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

    /// A name that is free in the account, and the call id that it stands for.
    private func name(began: Timestamp) throws -> (String, String) {
        // A call without an id is named after its second, and a counter tells the calls of one second apart.
        let madeUp = "\((draft.started ?? began).unix)"
        if let label {
            let parsed = RecordingName(parsing: label)
            let callID = draft.callID ?? parsed.callID ?? madeUp + ".1"
            // Clients take names of this form apart (P§8.6, S§4.3), so such a name is kept.
            if parsed.isComposed, try isFree(label) { return (label, callID) }
            // Without a number a composed name would say less than the recorder's own.
            if draft.callerNumber.isEmpty, draft.calleeNumber.isEmpty {
                return try firstFree { (RecordingName.numbered(label, $0), callID) }
            }
        }
        // One call may have several recordings: when recording is paused, or when both ends record.
        return try firstFree { counter in
            let (id, suffix) = draft.callID.map { ($0, counter) } ?? (madeUp + ".\(counter)", 1)
            let name = RecordingName.compose(
                recorded: began, in: zone, callID: id, counter: suffix, caller: draft.callerNumber, callee: draft.calleeNumber,
                direction: draft.direction, fileExtension: audio.record.container ?? "")
            return (name, id)
        }
    }

    private static let highestCounter = 10_000

    /// A name with a free counter behind one that is taken: the lowest, unless a recording in between was removed. It is found in a few steps, however many
    /// recordings began in one second.
    /// - Throws: `VoicemailError.conflict` where the highest is taken.
    private func firstFree(_ name: (Int) -> (String, String)) throws -> (String, String) {
        var taken = 0, free = 1
        while try !isFree(name(free).0) {
            guard free < Self.highestCounter else { throw VoicemailError.conflict }
            taken = free
            free = min(2 * free, Self.highestCounter)
        }
        while free - taken > 1 {
            let middle = (taken + free) / 2
            if try isFree(name(middle).0) { free = middle } else { taken = middle }
        }
        return name(free)
    }

    private func isFree(_ name: String) throws -> Bool { try writer.recording(.name(name), accountID: account.id) == nil }

    /// An id for the recording and the call record id made of it, drawn until the latter is free in the account.
    private func callRecord(started: Timestamp) throws -> (String, String) {
        while true {
            let id = HexID.random()
            let name = CallRecordID.make(id: id, started: started, zone: zone)
            if try writer.recording(.callRecord(name), accountID: account.id) == nil { return (id, name) }
        }
    }
}
