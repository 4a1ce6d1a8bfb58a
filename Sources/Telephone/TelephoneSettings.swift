import SIP

/// How calls are taken.
public struct TelephoneSettings: Sendable {
    public var sip: SIPSettings
    /// The directory of recordings that are not messages yet.
    public var captures: String
    public var files = CallFiles()
    public var operators = Operators()
    /// How long calls under way may go on once the server is to stop.
    public var drain = Duration.seconds(30)

    public init(sip: SIPSettings, captures: String) {
        self.sip = sip
        self.captures = captures
    }
}
