import Voicemail

/// A mail as it goes over the wire (RFC 5322, RFC 2045): its headers and its text, an attachment, which is encoded while it is sent, and the end.
struct MailContent: Sendable {
    let sender: MailAddress
    let receiver: MailAddress
    /// What comes before the attachment, or all.
    let head: [UInt8]
    let attachment: LocalCopy?
    let tail: [UInt8]

    init(_ message: MailMessage, from sender: MailAddress, headers: [String]) {
        self.sender = sender
        receiver = message.to
        // Quoted-printable text never has `=_`, so that no line of it is a boundary (RFC 2045 §6.7).
        let boundary = "=_" + HexID.random(), inner = "=_" + HexID.random()
        var head: [UInt8] = []
        func line(_ text: String) {
            head += Self.plain(text).utf8
            head += "\r\n".utf8
        }
        func text(_ text: String, as type: String, behind boundary: String) {
            line("--\(boundary)")
            line("Content-Type: \(type); charset=utf-8")
            line("Content-Transfer-Encoding: quoted-printable")
            line("")
            QuotedPrintable.append(text, to: &head)
            line("")
        }
        headers.forEach(line)
        line("MIME-Version: 1.0")
        line("Content-Type: multipart/mixed; boundary=\"\(boundary)\"")
        line("")
        if let html = message.html {
            // Both are the same; the better one comes last (RFC 2046 §5.1.4).
            line("--\(boundary)")
            line("Content-Type: multipart/alternative; boundary=\"\(inner)\"")
            line("")
            text(message.text, as: "text/plain", behind: inner)
            text(html, as: "text/html", behind: inner)
            line("--\(inner)--")
        } else {
            text(message.text, as: "text/plain", behind: boundary)
        }
        if let attachment = message.attachment {
            line("--\(boundary)")
            line("Content-Type: \(attachment.contentType)")
            line("Content-Disposition: attachment; filename=\"\(attachment.name.filter { $0 != "\"" && $0 != "\\" })\"")
            line("Content-Transfer-Encoding: base64")
            line("")
        }
        self.head = head
        attachment = message.attachment?.content
        tail = Array("--\(boundary)--\r\n".utf8)
    }

    /// What would end a header's line goes.
    private static func plain(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else { return text }
        return String(decoding: text.utf8.filter { $0 >= 0x20 && $0 != 0x7F }, as: UTF8.self)
    }
}
