import Logging

extension Holds {
    /// Characters of a reason.
    public static let longestReason = 1000

    /// Puts a hold on something of an account; what is in the trash, and has not gone for good, can be held as well.
    /// - Throws: `VoicemailError.notFound`; `.invalid` for a reason that is none or too long.
    public func place(on subject: LegalHold.Subject, _ id: String, in account: Account, reason: String) async throws -> LegalHold {
        let length = reason.unicodeScalars.count
        guard length > 0 else { throw VoicemailError.invalid([Violation(["reason"], .required)]) }
        guard length <= Self.longestReason else { throw VoicemailError.invalid([Violation(["reason"], .maxLength(Self.longestReason))]) }
        let hold = try await inTransaction(of: account) { change in
            let mailboxID = try change.look.mailboxID(of: subject, id)
            let hold = LegalHold(subject: subject, subjectID: id, accountID: account.id, mailboxID: mailboxID, reason: reason, created: change.now)
            try change.writer.audit(.holdPlaced, of: account.id, [hold.id, id], ["subject": .string(subject.rawValue)], at: change.now)
            return try change.writer.insert(hold)
        }
        log("a legal hold was put on something", hold)
        return hold
    }

    /// - Returns: the hold as it was.
    /// - Throws: `VoicemailError.notFound`.
    public func lift(_ id: String) async throws -> LegalHold {
        let hold = try await inTransaction { change in
            guard let hold = try change.writer.hold(id: id) else { throw VoicemailError.notFound(id: id) }
            try change.writer.remove(holdID: id)
            try change.writer.audit(
                .holdLifted, of: hold.accountID, [id, hold.subjectID], ["subject": .string(hold.subject.rawValue)], at: change.now)
            return hold
        }
        log("a legal hold was lifted", hold)
        return hold
    }

    /// Holds of an account, or all there are, oldest first.
    public func list(of account: Account?, after serial: Int = 0, limit: Int) async throws -> [LegalHold] {
        try await store.read { try $0.holds(accountID: account?.id, after: serial, limit: limit) }
    }

    /// How many there are.
    public func count() async throws -> Int {
        var count = 0, last = 0
        while true {
            let page = try await list(of: nil, after: last, limit: 500)
            guard let end = page.last else { return count }
            count += page.count
            last = end.serial
        }
    }

    private func log(_ text: Logger.Message, _ hold: LegalHold) {
        logger.notice(
            text, metadata: ["hold": "\(hold.id)", "account": "\(hold.accountID)", "subject": "\(hold.subject.rawValue)", "id": "\(hold.subjectID)"])
    }
}

extension AccountLook {
    /// Finds what is to be held.
    /// - Returns: the mailbox that it is, or is in.
    fileprivate func mailboxID(of subject: LegalHold.Subject, _ id: String) throws -> String? {
        switch subject {
        case .account:
            guard id == account.id, try reader.account(id: id) != nil else { throw VoicemailError.notFound(id: id) }
            return nil
        case .mailbox:
            let removed = try reader.removedDocument(id: id).flatMap { Mailbox($0.document) }
            guard let mailbox: Mailbox = try reader.find(id: id) ?? removed, mailbox.accountID == account.id else { throw VoicemailError.notFound(id: id) }
            return id
        case .message:
            guard let message = try reader.message(id: id) ?? reader.removedMessage(id: id)?.message, message.accountID == account.id else {
                throw VoicemailError.notFound(id: id)
            }
            return message.mailboxID
        case .recording:
            guard try reader.recording(.id(id), accountID: account.id) != nil else { throw VoicemailError.notFound(id: id) }
            return nil
        }
    }
}
