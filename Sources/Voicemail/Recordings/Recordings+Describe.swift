import Foundation

/// The facts of a call that a recorder states. The file's name may tell the rest.
public struct RecordingParameters: Sendable {
    public var caller: String?
    public var callerName: String?
    public var callee: String?
    public var calleeName: String?
    /// A word such as `Inbound` or `out` (`CallDirection.init(word:)`).
    public var direction: String?
    /// When the call began.
    public var started: Timestamp?
    public var callID: String?
    /// The length of the call.
    public var durationMilliseconds: Int?

    public init() {}
}

extension RecordingDraft {
    /// Describes a recording by what the recorder states and, where it states nothing, by the file's name (`RecordingName`).
    /// - Parameters:
    ///   - fileName: the recorder's, without directories.
    ///   - zone: the account's, as names hold local time.
    ///   - ended: when the file was last written, where that is known. It serves where no other time is told.
    ///   - isComplete: whether both numbers are required.
    /// - Throws: `VoicemailError.invalid` for a word that is no direction, and for missing numbers.
    public init(
        _ parameters: RecordingParameters, fileName: String, zone: TimeZone, ended: Timestamp? = nil, isComplete: Bool
    ) throws(VoicemailError) {
        let name = RecordingName(parsing: fileName)
        let caller = parameters.caller ?? name.caller, callee = parameters.callee ?? name.callee
        var violations: [Violation] = []
        if isComplete, caller == nil { violations.append(Violation(["caller"], .required)) }
        if isComplete, callee == nil { violations.append(Violation(["callee"], .required)) }
        self.init(callerNumber: caller ?? "", calleeNumber: callee ?? "", direction: Self.direction(name, parameters), source: fileName)
        if let word = parameters.direction {
            if let known = CallDirection(word: word) {
                direction = known
            } else {
                violations.append(Violation(["type"], .enumeration(CallDirection.told.map(\.rawValue)), value: .string(word)))
            }
        }
        guard violations.isEmpty else { throw .invalid(violations) }
        callerName = parameters.callerName ?? ""
        calleeName = parameters.calleeName ?? ""
        let began = Self.beginning(of: name, in: zone)
        recorded = began?.recorded
        started = parameters.started ?? began?.started
        callID = parameters.callID ?? name.callID ?? Self.callID(in: fileName)
        durationMilliseconds = parameters.durationMilliseconds
        self.ended = ended
    }

    /// The call id in `call_recording_CALLID.EXT`, the name under which some recorders upload.
    private static func callID(in fileName: String) -> String? {
        guard fileName.hasPrefix(uploadPrefix), let dot = fileName.lastIndex(of: ".") else { return nil }
        let id = fileName[..<dot].dropFirst(uploadPrefix.count)
        return id.isEmpty ? nil : String(id)
    }

    private static let uploadPrefix = "call_recording_"

    /// The direction in the name. Without one, a call is internal if the recorder states a number and the name tells no time; else it is unknown.
    private static func direction(_ name: RecordingName, _ parameters: RecordingParameters) -> CallDirection {
        if let known = name.direction { return known }
        return name.recorded == nil && (parameters.caller != nil || parameters.callee != nil) ? .within : .unknown
    }

    /// When recording and the call began. A call id ends in the Unix time of the call's beginning and a counter (P§8.6). The recording began at
    /// that time or later, which decides between the two hours that the clock shows twice when summer time ends.
    private static func beginning(of name: RecordingName, in zone: TimeZone) -> (recorded: Timestamp, started: Timestamp)? {
        guard let wall = name.recorded else { return nil }
        let id = name.callID?.split(separator: "-").last?.split(separator: ".").first
        if let seconds = id.flatMap({ Int($0) }) {
            let passes = wall.timestamps(in: zone) + [wall.timestamp(in: zone)]
            let recorded = passes.filter { (-clockSkew...longestCall).contains($0.unix - seconds) }.min { abs($0.unix - seconds) < abs($1.unix - seconds) }
            if let recorded { return (recorded, min(recorded, Timestamp(unix: seconds))) }
        }
        let recorded = wall.timestamp(in: zone)
        return (recorded, recorded)
    }

    /// Seconds by which recording may seem to begin before the call: a recorder may read the clock twice while it makes a name.
    private static let clockSkew = 60

    /// Seconds after the beginning of a call within which recording may begin.
    private static let longestCall = 86_400
}
