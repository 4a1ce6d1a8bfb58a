import NIOCore
import NIOPosix

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

extension ConfigurationCheck {
    /// Listens on all addresses at once, as a server does: two of them may be one.
    func tryAddresses(_ occupant: Occupant, _ report: inout Report) async throws {
        var channels: [any Channel] = []
        for (key, address) in addresses {
            if let channel = await attempt(address, of: key, occupant, &report) { channels.append(channel) }
        }
        for channel in channels { try await channel.close() }
    }

    /// With the settings that name them; one that both name is refused already.
    private var addresses: [(key: String, address: ListenAddress)] {
        let http = configuration.http, isStandard = read.refused.contains("http.listen") && http.listen == Configuration.HTTP().listen
        return (isStandard ? [] : http.listen.map { ("http.listen", $0) }) + http.page.filter { $0 != http.addressOfBoth }.map { ("web.listen", $0) }
    }

    private func attempt(_ address: ListenAddress, of key: String, _ occupant: Occupant, _ report: inout Report) async -> (any Channel)? {
        let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton).serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
        do {
            return try await bootstrap.bind(host: address.host, port: address.port).get()
        } catch let error as IOError where error.errnoCode == EADDRINUSE && occupant != .nobody {
            report.notes.append("\(address) is taken" + (occupant == .server ? ", and a server is running on \(configuration.data)" : ""))
        } catch let error as IOError {
            report.add("\(key): \(address): \(String(cString: strerror(error.errnoCode)))")
        } catch {
            report.add("\(key): \(address): there is no host of this name")
        }
        return nil
    }
}
