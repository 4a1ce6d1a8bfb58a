/// A message of SIP that keeps to the grammar (RFC 3261), in the parts that decide what becomes of it.
///
/// Reading one never traps, whatever the bytes are, and takes no more than its limits.
public struct SIPMessage: Sendable, Hashable {
    /// How the end of a message is known.
    public enum Framing: Sendable, Hashable {
        /// A datagram is one message. What is after its Content-Length is dropped.
        case datagram
        /// A stream tells by Content-Length, which must be there and right.
        case stream
    }

    public let startLine: StartLine
    public let headers: [SIPHeader]
    public let body: [UInt8]
    /// Those that came through the top first.
    public let vias: [Via]
    public let from: NameAddress
    public let to: NameAddress
    public let callID: String
    public let cseq: CSeq
    let limits: GrammarLimits

    /// Reads one message.
    /// - Throws: `GrammarError`, which says why, and what is due to the sender.
    public init(_ bytes: some Collection<UInt8>, framing: Framing = .datagram, limits: GrammarLimits = GrammarLimits()) throws(GrammarError) {
        // A message that is far too large is not even copied.
        guard bytes.count <= limits.messageBytes else { throw GrammarError(.tooLarge("message", limit: limits.messageBytes)) }
        let raw = try RawMessage(ArraySlice(bytes), limits)
        do {
            self.init(try JudgedMessage(raw, framing, limits), limits)
        } catch {
            throw raw.refusal(error)
        }
    }

    private init(_ judged: JudgedMessage, _ limits: GrammarLimits) {
        startLine = judged.startLine
        headers = judged.headers
        body = judged.body
        vias = judged.vias
        from = judged.from
        to = judged.to
        callID = judged.callID
        cseq = judged.cseq
        self.limits = limits
    }

    /// Of a request.
    public var method: String? { if case .request(let method, _) = startLine { method } else { nil } }
    public var requestURI: AddressURI? { if case .request(_, let uri) = startLine { uri } else { nil } }
    /// Of a response.
    public var status: Int? { if case .response(let status, _) = startLine { status } else { nil } }

    /// The first header field of a name, in whatever case.
    public func header(_ name: String) -> SIPHeader? {
        let key = SIPHeader.key(name)
        return headers.first { $0.key == key }
    }

    public func headers(_ name: String) -> [SIPHeader] {
        let key = SIPHeader.key(name)
        return headers.filter { $0.key == key }
    }

    /// The values of a header that is a comma-separated list, over all its fields, in order. An empty one between two commas is none.
    public func values(_ name: String) throws(GrammarProblem) -> [[UInt8]] {
        var values: [[UInt8]] = []
        for header in headers(name) {
            for value in try Scanner.values(header.value[...], atMost: limits.values) where !value.isEmpty {
                guard values.count < limits.headers else { throw .tooLarge("values of \(name)", limit: limits.headers) }
                values.append(Array(value))
            }
        }
        return values
    }

    /// The addresses of such a header, each with its own mistake if it has one.
    public func addresses(_ name: String) -> [Result<NameAddress, GrammarProblem>] {
        let values: [[UInt8]]
        do { values = try self.values(name) } catch { return [.failure(error)] }
        return values.map { value in
            do throws(GrammarProblem) { return .success(try NameAddress(value)) } catch { return .failure(error) }
        }
    }

    /// The words of such a header, in lower case: `Require`, `Supported`, `Privacy`.
    public func tokens(_ name: String) -> [String] {
        headers(name).flatMap { header in
            header.value.split { $0 == Byte.comma || $0 == Byte.semicolon || Byte.isSpace($0) }.prefix(limits.values).map(SIPText.lowercased)
        }
    }
}
