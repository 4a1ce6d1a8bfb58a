/// A message that is not taken, and what becomes of it.
public struct GrammarError: Error, Sendable, Hashable, CustomStringConvertible {
    public let problem: GrammarProblem
    /// The answer due to the sender; nil where the message is dropped in silence: a response, an ACK, what is not SIP, and a request
    /// without a Via, to whom nobody can answer.
    public let status: RefusalStatus?
    /// The header fields that an answer repeats, as they came.
    let repeated: [SIPHeader]

    public var description: String { problem.description }

    init(_ problem: GrammarProblem, status: RefusalStatus? = nil, repeating headers: [SIPHeader] = []) {
        self.problem = problem
        self.status = status
        self.repeated = headers
    }

    /// The answer in bytes, its reason being the problem; nil where none is due.
    public var response: [UInt8]? {
        guard let status else { return nil }
        var bytes = Array("SIP/2.0 \(status.rawValue) \(status.reason)\r\n".utf8)
        for header in repeated { bytes += Array(header.name.utf8) + Array(": ".utf8) + header.value + tag(for: header) + [Byte.cr, Byte.lf] }
        // A reason in the sender's log saves a trace; what came from outside is not repeated in it raw.
        let text = String(
            problem.description.unicodeScalars.map { (0x20..<0x7f).contains($0.value) && $0 != "\"" && $0 != "\\" ? Character($0) : "?" }.prefix(200))
        return bytes + Array("Warning: 399 aftertone \"\(text)\"\r\nContent-Length: 0\r\n\r\n".utf8)
    }

    /// The answering side adds a tag (RFC 3261 §8.2.6.2), the same however often the request comes. A `To` that has one keeps it; to one that cannot be
    /// read none can be added.
    private func tag(for header: SIPHeader) -> [UInt8] {
        guard header.key == "to", let address = try? NameAddress(header.value), !address.parameters.has("tag") else { return [] }
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in repeated.flatMap(\.value) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return Array(";tag=\(String(hash, radix: 16))".utf8)
    }
}
