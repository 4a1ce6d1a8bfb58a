import SIPGrammar

/// Where a call has been (RFC 7044, RFC 4244): the entries of History-Info in the order of their indices.
struct HistoryInfo {
    struct Entry {
        /// `1.2.1`: the place in the tree of who sent the call on to whom; empty where it is none.
        let index: [Int]
        /// The entry that this one's target came out of (`rc`, `mp`, `np`).
        let origin: [Int]?
        let address: NameAddress

        /// Why the call did not stay there, or why it went there.
        var reason: ForwardingReason? {
            address.uri.sip.flatMap { uri in
                uri.header("reason").flatMap(ForwardingReason.init(reason:))
                    ?? uri.parameters["cause"].flatMap(Int.init).flatMap(ForwardingReason.init(status:))
            }
        }

        init(_ address: NameAddress) {
            self.address = address
            index = Self.index(address.parameters["index"]) ?? []
            origin = ["mp", "rc"].lazy.compactMap { address.parameters[$0].flatMap(Self.index) }.first
        }

        private static func index(_ text: String?) -> [Int]? {
            guard let text else { return nil }
            let numbers = text.split(separator: ".", omittingEmptySubsequences: false).map { Int($0) }
            return numbers.count <= 32 && numbers.allSatisfy { $0 != nil } ? numbers.compactMap(\.self) : nil
        }
    }

    let entries: [Entry]

    init(_ addresses: [NameAddress]) {
        let read = addresses.map(Entry.init)
        // Proxies have been seen to add theirs at the wrong end; one without an index stays where it is.
        entries = read.allSatisfy({ !$0.index.isEmpty }) ? read.sorted { $0.index.lexicographicallyPrecedes($1.index) } : read
    }

    /// The telephones that forwarded the call, the likeliest owner of the box first. The last entry is where the call is now: this server.
    func forwarders(_ forwarder: Forwarder) -> [Entry] {
        guard let last = entries.last else { return [] }
        var before = Array(entries.dropLast())
        switch forwarder {
        case .original: break
        case .latest:
            before.reverse()
            // RFC 7044 says from whom we have it.
            if let origin = last.origin, let place = before.firstIndex(where: { $0.index == origin }) { before.insert(before.remove(at: place), at: 0) }
        }
        return before + [last]
    }

    /// Why an entry forwarded: by itself, or because of where it went next.
    func reason(_ entry: Entry) -> ForwardingReason? {
        entry.reason ?? entries.first { entry.index.lexicographicallyPrecedes($0.index) }?.reason
    }
}
