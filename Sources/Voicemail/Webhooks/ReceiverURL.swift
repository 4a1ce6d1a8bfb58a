import Foundation

/// Where a receiver wants to be told, as a client names it: an absolute URL of http or https.
///
/// Requests to it go out from this machine, so it must not lead back to it, nor into the networks around it: what listens there trusts this machine more
/// than it trusts the client. A name may lead anywhere, and somewhere else tomorrow, so what it resolves to is judged again with every request
/// (`OutgoingReach`).
public struct ReceiverURL: Sendable, Hashable {
    /// As it was given.
    public let text: String
    /// In lower case, without brackets.
    public let host: String
    /// The same as it was written.
    public let writtenHost: String
    public let port: Int

    /// Characters of a URL.
    public static let longest = 2048

    /// - Returns: nil for anything else.
    public init?(_ text: String) {
        // Who parses a URL mends what cannot stand in one: line ends, blanks. It must be one as it is.
        guard text.unicodeScalars.count <= Self.longest, text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }), let url = URLComponents(string: text),
            let scheme = url.scheme?.lowercased(),
            ["http", "https"].contains(scheme), let host = url.encodedHost,
            url.port.map({ (1...65_535).contains($0) }) ?? true
        else { return nil }
        self.text = text
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
        writtenHost = isBracketed ? String(host.dropFirst().dropLast()) : host
        // What is written in other characters is read in more than one way by more than one reader.
        guard !writtenHost.isEmpty, writtenHost.utf8.allSatisfy({ Self.isPlain($0) || (isBracketed && $0 == UInt8(ascii: ":")) }) else { return nil }
        self.host = writtenHost.lowercased()
        port = url.port ?? (scheme == "https" ? 443 : 80)
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    /// What requests to it have in common with others: who hears them.
    public var destination: String { "\(host):\(port)" }

    /// The host where it is an address.
    public var address: NetworkAddress? { NetworkAddress(host) }

    /// Whether the host as written is this machine; what a name resolves to is another question.
    public var namesThisMachine: Bool {
        if let address { return address.isLocal }
        let name = host.hasSuffix(".") ? String(host.dropLast()) : host
        return name == "localhost" || name.hasSuffix(".localhost") || name.isEmpty
    }
}

/// What is wrong with an address that a client names for a receiver.
public enum ReceiverFault: Error, Sendable, Hashable {
    /// No absolute URL of http or https.
    case malformed
    case thisMachine
    /// Of a network that the world outside does not reach, which an administrator has not allowed.
    case privateNetwork
}

extension Webhooks {
    /// Judges the address of a receiver that a client names, before it is kept.
    public func judgeReceiver(_ text: String) throws(ReceiverFault) -> ReceiverURL {
        guard let url = ReceiverURL(text) else { throw .malformed }
        if !limits.allowsReceiversHere, url.namesThisMachine { throw .thisMachine }
        if !limits.allowsPrivateReceivers, url.address?.isPrivate == true { throw .privateNetwork }
        return url
    }

    /// How far requests to receivers may go.
    /// - Parameter client: an address that is allowed in any case: the client's own, from which it has come.
    public func receiverReach(besides client: NetworkAddress? = nil) -> OutgoingReach {
        OutgoingReach(includesThisMachine: limits.allowsReceiversHere, includesPrivateNetworks: limits.allowsPrivateReceivers, exception: client)
    }
}
