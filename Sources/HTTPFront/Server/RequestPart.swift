import NIOCore
import NIOHTTP1

/// What a connection brings, in its order.
enum RequestPart: Sendable {
    case head(HTTPRequestHead)
    case body(ByteBuffer)
    case end
    /// What is no request of HTTP/1.1. Nothing comes behind it.
    case refused(RefusedRequest)

    init(_ part: HTTPServerRequestPart) {
        self =
            switch part {
            case .head(let head): .head(head)
            case .body(let buffer): .body(buffer)
            case .end: .end
            }
    }
}

/// A request that the parser did not take, as far as its first line tells of it.
struct RefusedRequest: Sendable {
    let fault: RequestFault
    let head: HTTPRequestHead

    /// - Parameters:
    ///   - line: the request line as it came, perhaps cut off; nothing in it can be relied on.
    ///   - fields: what came behind it.
    init(line: [UInt8], fields: [ByteBuffer], fault: RequestFault) {
        self.fault = fault == .malformedRequest && Self.namesUnknownCoding(fields) ? .unknownCoding : fault
        let words = line.split(separator: UInt8(ascii: " "), maxSplits: 1, omittingEmptySubsequences: false)
        let method = words.count == 2 ? String(decoding: words[0].prefix(Self.longestMethod), as: UTF8.self) : "-"
        let rest = words.count == 2 ? Self.withoutVersion(words[1]) : words.first ?? []
        head = HTTPRequestHead(
            version: .http1_1, method: HTTPMethod(rawValue: method), uri: Self.encoded(rest), headers: ["Connection": "close"])
    }

    private static let longestMethod = 32

    /// Whether there is a `Transfer-Encoding` of another coding: the parser wants `chunked` last and tells no more than that.
    private static func namesUnknownCoding(_ fields: [ByteBuffer]) -> Bool {
        let text = fields.map { String(buffer: $0) }.joined()
        return text.utf8.split(separator: UInt8(ascii: "\n")).contains { line in
            let parts = line.split(separator: UInt8(ascii: ":"), maxSplits: 1)
            guard parts.count == 2, Substring(parts[0]).lowercased() == "transfer-encoding" else { return false }
            return parts[1].split(separator: UInt8(ascii: ",")).contains { coding in
                let name = HTTPToken.trim(Substring(coding).filter { $0 != "\r" }).lowercased()
                return HTTPToken.isToken(name) && name != "chunked"
            }
        }
    }

    private static func withoutVersion(_ rest: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard let blank = rest.lastIndex(of: UInt8(ascii: " ")), rest[(blank + 1)...].starts(with: "HTTP/".utf8) else { return rest }
        return rest[..<blank]
    }

    /// Everything but visible ASCII as `%XX`, so that a dialect can tell whether the path is its own.
    private static func encoded(_ target: ArraySlice<UInt8>) -> String {
        var out: [UInt8] = []
        for byte in target {
            if (0x21...0x7E).contains(byte) {
                out.append(byte)
            } else {
                PercentEncoding.append(byte, to: &out)
            }
        }
        return String(decoding: out, as: UTF8.self)
    }
}
