import NIOCore
import Voicemail

extension Configuration.Telephone {
    /// This machine's own addresses at the moment, where those who call from it are trusted. A telephone on this machine that calls
    /// `127.0.0.1` may do so from any of them; from outside none can be used, since the system drops what comes in under an address
    /// of its own (RFC 1812 §5.3.7).
    var ownAddresses: [NetworkRange] {
        guard let loopback = NetworkAddress("127.0.0.1"), trusted.contains(where: { $0.contains(loopback) }) else { return [] }
        // If the system does not list its addresses, only loopback is known.
        return ((try? System.enumerateDevices()) ?? []).compactMap { $0.address?.ipAddress.flatMap { NetworkRange($0) } }
    }
}
