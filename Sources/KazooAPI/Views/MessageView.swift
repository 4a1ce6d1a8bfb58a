import NIOCore
import Voicemail

/// A message as KAZOO shows it (K§6.1).
struct MessageView: Sendable {
    /// Messages older than this show as deleted (K§6.5).
    let cutoff: Timestamp

    /// The form of a message by itself.
    func object(_ message: Message) -> JSONObject {
        var object = facts(ListedMessage(message))
        object["transcription"] = message.transcription
        object.merge(retention(message.timestamp)) { old, _ in old }
        return object
    }

    /// The listed form.
    func object(_ message: ListedMessage) -> JSONObject {
        var object = facts(message)
        if message.isTranscribed { object["transcribed"] = true }
        object.merge(retention(message.timestamp)) { old, _ in old }
        return object
    }

    private func retention(_ timestamp: Timestamp) -> JSONObject {
        guard timestamp < cutoff else { return [:] }
        return [
            "retention": "enforced",
            "retention_message": "this message is prior to retention policy, no update operation is permitted",
        ]
    }

    private func facts(_ message: ListedMessage) -> JSONObject {
        let expired = message.timestamp < cutoff
        return [
            "timestamp": .int(message.timestamp.gregorian),
            "from": .string(message.from),
            "to": .string(message.to),
            "caller_id_number": .string(message.callerNumber),
            "caller_id_name": .string(message.callerName),
            "call_id": .string(message.callID),
            "folder": .string(expired ? Folder.deleted.rawValue : message.folder.rawValue),
            "length": .int(message.lengthMilliseconds),
            "media_id": .string(message.monthID),
        ]
    }

    /// The listed form, without the detour over a tree: listings are what clients ask for most.
    func write(_ message: ListedMessage, _ months: inout MonthPrefixes, to writer: inout JSONWriter) {
        let expired = message.timestamp < cutoff
        writer.raw("{\"timestamp\":")
        writer.write(message.timestamp.gregorian)
        writer.raw(",\"from\":")
        writer.write(message.from)
        writer.raw(",\"to\":")
        writer.write(message.to)
        writer.raw(",\"caller_id_number\":")
        writer.write(message.callerNumber)
        writer.raw(",\"caller_id_name\":")
        writer.write(message.callerName)
        writer.raw(",\"call_id\":")
        writer.write(message.callID)
        writer.raw(",\"folder\":")
        writer.write(expired ? Folder.deleted.rawValue : message.folder.rawValue)
        writer.raw(",\"length\":")
        writer.write(message.lengthMilliseconds)
        writer.raw(",\"media_id\":")
        writer.write(months.prefix(of: message.timestamp), message.id)
        if message.isTranscribed { writer.raw(",\"transcribed\":true") }
        if expired {
            writer.raw(",\"retention\":\"enforced\",\"retention_message\":")
            writer.raw("\"this message is prior to retention policy, no update operation is permitted\"")
        }
        writer.raw("}")
    }

    /// The result of a change of many: both spellings of the first key, and an array of one-key objects (K§12-01, K§12-02).
    static func outcome(_ outcome: BatchOutcome) -> JSON {
        let succeeded = JSON(outcome.succeeded)
        let failed = outcome.failed.map { JSON.object([$0.id: .string(word(for: $0.reason))]) }
        return ["succeeded": succeeded, "suceeded": succeeded, "failed": .array(failed)]
    }

    private static func word(for reason: BatchOutcome.Reason) -> String {
        switch reason {
        case .notFound: "not_found"
        case .priorToRetention: "prior_to_retention_duration"
        case .held: "legal_hold"
        case .full: "mailbox_full"
        case .off: "mailbox_disabled"
        }
    }
}
