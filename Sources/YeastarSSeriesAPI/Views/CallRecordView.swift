import Foundation
import Voicemail

/// A call as a row of `cdr/download` (S§5.2): clients read it by position. The misspellings are the vendor's.
struct CallRecordView: Sendable {
    static let columns = [
        "callid", "timestart", "callfrom", "callto", "callduraction", "talkduraction", "srctrunkname", "dsttrunkname", "status", "type",
        "pincode", "recording", "didnumber", "sn",
    ]

    let zone: TimeZone
    /// Only calls from or to these; nil for all.
    let extensions: Set<String>?
    let serialNumber: String

    func shows(_ record: CallRecord) -> Bool {
        guard let extensions else { return true }
        return extensions.contains(record.callerNumber) || extensions.contains(record.calleeNumber)
    }

    func fields(_ record: CallRecord) -> [String] {
        let row = CallRow(
            callID: record.callID, started: record.started, caller: record.callerNumber, callee: record.calleeNumber, seconds: record.seconds,
            talkSeconds: record.seconds, direction: record.direction, recording: record.recordingName)
        return [
            row.callID, SSeriesTime.text(row.started, in: zone), row.caller, row.callee, row.seconds, row.talkSeconds, "", "", row.status, row.type, "",
            row.recording, "", serialNumber,
        ]
    }
}

/// A call in the words of rows and reports.
struct CallRow: Sendable {
    let callID: String
    let started: Timestamp
    let caller: String
    let callee: String
    /// Whole seconds, as text.
    let seconds: String
    /// Of them, those that were spoken in, as far as is known.
    let talkSeconds: String
    /// `ANSWERED` where the callee answered, or something did; `VOICEMAIL` where he did not, and there is a message (S§7).
    let status: String
    let type: String
    /// Its name; empty for a message.
    let recording: String

    /// - Parameter recording: the recording's name; nil for a call that ended in a message.
    init(
        callID: String, started: Timestamp, caller: String, callee: String, seconds: Int, talkSeconds: Int, direction: CallDirection, recording: String?
    ) {
        self.callID = recording == nil ? Self.callID(callID, of: started) : callID
        self.started = started
        self.caller = caller
        self.callee = callee
        self.seconds = String(seconds)
        self.talkSeconds = String(talkSeconds)
        status = recording == nil ? "VOICEMAIL" : "ANSWERED"
        type = direction.printed
        self.recording = recording ?? ""
    }

    init(_ call: AnnouncedCall) {
        self.init(
            callID: call.callID, started: call.started, caller: call.caller, callee: call.callee, seconds: call.seconds,
            talkSeconds: call.talkSeconds, direction: call.direction, recording: call.recording)
    }

    /// The id of a call that ended in a message, in this interface's form `{epoch}.{n}` (S§5.2): as it came where it has that form, else
    /// made from the call's time and its id, so that every copy and every report of the call has the same.
    static func callID(_ id: String, of time: Timestamp) -> String {
        let parts = id.split(separator: ".", omittingEmptySubsequences: false)
        if parts.count == 2, parts.allSatisfy(\.isDigits) { return id }
        // FNV-1a: any number will do that is always the same for an id.
        let hash = id.utf8.reduce(UInt32(2_166_136_261)) { ($0 ^ UInt32($1)) &* 16_777_619 }
        return "\(time.unix).\(hash % 1_000_000)"
    }
}
