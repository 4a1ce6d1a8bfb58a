import Foundation

/// A call as far as it left something here: what was recorded of it, or the message it ended in.
public enum CallRecord: Sendable, Hashable {
    case recording(Recording)
    /// - Parameters:
    ///   - mailboxNumber: the number of the mailbox the message lies in, and what it is called.
    case message(Message, mailboxNumber: String, mailboxName: String, direction: CallDirection)

    /// What a call can have left.
    public enum Kind: Sendable, Hashable, CaseIterable {
        case recording, message
    }

    /// When the call began, as far as is known.
    public var started: Timestamp {
        switch self {
        case .recording(let recording): recording.started
        case .message(let message, _, _, _): message.timestamp
        }
    }

    /// The caller's number and name.
    public var callerNumber: String {
        switch self {
        case .recording(let recording): recording.callerNumber
        case .message(let message, _, _, _): message.callerNumber
        }
    }

    public var callerName: String {
        switch self {
        case .recording(let recording): recording.callerName
        case .message(let message, _, _, _): message.callerName
        }
    }

    /// The number and name that were called; of a message, those of the mailbox that it lies in.
    public var calleeNumber: String {
        switch self {
        case .recording(let recording): recording.calleeNumber
        case .message(_, let number, _, _): number
        }
    }

    public var calleeName: String {
        switch self {
        case .recording(let recording): recording.calleeName
        case .message(_, _, let name, _): name
        }
    }

    public var direction: CallDirection {
        switch self {
        case .recording(let recording): recording.direction
        case .message(_, _, _, let direction): direction
        }
    }

    /// Whole seconds.
    public var seconds: Int {
        switch self {
        case .recording(let recording): recording.durationMilliseconds / 1000
        case .message(let message, _, _, _): message.lengthSeconds
        }
    }

    /// The telephone system's name for the call.
    public var callID: String {
        switch self {
        case .recording(let recording): recording.callID
        case .message(let message, _, _, _): message.callID
        }
    }

    /// The recording's name; nil for a call that ended in a message.
    public var recordingName: String? {
        switch self {
        case .recording(let recording): recording.name
        case .message: nil
        }
    }

    /// Names the record.
    /// - Parameter zone: of the account: names of call records hold local time.
    public func id(in zone: TimeZone) -> String {
        switch self {
        case .recording(let recording): recording.callRecordID
        case .message(let message, _, _, _): message.callRecordID(in: zone)
        }
    }
}
