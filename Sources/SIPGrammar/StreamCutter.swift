/// Cuts a stream into messages (RFC 3261 §18.3). However it comes, each byte is looked at once before its message is whole.
public struct StreamCutter: Sendable {
    public enum Piece: Sendable, Hashable {
        /// Line ends between messages, one or more: with two of them, which need not come together, somebody asks whether we are there (RFC 5626 §3.5.1).
        case blank(isQuestion: Bool)
        /// From its first letter to the end of its body. What is in it was not judged.
        case message([UInt8])
    }

    /// Nobody knows where the next message begins.
    public enum Broken: Error, Sendable, Hashable {
        case tooLong
        /// Without one Content-Length, which tells where it ends.
        case endless
    }

    private let longest: Int
    private var bytes: [UInt8] = []
    /// Where the next piece begins.
    private var start = 0
    /// Where the search for the end of the header goes on.
    private var searched = 0
    /// Where the message ends, once its header is there.
    private var end: Int?
    /// Whether the line end before is half of a question whose other half may yet come.
    private var isHalfAsked = false

    /// - Parameter longest: bytes of a message.
    public init(longest: Int) { self.longest = longest }

    public mutating func append(_ more: some Sequence<UInt8>) {
        if start > 0 {
            bytes.removeFirst(start)
            (searched, end) = (searched - start, end.map { $0 - start })
            start = 0
        }
        bytes.append(contentsOf: more)
    }

    /// - Returns: nil when more has to come first.
    public mutating func next() throws(Broken) -> Piece? {
        if end == nil {
            var blank = bytes[start...].prefix { $0 == Byte.cr || $0 == Byte.lf }
            // The second half of a line's end may be on its way.
            let isHalf = blank.last == Byte.cr && blank.endIndex == bytes.count
            if isHalf { blank.removeLast() }
            if !blank.isEmpty {
                (start, searched) = (blank.endIndex, blank.endIndex)
                let ends = blank.count { $0 == Byte.lf } + (isHalfAsked ? 1 : 0)
                isHalfAsked = ends == 1
                return .blank(isQuestion: ends > 1)
            }
            if isHalf { return nil }
        }
        if end == nil, let body = header() { end = try body + length(of: bytes[start..<body]) }
        guard (end ?? bytes.count) - start <= longest else { throw .tooLong }
        guard let end, end <= bytes.count else { return nil }
        isHalfAsked = false
        defer { (start, searched, self.end) = (end, end, nil) }
        return .message(Array(bytes[start..<end]))
    }

    /// - Returns: where the header ends, behind an empty line.
    private mutating func header() -> Int? {
        while let line = bytes[searched...].firstIndex(of: Byte.lf) {
            searched = line
            var next = line + 1
            if next < bytes.count, bytes[next] == Byte.cr { next += 1 }
            guard next < bytes.count else { return nil }
            if bytes[next] == Byte.lf { return next + 1 }
            searched = line + 1
        }
        searched = bytes.count
        return nil
    }

    private func length(of header: ArraySlice<UInt8>) throws(Broken) -> Int {
        let raw: RawMessage
        do { raw = try RawMessage(header, GrammarLimits()) } catch { throw .endless }
        let told = raw.headers.filter { $0.key == "content-length" }
        guard told.count == 1, let length = told.first.flatMap({ SIPText.number($0.value[...]) }) else { throw .endless }
        guard length <= longest else { throw .tooLong }
        return length
    }
}
