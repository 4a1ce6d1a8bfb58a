/// Removing by position. What a name stood for when the call came decides, and names are judged in the transaction that
/// removes, so that no renumbering comes between.
extension Messages {
    /// Messages removed in one transaction when a mailbox is emptied.
    private static let emptyingBatch = 256

    /// Removes the messages that `fileNames` name in each of `mailboxIDs`: all of them or none.
    /// - Parameter folder: where each must be filed; nil for anywhere but the trash.
    /// - Throws: `VoicemailError.notFound` with the first name that a mailbox does not have there.
    public func remove(named fileNames: [String], folder: Folder? = nil, of mailboxIDs: [String]) async throws {
        try await inTransaction { change in
            for mailboxID in mailboxIDs {
                // All of a mailbox's names are judged before the first message goes.
                let visible = change.writer.visibleMessages(of: mailboxID)
                try change.remove(try visible.messages(named: fileNames, where: { folder == nil || $0.folder == folder }))
            }
        }
    }

    /// Empties several mailboxes as `removeVisible` empties one.
    /// - Returns: how many went of all of them together.
    /// - Throws: `VoicemailError.held` with the first mailbox in which something is held, before anything goes from any of them. A hold that is placed
    ///   only meanwhile ends it at the mailbox that it concerns.
    @discardableResult
    public func removeVisible(of mailboxIDs: [String], folder: Folder? = nil) async throws -> Int {
        // The transactions that follow are of one mailbox each: a hold on the last would be found when the first is empty.
        if let held = try await store.read({ try $0.firstHeld(of: mailboxIDs) }) { throw VoicemailError.held(id: held) }
        var removed = 0
        for id in mailboxIDs { removed += try await removeVisible(of: id, folder: folder) }
        return removed
    }

    /// Removes every message of a mailbox that is filed in `folder`, or all that are not in the trash, whatever their age.
    /// - Returns: how many.
    /// - Throws: `VoicemailError.held` when something in the mailbox is held, whatever folder it is in, before anything goes.
    @discardableResult
    public func removeVisible(of mailboxID: String, folder: Folder? = nil) async throws -> Int {
        var removed = 0
        while true {
            let count = try await inTransaction { change in
                if let mailbox: Mailbox = try change.writer.find(id: mailboxID), try change.writer.isHeld(mailbox) {
                    throw VoicemailError.held(id: mailboxID)
                }
                var found: [Message] = []
                if let folder {
                    try change.writer.messages(MessageQuery(scope: .mailbox(mailboxID), ascending: true, folder: folder, limit: Self.emptyingBatch)) {
                        found.append($0)
                        return true
                    }
                } else {
                    try change.writer.visibleMessages(mailboxID: mailboxID, offset: 0, limit: Self.emptyingBatch) {
                        found.append($0)
                        return true
                    }
                }
                try change.remove(found)
                return found.count
            }
            removed += count
            if count < Self.emptyingBatch { return removed }
        }
    }
}
