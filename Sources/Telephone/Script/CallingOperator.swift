import Logging
import SIP
import Voicemail

/// The caller asked for the operator (K§10.2, steps 9 and 11): the telephone system calls him in our place.
struct CallingOperator: CallState {
    let number: String
    /// What happens when he cannot be called.
    let otherwise: (any CallState)?

    func run(_ visit: MailboxVisit) async -> (any CallState)? {
        if await visit.call.transfer(to: number) {
            visit.story.transferred()
            return nil
        }
        guard await !visit.call.isOver else { return nil }
        visit.service.logger.notice(
            "the telephone system did not call the operator", metadata: ["call_id": "\(visit.call.invitation.callID)", "mailbox": "\(visit.mailbox.number)"])
        return otherwise
    }
}
