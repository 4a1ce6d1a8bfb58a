import Foundation
import Voicemail

/// The mail server that takes our mail, as an administrator names it.
public struct MailServer: Sendable, Hashable {
    /// How the connection is secured.
    public enum Security: String, Sendable, CaseIterable {
        /// TLS from the first byte (RFC 8314 §3.3), on port 465.
        case tls
        /// STARTTLS (RFC 3207), and no mail without it.
        case starttls
        /// None: for a relay on this machine.
        case none
    }

    /// The login at the mail server.
    public struct Login: Sendable, Hashable {
        public var username: String
        /// Read for every mail, so that a new password needs no restart.
        public var passwordFile: String

        public init(username: String, passwordFile: String) {
            self.username = username
            self.passwordFile = passwordFile
        }

        /// The file's only line. Blocks.
        func password() throws(OutgoingMailError) -> String {
            guard let bytes = FileManager.default.contents(atPath: passwordFile) else {
                throw OutgoingMailError("the password file of the mail server cannot be read")
            }
            return String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .newlines)
        }
    }

    public var host: String
    public var port: Int
    public var security: Security
    /// nil where the server asks for none.
    public var login: Login?
    /// The sender of our mail.
    public var sender: MailAddress
    /// A PEM file with the authorities that vouch for the server; nil for the system's.
    public var authorities: String?
    /// Seconds that one mail may take.
    public var attemptSeconds: Int

    public init(
        host: String, port: Int, security: Security, login: Login? = nil, sender: MailAddress,
        authorities: String? = nil, attemptSeconds: Int = 60
    ) {
        self.host = host
        self.port = port
        self.security = security
        self.login = login
        self.sender = sender
        self.authorities = authorities
        self.attemptSeconds = attemptSeconds
    }

    /// Connects, secures the connection and logs in as for a mail, and sends none. Blocks.
    /// - Throws: `OutgoingMailError` when the server would take no mail of ours.
    public func tryOut() throws(OutgoingMailError) { try SMTPConversation.tryOut(self) }

    var url: String { "\(security == .tls ? "smtps" : "smtp")://\(host.contains(":") ? "[\(host)]" : host):\(port)" }
}
