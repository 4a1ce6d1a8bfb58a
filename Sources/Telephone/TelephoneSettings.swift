import SIP

/// How calls are taken.
public struct TelephoneSettings: Sendable {
    public var sip: SIPSettings
    /// The directory of recordings that are not messages yet.
    public var captures: String
    public var files = CallFiles()
    public var operators = Operators()
    /// What is stored of a call.
    public var master = CallMaster.received
    /// Telephone systems that we are an extension of; their passwords are in files.
    public var registrations: [RegistrationSettings] = []
    /// Hosts that may call without a password, by name.
    public var trustedNames: [String] = []
    /// Name servers to be asked instead of the system's.
    public var nameServers: [PeerAddress] = []
    /// What registrations go by, and the looks for recordings that could not be stored.
    public var clock: any Clock<Duration> = ContinuousClock()
    /// How long calls under way may go on once the server is to stop.
    public var drain = Duration.seconds(30)

    public init(sip: SIPSettings, captures: String) {
        self.sip = sip
        self.captures = captures
    }
}
