import HTTPFront
import Voicemail

extension Configuration.HTTP {
    init(_ reader: SettingsReader) {
        self.init()
        listen = reader.list("http.listen", listen, expecting: "http://HOST:PORT or https://HOST:PORT") { ListenAddress($0) }
        operations = reader.word("http.operations", operations)
        publicURL = reader.value("http.public_url", String?.none, expecting: "an address such as https://voicemail.example.com, or nothing") {
            text -> String?? in
            guard !text.isEmpty else { return .some(nil) }
            guard let url = ReceiverURL(text), !url.text.contains(where: { "?#@".contains($0) }) else { return nil }
            return .some(text)
        }
        trustedProxies = reader.list("http.trusted_proxies", trustedProxies, expecting: "an IP address or a network such as 10.0.0.0/8") {
            NetworkRange($0)
        }
        let certificate = reader.optionalPath("http.tls.certificate"), key = reader.optionalPath("http.tls.key")
        reader.files["http.tls.certificate"] = certificate
        reader.files["http.tls.key"] = key
        if let certificate, let key { tls = TLSFiles(certificate: certificate, key: key) }
        let pair: Set = ["http.tls.certificate", "http.tls.key"]
        if (certificate == nil) != (key == nil) { reader.refuse("http.tls", because: "needs both certificate and key", given: pair) }
        if listen.isEmpty { reader.refuse("http.listen", because: "names no address", given: ["http.listen"]) }
        // Of one file alone it is said already that the other is missing.
        if certificate == nil, key == nil, listen.contains(where: \.isSecure) {
            reader.refuse("http.listen", because: "has an https address, which needs http.tls", given: pair)
        }
        limits.body = reader.number("http.limits.body_bytes", limits.body, 1...(.max))
        limits.bodiesInMemory = reader.number("http.limits.bodies_in_memory_bytes", limits.bodiesInMemory, 0...(.max))
        limits.target = reader.number("http.limits.target_bytes", limits.target, 64...1_048_576)
        limits.headerCount = reader.number("http.limits.headers", limits.headerCount, 8...10_000)
        limits.headerBytes = reader.number("http.limits.header_bytes", limits.headerBytes, 512...16_777_216)
        limits.queryParameters = reader.number("http.limits.query_parameters", limits.queryParameters, 1...100_000)
        limits.connections = reader.number("http.limits.connections", limits.connections, 1...1_000_000)
        limits.lingering = reader.number("http.limits.lingering_bytes", limits.lingering, 0...(.max))
        deadlines.head = reader.seconds("http.deadlines.head_seconds", deadlines.head, 1...3_600)
        deadlines.exchange = reader.seconds("http.deadlines.exchange_seconds", deadlines.exchange, 1...86_400)
        deadlines.minimumRate = reader.number("http.deadlines.minimum_bytes_per_second", deadlines.minimumRate, 0...(.max))
        deadlines.idle = reader.seconds("http.deadlines.idle_seconds", deadlines.idle, 1...86_400)
        deadlines.lingering = reader.seconds("http.deadlines.lingering_seconds", deadlines.lingering, 0...3_600)
        deadlines.drain = reader.seconds("http.deadlines.drain_seconds", deadlines.drain, 0...3_600)
        deadlines.certificateCheck = reader.seconds("http.deadlines.certificate_check_seconds", deadlines.certificateCheck, 1...86_400)
    }
}
