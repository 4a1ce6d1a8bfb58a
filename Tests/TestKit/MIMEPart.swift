import Foundation

/// A mail, or a part of one, as a mail program reads it (RFC 2045, RFC 2046).
public struct MIMEPart: Sendable {
    /// Lower-case names and unfolded values, in their order.
    public let headers: [(name: String, value: String)]
    /// What it is made of; empty where it is a leaf.
    public let parts: [MIMEPart]
    /// A leaf's content, decoded.
    public let content: [UInt8]

    public init(_ lines: [String]) {
        var headers: [(name: String, value: String)] = []
        for line in lines.prefix(while: { !$0.isEmpty }) {
            if let first = line.first, first == " " || first == "\t", !headers.isEmpty {
                headers[headers.count - 1].value += " " + line.trimmingCharacters(in: .whitespaces)
            } else {
                let halves = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
                headers.append((halves[0].lowercased(), halves.count > 1 ? halves[1].trimmingCharacters(in: .whitespaces) : ""))
            }
        }
        self.headers = headers
        let body = Array(lines.drop { !$0.isEmpty }.dropFirst())
        func header(_ name: String) -> String { headers.first { $0.name == name }?.value ?? "" }
        guard let boundary = header("content-type").firstMatch(of: /boundary="?([^";]+)"?/)?.1 else {
            parts = []
            content = Self.decoded(body, header("content-transfer-encoding").lowercased())
            return
        }
        content = []
        let whole = body.prefix { $0 != "--\(boundary)--" }
        parts = whole.split(separator: "--" + boundary, omittingEmptySubsequences: false).dropFirst().map { MIMEPart(Array($0)) }
    }

    public subscript(name: String) -> String? { headers.first { $0.name == name.lowercased() }?.value }

    /// The media type, without its parameters.
    public var type: String { String((self["content-type"] ?? "text/plain").prefix { $0 != ";" }) }

    public var text: String { String(decoding: content, as: UTF8.self).replacing("\r\n", with: "\n") }

    /// The subject with its encoded words decoded (RFC 2047).
    public var subject: String {
        (self["subject"] ?? "").replacing(/=\?UTF-8\?B\?([^?]*)\?=( (?==\?))?/) { match in
            String(decoding: Data(base64Encoded: String(match.1)) ?? Data(), as: UTF8.self)
        }
    }

    private static func decoded(_ lines: [String], _ encoding: String) -> [UInt8] {
        switch encoding {
        case "base64": return Array(Data(base64Encoded: lines.joined()) ?? Data())
        case "quoted-printable":
            var bytes: [UInt8] = []
            for (index, line) in lines.enumerated() {
                var rest = Array(line.utf8)[...]
                while let byte = rest.popFirst() {
                    guard byte == UInt8(ascii: "="), rest.count >= 2 else {
                        if byte != UInt8(ascii: "=") { bytes.append(byte) }
                        continue
                    }
                    bytes.append(UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) ?? UInt8(ascii: "?"))
                    rest = rest.dropFirst(2)
                }
                if !line.hasSuffix("="), index < lines.count - 1 { bytes += Array("\r\n".utf8) }
            }
            return bytes
        default: return Array(lines.joined(separator: "\r\n").utf8)
        }
    }
}
