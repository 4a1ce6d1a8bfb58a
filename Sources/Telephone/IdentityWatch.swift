import Logging
import SIP

/// Notices that the certificate of calls was replaced, and has new connections see the new one. What cannot be used is told once, and the old one stays.
struct IdentityWatch: Sendable {
    let files: CallFiles
    let logger: Logger
    private var seen: TLSIdentity?
    /// Whether the files could not be read when they were last looked at.
    private var isMissing = false

    init(_ files: CallFiles, now identity: TLSIdentity?, logger: Logger) {
        self.files = files
        self.logger = logger
        seen = identity
    }

    mutating func look(_ endpoint: SIPEndpoint) async {
        guard let tls = files.tls else { return }
        do {
            guard let identity = try await files.readIdentity(), identity != seen else {
                isMissing = false
                return
            }
            (seen, isMissing) = (identity, false)
            try await endpoint.setIdentity(identity)
            logger.notice("certificate of calls reloaded", metadata: ["file": "\(tls.certificate)"])
        } catch {
            if error is CallFiles.Unusable {
                if isMissing { return }
                isMissing = true
            }
            logger.error("the new certificate of calls cannot be used, the old one stays", metadata: ["file": "\(tls.certificate)", "error": "\(error)"])
        }
    }
}
