import CRe

/// The sockets of an endpoint.
extension SIPEndpoint {
    /// Ports that are tried where the system may choose one.
    private static let attempts = 16

    /// UDP and TCP on one port, at each of the addresses.
    /// - Returns: them.
    func listen(_ sip: OpaquePointer) throws(SIPError) -> [PeerAddress] {
        guard let asked = settings.address.socketAddress else { throw .noAddress(settings.address.host) }
        var addresses = LocalAddresses.all(for: asked)
        guard !addresses.isEmpty else { throw .noAddress(settings.address.host) }
        let mayChoose = asked.port == 0 || settings.mayMove
        var error: Int32 = 0
        for attempt in 0..<(mayChoose ? Self.attempts : 1) {
            if asked.port == 0 || attempt > 0 {
                let port = UInt16.random(in: 32_768...60_999)
                for index in addresses.indices { sa_set_port(&addresses[index], port) }
            }
            error = open(addresses, sip)
            if error == 0 {
                address = PeerAddress(host: settings.address.host, port: addresses[0].port)
                return addresses.map { PeerAddress($0) }
            }
            sip_transp_flush(sip)
            streams.leave()
        }
        throw .cannotListen(settings.address.description, code: error)
    }

    private func open(_ addresses: [sa], _ sip: OpaquePointer) -> Int32 {
        for address in addresses {
            var address = address
            // TCP first: it has a port to itself, and nothing is left behind when that is taken.
            for transport in [SIP_TRANSP_TCP, SIP_TRANSP_UDP] {
                let error = at_transport_add(sip, transport, &address, nil)
                guard error == 0 else { return error }
                if transport == SIP_TRANSP_TCP { streams.stand(at: PeerAddress(address)) }
            }
        }
        return 0
    }

    /// - Returns: the addresses.
    func listen(_ sip: OpaquePointer, over listener: TLSListener) throws(SIPError) -> [PeerAddress] {
        guard let asked = listener.address.socketAddress else { throw .noAddress(listener.address.host) }
        let error = tls_alloc(&tls, TLS_METHOD_SSLV23, nil, nil)
        guard error == 0 else { throw .failed(code: error) }
        try setIdentity(listener.identity)
        var addresses = LocalAddresses.all(for: asked)
        guard !addresses.isEmpty, let tls else { throw .noAddress(listener.address.host) }
        let port = asked.port == 0 ? UInt16.random(in: 32_768...60_999) : asked.port
        for index in addresses.indices {
            sa_set_port(&addresses[index], port)
            let error = at_transport_add(sip, SIP_TRANSP_TLS, &addresses[index], tls)
            guard error == 0 else { throw .cannotListen(listener.address.description, code: error) }
            streams.stand(at: PeerAddress(addresses[index]))
        }
        tlsAddress = PeerAddress(host: listener.address.host, port: port)
        return addresses.map { PeerAddress($0) }
    }

    /// Our certificate for TLS connections from now on; open connections keep theirs.
    public func setIdentity(_ identity: TLSIdentity) throws(SIPError) {
        guard let tls else { return }
        let text = identity.certificates + [UInt8(ascii: "\n")] + identity.key
        let error = text.withUnsafeBytes { tls_set_certificate(tls, $0.bindMemory(to: CChar.self).baseAddress, text.count) }
        guard error == 0 else { throw .certificate(code: error) }
    }
}

extension sa {
    var port: UInt16 {
        var address = self
        return sa_port(&address)
    }
}
