/// The messages of a mailbox that are not in the trash, whatever their age, in order of position, as one transaction finds them.
struct VisibleMessages {
    let mailboxID: String
    let reader: any StoreReader

    /// How many are unread and read.
    func tally() throws -> Tally { try reader.visibleTallies([mailboxID]).first ?? Tally() }

    /// Those from a position on.
    func page(from first: Int, limit: Int) throws -> [PositionedMessage] {
        var items: [PositionedMessage] = []
        try reader.visibleMessages(mailboxID: mailboxID, offset: first, limit: limit) { message in
            items.append(PositionedMessage(position: first + items.count, message: message))
            return true
        }
        return items
    }

    /// The one that a name stands for now.
    /// - Throws: `VoicemailError.notFound`.
    func message(named fileName: String) throws -> PositionedMessage {
        guard let position = PositionName.position(fileName), let found = try page(from: position, limit: 1).first else {
            throw VoicemailError.notFound(id: fileName)
        }
        return found
    }

    /// Those of several names, each once, found in one pass over the mailbox however many names there are.
    /// - Throws: `VoicemailError.notFound` with the first name that stands for none that is meant.
    func messages(named fileNames: [String], where isMeant: (Message) -> Bool) throws -> [Message] {
        var wanted: [Int: String] = [:]
        for name in fileNames {
            guard let position = PositionName.position(name) else { throw VoicemailError.notFound(id: name) }
            wanted[position] = name
        }
        guard var position = wanted.keys.min() else { return [] }
        var found: [Message] = []
        try reader.visibleMessages(mailboxID: mailboxID, offset: position, limit: Int.max) { message in
            if wanted[position] != nil, isMeant(message) {
                wanted[position] = nil
                found.append(message)
            }
            position += 1
            return !wanted.isEmpty
        }
        if let missing = wanted.min(by: { $0.key < $1.key }) { throw VoicemailError.notFound(id: missing.value) }
        return found
    }
}

extension StoreReader {
    func visibleMessages(of mailboxID: String) -> VisibleMessages { VisibleMessages(mailboxID: mailboxID, reader: self) }

    /// How many messages of each mailbox are not in the trash, in the order given.
    func visibleTallies(_ mailboxIDs: [String]) throws -> [Tally] {
        // A cutoff before every message leaves none out.
        try tallies(mailboxIDs: mailboxIDs, cutoff: Timestamp(unix: Timestamp.plausible.lowerBound))
    }
}
