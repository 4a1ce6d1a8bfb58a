import Foundation

/// The address of a receiver, as a client names it: an absolute URL of http or https.
///
/// Requests to it are sent by this machine, so it must lead neither to this machine nor into the networks around it, where services trust this machine
/// more than the client. A host name may resolve to other addresses later, so those are judged with every request (`OutgoingReach`).
public struct ReceiverURL: Sendable, Hashable {
    /// The URL as it was given.
    public let text: String
    /// The host in lower case, without the brackets of an IPv6 address.
    public let host: String
    /// The host as it was written.
    public let writtenHost: String
    public let port: Int

    /// Characters of the longest URL that is taken.
    public static let longest = 2048

    /// - Returns: nil for any other text.
    public init?(_ text: String) {
        // Parsers of URLs repair what a URL cannot contain, such as line ends and blanks. The text must need no repair.
        guard text.unicodeScalars.count <= Self.longest, text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }), let url = URLComponents(string: text),
            let scheme = url.scheme?.lowercased(),
            ["http", "https"].contains(scheme), let host = url.encodedHost,
            url.port.map({ (1...65_535).contains($0) }) ?? true
        else { return nil }
        self.text = text
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
        writtenHost = isBracketed ? String(host.dropFirst().dropLast()) : host
        // Parsers read other characters differently, so that the host judged here might not be the host connected to.
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

    /// The server that requests to it reach, by host and port.
    public var destination: String { "\(host):\(port)" }

    /// The host, where it is an IP address.
    public var address: NetworkAddress? { NetworkAddress(host) }

    /// Whether the host, as it is written, is this machine. What a name resolves to is judged by `OutgoingReach`.
    public var namesThisMachine: Bool {
        if let address { return address.isLocal }
        let name = host.hasSuffix(".") ? String(host.dropLast()) : host
        return name == "localhost" || name.hasSuffix(".localhost") || name.isEmpty
    }
}

/// Why the address of a receiver is refused.
public enum ReceiverFault: Error, Sendable, Hashable {
    /// It is no absolute URL of http or https.
    case malformed
    case thisMachine
    /// It is in a private network, and the administrator has not allowed such receivers.
    case privateNetwork
}

extension Webhooks {
    /// Judges the address of a receiver, before it is stored.
    public func judgeReceiver(_ text: String) throws(ReceiverFault) -> ReceiverURL {
        guard let url = ReceiverURL(text) else { throw .malformed }
        if !limits.allowsReceiversHere, url.namesThisMachine { throw .thisMachine }
        if !limits.allowsPrivateReceivers, url.address?.isPrivate == true { throw .privateNetwork }
        return url
    }

    /// The networks that requests to receivers may reach.
    /// - Parameter client: an address that is allowed in any case: the client's own.
    public func receiverReach(besides client: NetworkAddress? = nil) -> OutgoingReach {
        OutgoingReach(includesThisMachine: limits.allowsReceiversHere, includesPrivateNetworks: limits.allowsPrivateReceivers, exception: client)
    }
}
