import HTTPFront
import Voicemail

/// The stretch of time a message listing covers (K§6.4).
struct Window: Sendable {
    let from: Timestamp
    /// nil: no end, so that messages of clocks that run ahead are listed (K§12-41).
    let to: Timestamp?

    init(_ call: KazooCall, account: Account, service: VoicemailService) throws(KazooFailure) {
        let limits = service.limits
        let start = try Self.bound("created_from", call)
        let end = try Self.bound("created_to", call)
        guard let start else {
            from = (end ?? service.clock.now).advanced(by: -limits.retentionSeconds(of: account))
            to = end
            return
        }
        let last = end ?? service.clock.now
        if end != nil, last < start {
            throw .invalid(
                "created_from", "date_range", "created_to \(last.gregorian) is prior to created_from \(start.gregorian)",
                cause: .int(start.gregorian))
        }
        if last.unix - start.unix > limits.maximumRange {
            throw .invalid(
                "created_from", "date_range",
                "created_to \(last.gregorian) is more than \(limits.maximumRange) seconds from created_from \(start.gregorian)",
                cause: .int(last.gregorian))
        }
        from = start
        to = end
    }

    /// A Gregorian second from the request.
    static func bound(_ name: String, _ call: KazooCall) throws(KazooFailure) -> Timestamp? {
        guard let value = call.value(name) else { return nil }
        guard let seconds = value.text.flatMap(Int.init), let timestamp = Timestamp(gregorian: seconds) else {
            throw .invalid([Violation([name], .type(["integer"]), value: value)])
        }
        return timestamp
    }
}
