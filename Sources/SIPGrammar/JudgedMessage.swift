/// A message that was found to keep the rules: RFC 3261 §8.1.1 and §20, in the order in which an answer tells them.
struct JudgedMessage {
    let startLine: StartLine
    let headers: [SIPHeader]
    let body: [UInt8]
    let vias: [Via]
    let from: NameAddress
    let to: NameAddress
    let callID: String
    let cseq: CSeq

    init(_ raw: RawMessage, _ framing: SIPMessage.Framing, _ limits: GrammarLimits) throws(GrammarProblem) {
        if let problem = raw.problem { throw problem }
        headers = raw.headers
        startLine = try StartLine(raw.line, raw.kind)
        for key in Self.single where headers.count(where: { $0.key == key }) > 1 { throw .repeated(Self.names[key] ?? key) }
        vias = try Self.vias(headers, limits)
        from = try Self.read("from", headers) { (bytes) throws(GrammarProblem) in try NameAddress(bytes) }
        to = try Self.read("to", headers) { (bytes) throws(GrammarProblem) in try NameAddress(bytes) }
        callID = try Self.read("call-id", headers) { (bytes) throws(GrammarProblem) in try Self.callID(bytes) }
        cseq = try Self.read("cseq", headers) { (bytes) throws(GrammarProblem) in try CSeq(bytes) }
        if case .request(let method, _) = startLine, method != cseq.method { throw .methodMismatch(cseq: cseq.method) }
        for header in headers where header.key == "contact" { try Self.judgeContact(header, limits) }
        body = try Self.body(raw.rest, headers, framing, limits)
    }

    /// RFC 3261 §7.3: one value each.
    private static let single = ["from", "to", "call-id", "cseq", "max-forwards", "content-length", "content-type"]
    private static let names = [
        "from": "From", "to": "To", "call-id": "Call-ID", "cseq": "CSeq", "max-forwards": "Max-Forwards", "content-length": "Content-Length",
        "content-type": "Content-Type", "via": "Via",
    ]

    private static func read<Value>(
        _ key: String, _ headers: [SIPHeader], _ parse: (ArraySlice<UInt8>) throws(GrammarProblem) -> Value
    ) throws(GrammarProblem) -> Value {
        let name = names[key] ?? key
        guard let header = headers.first(where: { $0.key == key }) else { throw .missing(name) }
        do { return try parse(header.value[...]) } catch { throw .header(name, error.description) }
    }

    private static func vias(_ headers: [SIPHeader], _ limits: GrammarLimits) throws(GrammarProblem) -> [Via] {
        var vias: [Via] = []
        for header in headers where header.key == "via" {
            do {
                for value in try Scanner.values(header.value[...], atMost: limits.values) { vias.append(try Via(value)) }
            } catch { throw .header("Via", error.description) }
        }
        guard !vias.isEmpty else { throw .missing("Via") }
        return vias
    }

    private static func callID(_ bytes: ArraySlice<UInt8>) throws(GrammarProblem) -> String {
        guard !bytes.isEmpty, bytes.allSatisfy({ !Byte.isSpace($0) && !Byte.isControl($0) }) else { throw .value("not one word") }
        return SIPText.text(bytes)
    }

    /// Where an answer is to go must be readable; `*` is for registrars.
    private static func judgeContact(_ header: SIPHeader, _ limits: GrammarLimits) throws(GrammarProblem) {
        guard header.text != "*" else { return }
        do {
            for value in try Scanner.values(header.value[...], atMost: limits.values) { _ = try NameAddress(value) }
        } catch { throw .header("Contact", error.description) }
    }

    /// RFC 3261 §18.3.
    private static func body(
        _ rest: ArraySlice<UInt8>, _ headers: [SIPHeader], _ framing: SIPMessage.Framing, _ limits: GrammarLimits
    ) throws(GrammarProblem) -> [UInt8] {
        guard let header = headers.first(where: { $0.key == "content-length" }) else {
            if framing == .stream { throw .missing("Content-Length") }
            guard rest.count <= limits.bodyBytes else { throw .tooLarge("body", limit: limits.bodyBytes) }
            return Array(rest)
        }
        guard let length = SIPText.number(header.value[...]) else { throw .contentLength("no whole number") }
        guard length <= limits.bodyBytes else { throw .tooLarge("body", limit: limits.bodyBytes) }
        guard length <= rest.count else { throw .contentLength("\(length), and \(rest.count) bytes came") }
        guard framing == .datagram || length == rest.count else { throw .contentLength("\(length), and \(rest.count) bytes came") }
        return Array(rest.prefix(length))
    }
}
