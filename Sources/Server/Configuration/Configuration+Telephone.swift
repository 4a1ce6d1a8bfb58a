import HTTPFront
import SIP
import Telephone
import Voicemail

extension Configuration {
    /// How calls are taken.
    public struct Telephone: Sendable, Hashable {
        /// nil where no calls are taken.
        public var listen: CallAddress?
        /// Whether another port will do where that one is taken: for a demonstration.
        public var mayMove = false
        /// Where calls are taken over TLS; nil for nowhere.
        public var tls: TLS?
        /// In what sound is taken.
        public var formats = SoundFormat.allCases
        /// Whether sound is encrypted.
        public var encryption = SoundEncryption.optional
        /// The peers that may call without a password.
        public var trusted = ["127.0.0.0/8", "::1"].compactMap { NetworkRange($0) }
        /// The same, by the names of hosts.
        public var trustedNames: [String] = []
        /// Asked instead of the system's for the names of telephone systems.
        public var nameServers: [PeerAddress] = []
        /// Telephone systems that the server is an extension of.
        public var registrations: [Registration] = []
        /// What becomes of others.
        public var strangers = StrangersTreatment.drop
        public var logins = PeerLogins()
        /// Files with passwords, by the names of peers.
        public var passwordFiles: [String: String] = [:]
        /// The address that others are told, where it is not the one that calls come to.
        public var advertised: NetworkAddress?
        /// Of sound: each call has two.
        public var ports: ClosedRange<UInt16> = 20_000...29_999
        public var isSymmetric = true
        public var limits = CallLimits()
        /// Seconds that calls under way may go on once the server is to stop.
        public var drainSeconds = 30

        /// Where callers may be sent with the operator's key.
        public var operators = Operators()
        /// What is stored of a call.
        public var master = CallMaster.received

        public init() {}

        /// A listener with a certificate.
        public struct TLS: Sendable, Hashable {
            public var listen: CallAddress
            public var files: TLSFiles

            public init(listen: CallAddress, files: TLSFiles) {
                self.listen = listen
                self.files = files
            }
        }

        /// - Returns: nil where no calls are taken.
        func settings(captures: String) -> TelephoneSettings? {
            guard let listen else { return nil }
            let trusted = trusted + ownAddresses
            var sip = SIPSettings(address: listen.peer) { peer in
                guard let address = NetworkAddress(peer.host) else { return false }
                return trusted.contains { $0.contains(address) }
            }
            sip.mayMove = mayMove
            sip.advertised = advertised?.description
            sip.ports = ports
            sip.isSymmetric = isSymmetric
            sip.limits = limits
            sip.formats = formats
            sip.encryption = encryption
            sip.nameServers = nameServers
            sip.strangers = strangers
            sip.logins = logins
            var settings = TelephoneSettings(sip: sip, captures: captures)
            settings.drain = .seconds(drainSeconds)
            settings.files.tls = tls.map { CallFiles.TLS(address: $0.listen.peer, certificate: $0.files.certificate, key: $0.files.key) }
            settings.files.passwords = passwordFiles
            settings.operators = operators
            settings.master = master
            settings.registrations = registrations.map(\.settings)
            settings.files.registrationPasswords = Dictionary(
                registrations.map { ($0.settings.name, $0.passwordFile) }, uniquingKeysWith: { first, _ in first })
            settings.nameServers = nameServers
            settings.trustedNames = trustedNames
            return settings
        }
    }
}

extension Configuration.Telephone {
    init(_ reader: SettingsReader) {
        self.init()
        listen = reader.value("sip.listen", nil, expecting: "HOST:PORT, the host in numbers, or nothing") { text in
            text.isEmpty ? .some(nil) : Self.address(text).map { .some($0) }
        }
        readPeers(reader)
        advertised = reader.value("sip.advertised_address", nil, expecting: "an IP address, or nothing") { text in
            text.isEmpty ? .some(nil) : NetworkAddress(text).map { .some($0) }
        }
        ports = reader.value("sip.ports", ports, expecting: "FIRST-LAST, between 1024 and 65535 and at least four") { Self.ports($0) }
        let names = SoundFormat.allCases.map(\.rawValue).joined(separator: ", ")
        formats = reader.list("sip.formats", formats, expecting: "one of " + names) { SoundFormat(rawValue: $0.uppercased()) }
        if Set(formats).isDisjoint(with: [.muLaw, .aLaw]) {
            reader.refuse("sip.formats", because: "lacks PCMU and PCMA, one of which every telephone needs", given: ["sip.formats"])
        }
        encryption = reader.word("sip.encryption", encryption)
        isSymmetric = reader.flag("sip.symmetric", isSymmetric)
        limits.calls = reader.number("sip.limits.calls", limits.calls, 1...30_000)
        limits.callsOfPeer = reader.number("sip.limits.calls_of_peer", limits.callsOfPeer, 1...30_000)
        limits.callsPerSecond = reader.number("sip.limits.calls_per_second", limits.callsPerSecond, 1...10_000)
        limits.strangersPerSecond = reader.number("sip.limits.strangers_per_second", limits.strangersPerSecond, 1...10_000)
        limits.connections = reader.number("sip.limits.connections", limits.connections, 4...30_000)
        limits.connectionsOfPeer = reader.number("sip.limits.connections_of_peer", limits.connectionsOfPeer, 1...30_000)
        limits.quietSeconds = reader.number("sip.limits.quiet_seconds", limits.quietSeconds, 5...3_600)
        limits.longestCall = reader.number("sip.limits.call_seconds", limits.longestCall, 10...86_400)
        limits.retrySeconds = reader.number("sip.limits.retry_seconds", limits.retrySeconds, 1...3_600)
        operators = Operators(reader.list("sip.operators", [Operators.Pattern](), expecting: "a number, or its beginning and *") { Operators.Pattern($0) })
        master = reader.word("sip.master", master)
        drainSeconds = reader.number("sip.drain_seconds", drainSeconds, 0...3_600)
        readTLS(reader)
        readLogins(reader)
        readRegistrations(reader)
    }

    static func address(_ text: String) -> CallAddress? {
        CallAddress(text).flatMap { address in NetworkAddress(address.host) == nil ? nil : address }
    }

    private static func ports(_ text: String) -> ClosedRange<UInt16>? {
        let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { UInt16($0) }
        guard ends.count == 2, let first = ends[0], let last = ends[1], first >= 1024, last >= first, last - first >= 3 else { return nil }
        return first...last
    }
}
