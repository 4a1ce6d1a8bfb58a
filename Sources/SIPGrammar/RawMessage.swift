/// A message cut into its lines, nothing of which is judged yet but what it may be.
struct RawMessage {
    let line: ArraySlice<UInt8>
    let kind: StartLine.Kind
    private(set) var headers: [SIPHeader] = []
    /// Everything after the empty line.
    private(set) var rest: ArraySlice<UInt8> = []
    /// The first mistake among the lines, told once the sender is known.
    private(set) var problem: GrammarProblem?

    init(_ bytes: ArraySlice<UInt8>, _ limits: GrammarLimits) throws(GrammarError) {
        // RFC 3261 §7.5: empty lines before a message are passed over.
        let message = bytes.drop { $0 == Byte.cr || $0 == Byte.lf }
        guard !message.isEmpty else { throw GrammarError(.keepAlive) }
        var lines = Lines(message)
        guard let first = lines.next(), first.count <= limits.lineBytes, let kind = StartLine.kind(of: first) else { throw GrammarError(.notSIP) }
        (line, self.kind) = (first, kind)
        readHeaders(&lines, limits)
        rest = lines.rest
    }

    private mutating func readHeaders(_ lines: inout Lines, _ limits: GrammarLimits) {
        var field: [UInt8]?
        while let line = lines.next() {
            guard !line.isEmpty else {
                end(field)
                return
            }
            if let start = line.first, Byte.isSpace(start) {
                guard field != nil else {
                    note(.noHeader("a continuation of nothing"))
                    continue
                }
                field?.append(Byte.space)
                field?.append(contentsOf: SIPText.trimmed(line))
            } else {
                end(field)
                field = Array(line)
            }
            if let count = field?.count, count > limits.lineBytes {
                note(.tooLarge("bytes of a header field", limit: limits.lineBytes))
                field = nil
            }
            guard headers.count < limits.headers else { return note(.tooLarge("header fields", limit: limits.headers)) }
        }
        end(field)
        note(.missing("the empty line after the header"))
    }

    private mutating func end(_ field: [UInt8]?) {
        guard let field else { return }
        guard let colon = field.firstIndex(of: Byte.colon) else { return note(.noHeader(SIPText.text(field.prefix(40)))) }
        let name = SIPText.trimmed(field[..<colon])
        guard !name.isEmpty, name.allSatisfy(Byte.isToken) else { return note(.noHeader(SIPText.text(field.prefix(40)))) }
        if field.contains(Byte.cr) { note(.header(SIPText.text(name), "a line end in its middle")) }
        headers.append(SIPHeader(name: SIPText.text(name), value: Array(SIPText.trimmed(field[(colon + 1)...]))))
    }

    private mutating func note(_ found: GrammarProblem) { if problem == nil { problem = found } }

    /// What becomes of the message when that is wrong with it.
    func refusal(_ problem: GrammarProblem) -> GrammarError {
        let repeated = headers.filter { Self.repeatedKeys.contains($0.key) && !$0.value.contains(Byte.cr) }
        // RFC 3261: no ACK and no response is ever answered, and where there is no Via there is no way back.
        guard case .request(let method) = kind, method != "ACK", repeated.contains(where: { $0.key == "via" }) else { return GrammarError(problem) }
        return GrammarError(problem, status: problem.status, repeating: repeated)
    }

    private static let repeatedKeys: Set = ["via", "from", "to", "call-id", "cseq"]
}

/// Lines that end with CRLF, or with LF alone, as some senders have it.
private struct Lines {
    private(set) var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    mutating func next() -> ArraySlice<UInt8>? {
        guard !rest.isEmpty else { return nil }
        let end = rest.firstIndex(of: Byte.lf) ?? rest.endIndex
        var line = rest[..<end]
        rest = rest[end...].dropFirst()
        if line.last == Byte.cr { line.removeLast() }
        return line
    }
}
