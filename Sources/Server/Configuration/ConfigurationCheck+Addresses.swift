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
        if read.refused.contains("http.listen"), configuration.http.listen == Configuration.HTTP().listen { return }
        var channels: [any Channel] = []
        for address in configuration.http.listen {
            if let channel = await attempt(address, occupant, &report) { channels.append(channel) }
        }
        for channel in channels { try await channel.close() }
    }

    private func attempt(_ address: ListenAddress, _ occupant: Occupant, _ report: inout Report) async -> (any Channel)? {
        let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton).serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
        do {
            return try await bootstrap.bind(host: address.host, port: address.port).get()
        } catch let error as IOError where error.errnoCode == EADDRINUSE && occupant != .nobody {
            report.notes.append("\(address) is taken" + (occupant == .server ? ", and a server is running on \(configuration.data)" : ""))
        } catch let error as IOError {
            report.add("http.listen: \(address): \(String(cString: strerror(error.errnoCode)))")
        } catch {
            report.add("http.listen: \(address): there is no host of this name")
        }
        return nil
    }
}
