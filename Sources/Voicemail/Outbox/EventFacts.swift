/// The copies that events carry of things that may be gone by the time of delivery: written and read here, and nowhere else.
extension Message {
    var facts: JSONObject {
        [
            "mailbox_id": .string(mailboxID), "serial": .int(serial), "timestamp": .int(timestamp.unix), "from": .string(from), "to": .string(to),
            "caller_number": .string(callerNumber), "caller_name": .string(callerName), "call_id": .string(callID),
            "length_ms": .int(lengthMilliseconds),
        ]
    }
}

extension Recording {
    var facts: JSONObject {
        [
            "serial": .int(serial), "name": .string(name), "started": .int(started.unix), "caller_number": .string(callerNumber),
            "caller_name": .string(callerName), "callee_number": .string(calleeNumber), "callee_name": .string(calleeName),
            "direction": .string(direction.rawValue), "call_id": .string(callID), "call_record_id": .string(callRecordID),
            "duration_ms": .int(durationMilliseconds),
        ]
    }
}

extension Event {
    /// The mailbox of the message that it is of; nil where it is of none.
    public var mailboxID: String? { payload["mailbox_id"]?.string }

    /// The message that was stored, as it was then; nil where none was.
    public var message: Message? {
        guard kind == .messageStored else { return nil }
        return Message(
            id: subjectID, accountID: accountID, mailboxID: text("mailbox_id"), timestamp: time("timestamp"), folder: .new, from: text("from"),
            to: text("to"), callerName: text("caller_name"), callerNumber: text("caller_number"), callID: text("call_id"),
            lengthMilliseconds: payload["length_ms"]?.int ?? 0, modified: created)
    }

    /// The recording that was stored; nil where none was.
    var recording: StoredCall? {
        guard kind == .recordingStored else { return nil }
        let duration = payload["duration_ms"]?.int ?? 0
        return StoredCall(
            name: text("name"), started: time("started"), callerNumber: text("caller_number"), calleeNumber: text("callee_number"),
            direction: CallDirection(rawValue: text("direction")) ?? .within, callID: text("call_id"), callRecordID: text("call_record_id"),
            durationMilliseconds: duration, soundMilliseconds: payload[Self.soundLength]?.int ?? duration)
    }

    /// A recording as far as its event tells it.
    struct StoredCall {
        let name: String
        let started: Timestamp
        let callerNumber: String
        let calleeNumber: String
        let direction: CallDirection
        let callID: String
        let callRecordID: String
        let durationMilliseconds: Int
        /// How much of it is sound.
        let soundMilliseconds: Int
    }

    /// The member that says how long a recording's sound is, which its recorder may have stated otherwise.
    static let soundLength = "audio_ms"

    /// The kind of the document that it is of; nil where it is of none, or of one that another version has.
    public var documentKind: DocumentKind? { payload[Self.documentType]?.string.flatMap(DocumentKind.init) }

    static let documentType = "type"

    /// How full the mailbox was, and how much it may hold; nil where nobody has counted.
    public var messageCount: Int? { payload["message_count"]?.int }
    public var capacity: Int? { payload["max_message_count"]?.int }

    /// Whether a new message or recording is to be made known.
    public var isAnnounced: Bool { payload[Self.announced]?.bool ?? false }

    /// The member that says whether the thing stored is news to those who want to hear of new messages and recordings.
    static let announced = "announced"

    private func text(_ name: String) -> String { payload[name]?.string ?? "" }

    private func time(_ name: String) -> Timestamp { Timestamp(unix: payload[name]?.int ?? created.unix) }
}

extension Mailboxes {
    /// How full a mailbox is.
    static func counts(_ count: Int, of capacity: Int) -> JSONObject { ["message_count": .int(count), "max_message_count": .int(capacity)] }
}
