import Logging

/// One line for every exchange.
///
/// Nothing a client sends can end a line or pass for a field: outside visible ASCII every byte is written as `%XX`, and so
/// are quotes and backslashes.
enum AccessLog {
    /// Longer paths and queries are cut.
    static let longest = 1024

    static func write(_ exchange: ExchangeRecord, of requestID: String, to logger: Logger) {
        guard logger.logLevel <= .info else { return }
        logger.info("\(line(of: exchange))", metadata: ["request": .string(requestID)])
    }

    /// The fields as one text, in the order of reading: as the logger's metadata they would be sorted and joined anew for each line.
    static func line(of exchange: ExchangeRecord) -> String {
        var line = "status="
        line.reserveCapacity(192)
        line += String(exchange.status)
        line += " method="
        line += visible(exchange.method)
        line += " path="
        line += target(path: exchange.path, query: exchange.query)
        line += " bytes="
        line += String(exchange.sent)
        line += " ms="
        line += milliseconds(exchange.nanoseconds)
        line += " remote="
        line += exchange.remote
        if !exchange.isWhole { line += " cut=true" }
        return line
    }

    /// The target without its secrets.
    static func target(path: String, query: Substring?) -> String {
        var out = needsCare(path) ? careful(path) : path
        if let query, !query.isEmpty { out += "?" + redacted(query) }
        return out.utf8.count > longest ? String(decoding: out.utf8.prefix(longest), as: UTF8.self) + "…" : out
    }

    /// Whether a path has anything but plain characters, or may have a token or the name of a link in it; a first look, which may say so of others.
    private static func needsCare(_ path: String) -> Bool {
        var path = path
        return path.withUTF8 { bytes in
            for (index, byte) in bytes.enumerated() {
                guard isPlain(byte) else { return true }
                // The first letters of a token, and of the folders of links.
                let next = index + 1 < bytes.count ? bytes[index + 1] : 0
                if byte == UInt8(ascii: "e"), next == UInt8(ascii: "y") { return true }
                if byte == UInt8(ascii: "/"), next == UInt8(ascii: "d") { return true }
            }
            return false
        }
    }

    private static func careful(_ path: String) -> String {
        var isLink = false
        return path.split(separator: "/", omittingEmptySubsequences: false).map { segment in
            if isLink, !segment.isEmpty { return hidden }
            isLink = isLink || linkFolders.contains(segment)
            return looksLikeToken(segment) ? hidden : visible(segment)
        }.joined(separator: "/")
    }

    /// A query with the values of secret parameters left out. A name that does not decode is taken for a secret's.
    private static func redacted(_ query: Substring) -> String {
        query.split(separator: "&", omittingEmptySubsequences: false).map { piece in
            guard let cut = piece.firstIndex(of: "=") else { return looksLikeToken(piece) ? hidden : visible(piece) }
            let value = piece[piece.index(after: cut)...]
            let name = PercentEncoding.decode(piece[..<cut], plusIsSpace: true)
            let isSecret = name.map(isSecretName) ?? true
            return visible(piece[..<cut]) + "=" + (isSecret || looksLikeToken(value) ? hidden : visible(value))
        }.joined(separator: "&")
    }

    /// `auth_token`, `access_token`, `token`, `password`, `api_key`, `pin`, `secret`, `credentials`, `authorization`, … in any
    /// case. The vendors pass all of these in queries.
    static func isSecretName(_ name: String) -> Bool {
        let name = name.lowercased()
        return exactSecrets.contains(name) || secretParts.contains { name.contains($0) }
    }

    private static let exactSecrets: Set<String> = [
        "pin", "key", "sign", "signature", "random", "code", "otp", "pwd", "auth", "md5", "sha", "sha1", "recovery", "reset_id",
    ]
    private static let secretParts = ["token", "pass", "secret", "credential", "authorization", "api_key", "apikey", "_pin", "pin_"]

    /// What follows these is the name of a link, which may be all that is needed to fetch it (P§4).
    private static let linkFolders: Set<Substring> = ["download", "downloadattachment"]

    /// A JSON web token carries its secret wherever it stands: every one begins with `{"` in base64.
    private static func looksLikeToken(_ text: Substring) -> Bool {
        text.hasPrefix("eyJ")
    }

    private static let hidden = "***"

    /// `text` with everything but visible ASCII, and quotes and backslashes, as `%XX`.
    static func visible(_ text: some StringProtocol) -> String {
        guard text.utf8.contains(where: { !isPlain($0) }) else { return String(text) }
        var out: [UInt8] = []
        for byte in text.utf8 {
            if isPlain(byte) {
                out.append(byte)
            } else {
                PercentEncoding.append(byte, to: &out)
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        (0x21...0x7E).contains(byte) && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
    }

    /// With microseconds, without a formatter.
    private static func milliseconds(_ nanoseconds: Int64) -> String {
        let micro = max(0, nanoseconds / 1000)
        let fraction = String(micro % 1000)
        return "\(micro / 1000)." + String(repeating: "0", count: 3 - fraction.count) + fraction
    }
}

/// What is known of an exchange when it is over.
struct ExchangeRecord: Sendable {
    let remote: String
    let method: String
    let path: String
    let query: Substring?
    let status: Int
    /// Bytes of the answer's body.
    let sent: Int
    let nanoseconds: Int64
    /// Whether the answer was written to its end.
    let isWhole: Bool
}
