import Voicemail

/// Finds out what the mailbox is there for (K§10.2, steps 3 to 5).
struct Arriving: CallState {
    func run(_ visit: MailboxVisit) async -> (any CallState)? {
        switch visit.answering.manner {
        case .takesMessages: Welcoming()
        case .announces: Announcing()
        case .full: FullBox()
        case .off: SwitchedOff()
        }
    }
}
