/// What a token and a path lead to, found in one transaction.
public struct AccessEntry: Sendable {
    /// nil when the token opens nothing (`Tickets.enter`).
    public let principal: Principal?
    /// The account named by the path; nil when there is none.
    public let account: Account?
    /// The mailbox named by the path, where it is the account's.
    public let mailbox: Mailbox?
    /// What was likely to be asked for next, where the caller may act on the account; nil also where it is not there.
    public let early: EarlyRead?
}

/// A reading that a request is likely to ask for once it has been let in; it is done together with the one of its session.
public enum LikelyRead: Sendable {
    case page(ShownMessages)
    case message(MessagePlace)
}

/// What was read of it with the token.
public enum EarlyRead: Sendable {
    case page(MessagePage<ListedMessage>)
    case message(ZonedMessage)
}

extension Access {
    /// Looks a token and an account up, and a mailbox of this account.
    /// - Parameter expecting: what of the account is likely to be asked for next; it is read by the way. nil for nothing.
    public func enter(
        token: String?, kind: Ticket.Kind, accountID: String?, mailboxID: String? = nil,
        expecting: @escaping @Sendable (Account) -> LikelyRead? = { _ in nil }
    ) async throws -> AccessEntry {
        let hash = token.map(secrets.fingerprint)
        let found = try await look { look in
            let reader = look.reader
            let entry = try hash.flatMap { hash -> TicketEntry? in
                do { return try look.entry(ofTicket: hash, kind) } catch is TicketError { return nil }
            }
            // Mostly the account of the token, which has been read.
            let account = entry?.account.id == accountID ? entry?.account : try reader.account(id: accountID)
            let mailbox: Mailbox? = account == nil ? nil : try reader.find(id: mailboxID)
            let principal = entry.map { Principal($0) }
            let early = try account.flatMap { account in
                principal?.may(actOn: account) == true ? try expecting(account).flatMap { try read($0, in: account, reader) } : nil
            }
            return AccessEntry(
                principal: principal, account: account, mailbox: mailbox?.accountID == account?.id ? mailbox : nil,
                early: early)
        }
        AuditActor.current.identify(found.principal?.userID ?? found.principal?.credentialID)
        return found
    }

    /// - Returns: nil for what is not there: whoever asks for it is told so in his turn.
    private func read(_ wanted: LikelyRead, in account: Account, _ reader: any StoreReader) throws -> EarlyRead? {
        switch wanted {
        case .page(let shown): return .page(try reader.page(shown))
        case .message(let place):
            do { return .message(try AccountLook(reader: reader, account: account).zonedMessage(at: place, service.mailboxes)) } catch is VoicemailError {
                return nil
            }
        }
    }
}
