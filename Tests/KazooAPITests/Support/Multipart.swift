/// A multipart body as clients write it.
struct Multipart {
    struct Part {
        var type: String?
        var disposition: String?
        var encoding: String?
        var body: [UInt8]

        init(_ type: String?, _ body: [UInt8], disposition: String? = nil, encoding: String? = nil) {
            self.type = type
            self.body = body
            self.disposition = disposition
            self.encoding = encoding
        }

        init(_ type: String?, _ text: String, disposition: String? = nil) { self.init(type, Array(text.utf8), disposition: disposition) }
    }

    var boundary = "------------------------d74496d66958873e"
    var parts: [Part]

    var bytes: [UInt8] {
        var body: [UInt8] = []
        for part in parts {
            body += Array("--\(boundary)\r\n".utf8)
            if let disposition = part.disposition { body += Array("Content-Disposition: \(disposition)\r\n".utf8) }
            if let type = part.type { body += Array("Content-Type: \(type)\r\n".utf8) }
            if let encoding = part.encoding { body += Array("Content-Transfer-Encoding: \(encoding)\r\n".utf8) }
            body += Array("\r\n".utf8) + part.body + Array("\r\n".utf8)
        }
        return body + Array("--\(boundary)--\r\n".utf8)
    }

    /// `multipart/mixed`, with the boundary as curl puts it there.
    var contentType: String { "multipart/mixed; boundary=\(boundary)" }
}
