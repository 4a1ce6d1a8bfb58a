import SIPGrammar

/// What each place of an INVITE has to say about the mailbox.
struct Clues {
    let invite: SIPMessage
    let forwarder: Forwarder

    /// The clues of a source, best first.
    enum Found {
        case nothing(String)
        case clues([Clue])
    }

    func find(in source: BoxSource) -> Found {
        switch source {
        case .target: target
        case .uri: requestURI
        case .diversion: diversion
        case .historyInfo: historyInfo
        case .calledParty: listed("P-Called-Party-ID")
        case .to: clue(of: invite.to.uri, or: "names nobody")
        case .header(let name): own(name)
        }
    }

    private func clue(of uri: AddressURI, or nothing: String) -> Found { Clue(uri).map { .clues([$0]) } ?? .nothing(nothing) }

    private var requestURI: Found { invite.requestURI.map { clue(of: $0, or: "names nobody") } ?? .nothing("is not there") }

    /// RFC 4458 §2: a URI, and what many write instead, the number alone.
    private var target: Found {
        guard let uri = invite.requestURI?.sip, let target = uri.parameters["target"] else { return .nothing("is not there") }
        let reason = uri.parameters["cause"].flatMap(Int.init).flatMap(ForwardingReason.init(status:))
        let bare = target.hasPrefix("<") && target.hasSuffix(">") ? String(target.dropFirst().dropLast()) : target
        if let address = try? AddressURI(Array(bare.utf8)), let clue = Clue(address, reason: reason) { return .clues([clue]) }
        guard !bare.isEmpty, !bare.contains(":") else { return .nothing("is no address: \(target)") }
        return .clues([Clue(user: bare, hosts: [], reason: reason)])
    }

    private var diversion: Found {
        addresses("Diversion") { addresses in
            // The topmost was added last.
            let ordered = forwarder == .latest ? addresses : addresses.reversed()
            return ordered.compactMap { Clue($0.uri, reason: $0.parameters["reason"].flatMap(ForwardingReason.init(diversion:))) }
        }
    }

    private var historyInfo: Found {
        addresses("History-Info") { addresses in
            let history = HistoryInfo(addresses)
            return history.forwarders(forwarder).compactMap { Clue($0.address.uri, reason: history.reason($0)) }
        }
    }

    private func listed(_ name: String) -> Found { addresses(name) { addresses in addresses.compactMap { Clue($0.uri) } } }

    private func own(_ name: String) -> Found {
        guard let header = invite.header(name) else { return .nothing("is not there") }
        if let address = try? NameAddress(header.value), let clue = Clue(address.uri) { return .clues([clue]) }
        let text = header.text
        return text.isEmpty || text.contains(" ") ? .nothing("is neither a number nor an address") : .clues([Clue(user: text, hosts: [])])
    }

    /// Those that can be read; what cannot is told where nothing else is left.
    private func addresses(_ name: String, _ clues: ([NameAddress]) -> [Clue]) -> Found {
        let results = invite.addresses(name)
        guard !results.isEmpty else { return .nothing("is not there") }
        let found = clues(results.compactMap { try? $0.get() })
        guard found.isEmpty else { return .clues(found) }
        for case .failure(let problem) in results { return .nothing("cannot be read: \(problem)") }
        return .nothing("names nobody")
    }
}
