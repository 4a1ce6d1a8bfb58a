import Foundation

/// What a recorder says of a call beside sending its sound; what it does not say may stand in the file's name.
public struct RecordingParameters: Sendable {
    public var caller: String?
    public var callerName: String?
    public var callee: String?
    public var calleeName: String?
    /// A word that some PBX prints, such as `Inbound` or `out` (`CallDirection`).
    public var direction: String?
    /// When the call began.
    public var started: Timestamp?
    public var callID: String?
    /// Of the call.
    public var durationMilliseconds: Int?

    public init() {}
}

extension RecordingDraft {
    /// Puts together what the recorder says and what its file's name does (P§8.6, S§4.3); what is said
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

    /// A recorder that uploads by call calls what it sends `call_recording_CALLID.EXT`.
    private static func callID(in fileName: String) -> String? {
        guard fileName.hasPrefix(uploadPrefix), let dot = fileName.lastIndex(of: ".") else { return nil }
        let id = fileName[..<dot].dropFirst(uploadPrefix.count)
        return id.isEmpty ? nil : String(id)
    }

    private static let uploadPrefix = "call_recording_"

    /// The name's word; where it says nothing, a call whose numbers are known counts as one between them, and any other as unknown.
    private static func direction(_ name: RecordingName, _ parameters: RecordingParameters) -> CallDirection {
        if let known = name.direction { return known }
        return name.recorded == nil && (parameters.caller != nil || parameters.callee != nil) ? .within : .unknown
    }

    /// When recording and the call began. A call's id ends in the second in which the call began and a counter; recording began in
    /// that second or after it, which also tells the two passes of an hour apart that clocks show twice.
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

    /// Seconds by which the one may be ahead of the other: a recorder may read the clock twice for a name.
    private static let clockSkew = 60

    /// Seconds after the beginning of a call in which recording may begin.
    private static let longestCall = 86_400
}
