import HTTPFront
import Voicemail

/// What a recorder says of a call, in the query of its request.
enum IntakeParameters {
    /// - Throws: `VoicemailError.invalid` for a time or a length that is none.
    static func read(_ query: Query) throws(VoicemailError) -> RecordingParameters {
        var violations: [Violation] = []
        /// The first of several names that has a value; a `+` in it is one.
        func text(_ names: String...) -> String? { names.lazy.compactMap { query.literal($0) }.first { !$0.isEmpty } }
        /// The same where a `+` is a blank.
        func words(_ names: String...) -> String? { names.lazy.compactMap { query[$0] }.first { !$0.isEmpty } }
        func judged<Value>(_ name: String, _ text: String?, _ format: String, _ parse: (String) -> Value?) -> Value? {
            guard let text else { return nil }
            let value = parse(text)
            if value == nil { violations.append(Violation([name], .format(format), value: .string(text))) }
            return value
        }
        var parameters = RecordingParameters()
        parameters.caller = text("caller", "from")
        parameters.callee = text("callee", "to")
        parameters.callerName = words("caller_name", "from_name")
        parameters.calleeName = words("callee_name", "to_name")
        parameters.direction = words("type", "direction")
        parameters.callID = text("call_id")
        parameters.started = judged("at", text("at"), "time", time)
        parameters.durationMilliseconds = judged("duration", text("duration"), "number of seconds", milliseconds)
        guard violations.isEmpty else { throw .invalid(violations) }
        return parameters
    }

    /// RFC 3339, or seconds since 1970, with or without a fraction.
    private static func time(_ text: String) -> Timestamp? {
        let time = Timestamp(rfc3339: text) ?? seconds(text).map { Timestamp(unix: Int($0)) }
        return time.flatMap { Timestamp.plausible.contains($0.unix) ? $0 : nil }
    }

    private static func milliseconds(_ text: String) -> Int? {
        guard let seconds = seconds(text), (0...1_000_000).contains(seconds) else { return nil }
        return Int((seconds * 1000).rounded())
    }

    /// As JSON writes numbers: `Double` would take `0x10` and `inf`, too.
    private static func seconds(_ text: String) -> Double? {
        guard text.utf8.allSatisfy(numeric.contains) else { return nil }
        return Double(text).flatMap { abs($0) < 1e15 ? $0 : nil }
    }

    private static let numeric = Array("0123456789.eE+-".utf8)
}
