/// A mailbox that a message goes to, as the message finds it.
struct MessageTaker {
    let mailbox: Mailbox
    /// Messages that are in it, without those in the trash; 0 where its room does not matter.
    let count: Int
    let capacity: Int
}

extension StoreReader {
    /// The mailboxes that a message really goes to which is left in, sent to or handed on from `mailbox`: that mailbox, or those of the members of a
    /// broadcasting group. Every way into a mailbox asks this.
    ///
    /// The mailbox is what was named, so its message's origin decides what it must allow. The members were named by nobody: whatever the origin, one whose
    /// mailbox is off or has no room is left out. A group without members keeps what it gets, so that nothing is lost.
    /// - Parameter standard: the capacity of mailboxes that have none of their own.
    /// - Returns: one at least; of a group in the order of its members.
    /// - Throws: `VoicemailError.mailboxDisabled` where the mailbox, or each of the members', is off; `.limitReached` where none of the others has room.
    func takers(of mailbox: Mailbox, _ origin: DepositOrigin, standard: Int) throws -> [MessageTaker] {
        guard mailbox.isEnabled || !origin.needsEnabled else { throw VoicemailError.mailboxDisabled }
        let named = mailbox.holdsMessages ? [] : mailbox.group?.members ?? []
        let members = named.isEmpty ? [] : try find(Mailbox.self, ids: named, in: mailbox.accountID)
        guard members.isEmpty else { return try takers(among: members.filter(\.isEnabled), needRoom: true, standard) }
        return try takers(among: [mailbox], needRoom: origin.needsRoom, standard)
    }

    private func takers(among open: [Mailbox], needRoom: Bool, _ standard: Int) throws -> [MessageTaker] {
        guard !open.isEmpty else { throw VoicemailError.mailboxDisabled }
        let counts = needRoom ? try visibleTallies(open.map(\.id)).map(\.total) : open.map { _ in 0 }
        let takers = zip(open, counts).map { MessageTaker(mailbox: $0, count: $1, capacity: $0.capacity(standard)) }
            .filter { $0.count < $0.capacity || !needRoom }
        guard !takers.isEmpty else { throw VoicemailError.limitReached }
        return takers
    }
}
