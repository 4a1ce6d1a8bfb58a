/// A mailbox that a deposited message goes to, as the message finds it.
struct MessageTaker {
    let mailbox: Mailbox
    /// Messages that are in it, without those in the trash; 0 where its room does not matter.
    let count: Int
    let capacity: Int
}

extension StoreReader {
    /// The mailboxes that a message of an origin goes to: the mailbox itself, or those of a broadcasting group's members. A member whose mailbox would not
    /// take it is left out: the group was called, not he. A group without members keeps what it gets.
    /// - Parameters:
    ///   - hasAudio: a broadcasting group keeps a message without, which waits for it.
    ///   - standard: the capacity of mailboxes that have none of their own.
    /// - Throws: `VoicemailError.mailboxDisabled` where the mailbox, or each of the members', is off; `.limitReached` where none of the others has room.
    func takers(of mailbox: Mailbox, hasAudio: Bool, _ origin: DepositOrigin, standard: Int) throws -> [MessageTaker] {
        guard mailbox.isEnabled || !origin.needsEnabled else { throw VoicemailError.mailboxDisabled }
        let members = hasAudio && !mailbox.holdsMessages ? mailbox.group?.members ?? [] : []
        let found = members.isEmpty ? [] : try find(Mailbox.self, ids: members, in: mailbox.accountID)
        let open = (found.isEmpty ? [mailbox] : found).filter { $0.isEnabled || !origin.needsEnabled }
        guard !open.isEmpty else { throw VoicemailError.mailboxDisabled }
        let counts = origin.needsRoom ? try visibleTallies(open.map(\.id)).map(\.total) : open.map { _ in 0 }
        let takers = zip(open, counts).map { MessageTaker(mailbox: $0, count: $1, capacity: $0.capacity(standard)) }
            .filter { $0.count < $0.capacity || !origin.needsRoom }
        guard !takers.isEmpty else { throw VoicemailError.limitReached }
        return takers
    }
}
