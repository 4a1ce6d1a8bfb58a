import NIOCore
import NIOPosix
import Voicemail

/// Finds the address that a request will go to, and judges whether it may.
struct AddressResolver: Sendable {
    /// Asking for a name blocks.
    let pool: NIOThreadPool

    /// - Returns: the address of a URL's host, as text.
    /// - Throws: where there is none, or none that `reach` includes.
    func address(of url: ReceiverURL, reach: OutgoingReach) async throws(OutgoingHTTPError) -> String {
        let found = try await run("the name \(url.host) could not be resolved") {
            try SocketAddress.makeAddressResolvingHost(url.host, port: url.port).ipAddress
        }
        guard let found, let address = NetworkAddress(found) else { throw OutgoingHTTPError("\(url.host) has no address") }
        guard address != reach.exception else { return found }
        if !reach.includesThisMachine {
            let own = try await run("the addresses of this machine are not known") {
                try System.enumerateDevices().compactMap { $0.address?.ipAddress }.compactMap { NetworkAddress($0) }
            }
            guard !address.isLocal, !own.contains(address) else { throw OutgoingHTTPError("\(url.host) is this machine") }
        }
        if !reach.includesPrivateNetworks, address.isPrivate { throw OutgoingHTTPError("\(url.host) is in a private network") }
        return found
    }

    private func run<Value: Sendable>(_ failure: String, _ body: @escaping @Sendable () throws -> Value) async throws(OutgoingHTTPError) -> Value {
        do { return try await pool.runIfActive(body) } catch { throw OutgoingHTTPError(failure) }
    }
}
