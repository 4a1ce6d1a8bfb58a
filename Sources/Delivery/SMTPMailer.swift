import NIOPosix
import Voicemail

/// `OutgoingMail` over SMTP (RFC 5321), by libcurl.
public struct SMTPMailer: OutgoingMail {
    private let server: MailServer
    private let pool: NIOThreadPool
    private let handles = SMTPHandles()

    /// - Parameter pool: where the conversations block; its size bounds how many there are at once.
    public init(_ server: MailServer, pool: NIOThreadPool) {
        self.server = server
        self.pool = pool
    }

    public func send(_ message: MailMessage) async throws(OutgoingMailError) {
        let content = MailContent(message, from: server.sender, headers: headers(of: message))
        let result: Result<Void, OutgoingMailError>
        do {
            result = try await pool.runIfActive { [server, handles] in
                Result { () throws(OutgoingMailError) in try SMTPConversation.deliver(content, to: server, over: handles) }
            }
        } catch {
            throw OutgoingMailError("the server is stopping")
        }
        try result.get()
    }

    private func headers(of message: MailMessage) -> [String] {
        var headers = [
            "Date: \(SystemClock().now.internetDate) +0000", "From: <\(server.sender.text)>", "To: <\(message.to.text)>",
            "Message-ID: <\(message.id)@\(server.sender.domain)>", "Subject: \(HeaderText.encoded(message.subject))",
            // So that nobody's absence is answered to it (RFC 3834 §5).
            "Auto-Submitted: auto-generated",
        ]
        // A receiver that gets it twice can tell by its Message-ID (see `MailMessage.id`).
        if let attempt = message.attempt { headers += ["X-Delivery-Id: \(message.id)", "X-Delivery-Attempt: \(attempt)"] }
        if let list = message.list { headers.append("List-Id: <\(list).\(server.sender.domain)>") }
        if let address = message.replyTo { headers.append("Reply-To: <\(address.text)>") }
        return headers
    }
}
