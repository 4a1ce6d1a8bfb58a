import CRe
import SIPGrammar
import Waiting

/// The other side is asked to call somebody else with the call (RFC 3515).
extension Call {
    /// Has the other side call a number at its own place instead of us, and hangs up once it does.
    /// - Returns: false when it does not.
    public func transfer(to number: String) async -> Bool {
        guard let target = referTarget(number) else { return false }
        guard let question = ask("REFER", headers: "Refer-To: <\(target)>\r\nReferred-By: <\(contact)>\r\n") else { return false }
        hasTransferred = true
        // The acceptance of the REFER is enough: the outcome is between the two others (RFC 3515 §2.4.2).
        let status = await question.answer.outcome(within: .seconds(10)) { question.answer.end(nil) }
        guard let status, status < 300 else { return false }
        // The transferee hangs up here; a peer that leaves the BYE to us waits for it.
        _ = await over.outcome(within: .seconds(5)) { [weak self] in Task { @SIPLoop in self?.hangUp() } }
        return true
    }

    /// The number at the place that the call came from; nil for what is no number.
    private func referTarget(_ number: String) -> String? {
        guard !number.isEmpty, number.utf8.count <= 64, number.utf8.allSatisfy({ Self.dialled.contains($0) }) else { return nil }
        let contact = invitation.message.addresses("contact").first.flatMap { try? $0.get() }?.uri.sip
        let source = invitation.source
        let host = contact?.host ?? source.host, port = contact == nil ? Int(source.port) : contact?.port
        let bracketed = host.contains(":") ? "[\(host)]" : host
        let escaped = number.replacing("#", with: "%23")
        return "sip:\(escaped)@\(bracketed)" + (port.map { ":\($0)" } ?? "")
    }

    private static let dialled = Array("0123456789+*#ABCDabcd-.".utf8)
}
