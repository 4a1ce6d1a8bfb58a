import CRe
import Glibc

/// The addresses that a listener has.
enum LocalAddresses {
    /// The address itself, or, for one that stands for all (`0.0.0.0`, `::`), those that this machine has now: the other side is told an address as the
    /// way back, and must be told one that leads here. `::` stands for those of both kinds.
    static func all(for address: sa) -> [sa] {
        var address = address
        guard sa_is_any(&address) else { return [address] }
        let family = sa_af(&address), port = sa_port(&address)
        var found: [sa] = []
        var list: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&list) == 0 else { return [] }
        defer { freeifaddrs(list) }
        var next = list
        while let entry = next?.pointee {
            next = entry.ifa_next
            guard entry.ifa_flags & UInt32(IFF_UP) != 0, let raw = entry.ifa_addr else { continue }
            var one = sa()
            guard sa_set_sa(&one, raw) == 0, family == AF_INET6 || sa_af(&one) == AF_INET, [AF_INET, AF_INET6].contains(sa_af(&one)) else { continue }
            // Of no use without the name of a line.
            if sa_is_linklocal(&one) { continue }
            sa_set_port(&one, port)
            if !found.contains(where: {
                var (known, one) = ($0, one); return sa_cmp(&known, &one, Int32(SA_ALL.rawValue))
            }) {
                found.append(one)
            }
        }
        // libre sends requests of ours from the first of a kind: one that leads out leads here as well, and not the other way round.
        return found.filter { !isLoopback($0) } + found.filter(isLoopback)
    }

    private static func isLoopback(_ address: sa) -> Bool {
        var address = address
        return sa_is_loopback(&address)
    }
}
