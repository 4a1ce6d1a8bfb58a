import Foundation
import SIP
import Telephone
import Voicemail

extension Configuration.Telephone {
    /// A telephone system that the server is an extension of.
    public struct Registration: Sendable, Hashable {
        public var settings: RegistrationSettings
        public var passwordFile: String

        public init(_ settings: RegistrationSettings, passwordFile: String) {
            self.settings = settings
            self.passwordFile = passwordFile
        }

        public init(user: String, host: String, passwordFile: String) {
            self.init(RegistrationSettings(user: user, host: host), passwordFile: passwordFile)
        }
    }

    /// Whose calls are taken without a password.
    enum TrustedPeer: CustomStringConvertible {
        case range(NetworkRange)
        case name(String)

        init?(_ text: String) {
            if let range = NetworkRange(text) { self = .range(range) } else if HostName.isOne(text) { self = .name(text.lowercased()) } else { return nil }
        }

        var description: String {
            switch self {
            case .range(let range): "\(range)"
            case .name(let name): name
            }
        }
    }

    mutating func readPeers(_ reader: SettingsReader) {
        let peers = reader.list(
            "sip.trusted", trusted.map { TrustedPeer.range($0) }, expecting: "an IP address, a network such as 10.0.0.0/8, or a host's name"
        ) {
            TrustedPeer($0)
        }
        trusted = peers.compactMap { if case .range(let range) = $0 { range } else { nil } }
        trustedNames = peers.compactMap { if case .name(let name) = $0 { name } else { nil } }
        nameServers = reader.list("sip.name_servers", [PeerAddress](), expecting: "an IP address, with :PORT where it is not 53") { Self.nameServer($0) }
    }

    mutating func readRegistrations(_ reader: SettingsReader) {
        let key = "sip.registrations"
        registrations = reader.list(key, [Registration](), expecting: "USER@HOST[:PORT] [tcp] [login=NAME] [seconds=N] password=FILE") { text in
            Self.registration(text) { reader.settled($0, of: key) }
        }
        if Set(registrations.map(\.settings.name)).count < registrations.count { reader.refuse(key, because: "has one twice", given: [key]) }
    }

    private static func nameServer(_ text: String) -> PeerAddress? {
        if NetworkAddress(text) != nil { return PeerAddress(host: text, port: 53) }
        return address(text).flatMap { $0.port == 0 ? nil : $0.peer }
    }

    /// Words with blanks between them; the file's path is the last of them, and may have some in it.
    private static func registration(_ text: String, settled: (String) -> String) -> Registration? {
        guard let file = text.range(of: " password="), !text[file.upperBound...].isEmpty else { return nil }
        let words = text[..<file.lowerBound].split(separator: " ").map(String.init)
        guard let first = words.first, let at = first.firstIndex(of: "@"), var settings = place(String(first[first.index(after: at)...])) else { return nil }
        settings.user = String(first[..<at])
        guard !settings.user.isEmpty, settings.user.utf8.allSatisfy({ userCharacters.contains($0) }) else { return nil }
        for word in words.dropFirst() {
            let halves = word.split(separator: "=", maxSplits: 1).map(String.init)
            switch (halves[0], halves.count > 1 ? halves[1] : nil) {
            case (let name, nil):
                guard let transport = SIPTransport(rawValue: name) else { return nil }
                settings.transport = transport
            case ("login", let login?) where !login.utf8.contains { $0 < 0x20 || $0 == 0x7F }: settings.login = login
            case ("seconds", let number?):
                guard let seconds = Int(number), (30...86_400).contains(seconds) else { return nil }
                settings.seconds = seconds
            default: return nil
            }
        }
        return Registration(settings, passwordFile: settled(String(text[file.upperBound...])))
    }

    /// `HOST`, `HOST:PORT`, the host in numbers or by name, IPv6 in brackets where a port follows.
    private static func place(_ text: String) -> RegistrationSettings? {
        if NetworkAddress(text) != nil || HostName.isOne(text) { return RegistrationSettings(user: "", host: text.lowercased()) }
        if text.hasPrefix("["), text.hasSuffix("]") {
            let inner = String(text.dropFirst().dropLast())
            return NetworkAddress(inner) == nil ? nil : RegistrationSettings(user: "", host: inner)
        }
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]), port > 0 else { return nil }
        guard var settings = place(String(text[..<colon])), settings.port == nil else { return nil }
        settings.port = port
        return settings
    }

    /// Those of a URI's user that need no escape (RFC 3261 §25.1).
    private static let userCharacters = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.!~*'()&=+$,".utf8)
}

/// Names of hosts (RFC 1123 §2.1).
enum HostName {
    /// Not one that could be taken for an address.
    static func isOne(_ text: String) -> Bool {
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        guard text.utf8.count <= 253, let last = labels.last, last.contains(where: \.isLetter) else { return false }
        return labels.allSatisfy { label in
            !label.isEmpty && label.utf8.count <= 63 && label.utf8.allSatisfy { characters.contains($0) } && label.first != "-" && label.last != "-"
        }
    }

    private static let characters = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
}
