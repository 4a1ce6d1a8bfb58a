import Foundation

/// What a recorder says of a call beside sending its sound; what it does not say may stand in the file's name.
public struct RecordingParameters: Sendable {
    public var caller: String?
    public var callerName: String?
    public var callee: String?
    public var calleeName: String?
    /// A word of any vendor, such as `Inbound` or `out` (`CallDirection`).
    public var direction: String?
    /// When the call began.
    public var started: Timestamp?
    public var callID: String?
    /// Of the call.
    public var durationMilliseconds: Int?

    public init() {}
}

extension RecordingDraft {
    /// Puts together what the recorder says and what its file's name does (P-Series contract §8.6, S-Series contract §4.3); what is said
    /// wins.
    /// - Parameters:
    ///   - fileName: as the recorder called it, without directories.
    ///   - zone: of the account: names hold local time.
    ///   - ended: when the file was last written, if that is known: of a recording that says no time.
    ///   - isComplete: whether both numbers must be known.
    /// - Throws: `VoicemailError.invalid` for a direction that is none, and for missing numbers.
    public init(
        _ parameters: RecordingParameters, fileName: String, zone: TimeZone, ended: Timestamp? = nil, isComplete: Bool
    ) throws(VoicemailError) {
        let name = RecordingName(parsing: fileName)
        let caller = parameters.caller ?? name?.caller, callee = parameters.callee ?? name?.callee
        var violations: [Violation] = []
        if isComplete, caller == nil { violations.append(Violation(["caller"], .required)) }
        if isComplete, callee == nil { violations.append(Violation(["callee"], .required)) }
        self.init(callerNumber: caller ?? "", calleeNumber: callee ?? "", direction: name?.direction ?? .within, source: fileName)
        if let word = parameters.direction {
            if let known = CallDirection(word: word) {
                direction = known
            } else {
                violations.append(Violation(["type"], .enumeration(CallDirection.allCases.map(\.rawValue)), value: .string(word)))
            }
        }
        guard violations.isEmpty else { throw .invalid(violations) }
        callerName = parameters.callerName ?? ""
        calleeName = parameters.calleeName ?? ""
        recorded = name?.recorded.timestamp(in: zone)
        started = parameters.started ?? name.flatMap { Self.beginning(of: $0, recorded: recorded) }
        callID = parameters.callID ?? name?.callID ?? Self.callID(in: fileName)
        durationMilliseconds = parameters.durationMilliseconds
        self.ended = ended
    }

    /// KAZOO's recorder calls what it sends `call_recording_CALLID.EXT`.
    private static func callID(in fileName: String) -> String? {
        guard fileName.hasPrefix(kazooPrefix), let dot = fileName.lastIndex(of: ".") else { return nil }
        let id = fileName[..<dot].dropFirst(kazooPrefix.count)
        return id.isEmpty ? nil : String(id)
    }

    private static let kazooPrefix = "call_recording_"

    /// A vendor's call id begins with the second in which the call did; recording began in it or after it.
    private static func beginning(of name: RecordingName, recorded: Timestamp?) -> Timestamp? {
        guard let recorded, let seconds = name.callID.split(separator: ".").first.flatMap({ Int($0) }) else { return recorded }
        return (0...longestCall).contains(recorded.unix - seconds) ? Timestamp(unix: seconds) : recorded
    }

    /// Seconds after the beginning of a call in which recording may begin.
    private static let longestCall = 86_400
}
