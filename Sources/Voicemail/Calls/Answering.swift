/// How a mailbox answers somebody who wants to leave a message, as things stand now (K§10.2).
public struct Answering: Sendable, Hashable {
    public enum Manner: Sendable, Hashable {
        case takesMessages
        /// It plays its greeting and takes no messages.
        case announces
        /// It has as many messages as it may have.
        case full
        /// It is switched off.
        case off
    }

    /// What callers hear of whose mailbox it is (K§10.2, step 7).
    public enum Words: Sendable, Hashable {
        case none
        case own(Greeting)
        /// That the person at the mailbox's number is not available.
        case standard
        /// That a message can be left, and not for whom.
        case nobody
    }

    public let manner: Manner
    public let greeting: Words
    /// Whether callers are told first that the subscriber cannot be reached.
    public let hasIntroduction: Bool
    /// Whether callers are told how to leave a message.
    public let hasInstructions: Bool
    /// The longest message that is taken.
    public let longestSeconds: Int
    /// A shorter recording is dropped, as nothing was said.
    public let shortestMilliseconds: Int
    /// What callers are spoken to in; nil for the server's.
    public let language: String?
}

extension Mailbox {
    /// Whether it plays its greeting and takes no messages.
    var isAnnouncementOnly: Bool { stored.attributes["announcement_only"] == true }

    /// Seconds of one message, where it says so itself.
    var longestMessage: Int? { stored.attributes["max_message_length"]?.int.flatMap { $0 > 0 ? $0 : nil } }

    fileprivate func isSet(_ attribute: String) -> Bool { stored.attributes[attribute] == true }
}

extension Mailboxes {
    /// How a mailbox answers a call now.
    /// - Throws: `VoicemailError.notFound`.
    public func answering(_ id: String, in account: Account) async throws -> Answering {
        let limits = limits
        return try await look { look in
            let mailbox: Mailbox = try look.reader.require(id, in: account.id)
            let isFull = try look.reader.visibleMessages(of: id).tally().total >= mailbox.capacity(limits.mailboxCapacity)
            let manner: Answering.Manner =
                if !mailbox.isEnabled { .off } else if mailbox.isAnnouncementOnly { .announces } else if isFull { .full } else { .takesMessages }
            return Answering(
                manner: manner, greeting: try look.words(of: mailbox), hasIntroduction: mailbox.isSet("play_greeting_intro"),
                hasInstructions: !mailbox.isSet("skip_instructions"), longestSeconds: mailbox.longestMessage ?? limits.longestMessageSeconds,
                shortestMilliseconds: limits.shortestMessageMilliseconds, language: account.language)
        }
    }

}

extension Look {
    /// What callers of a mailbox hear.
    fileprivate func words(of mailbox: Mailbox) throws -> Answering.Words {
        if mailbox.isSet("skip_greeting") { return .none }
        // A greeting that is gone, or never got its audio, gives way to the next.
        for id in [mailbox.temporaryGreeting(at: now)?.greetingID, mailbox.greetingInForceID] {
            if let id, let greeting: Greeting = try reader.find(id: id), greeting.accountID == mailbox.accountID, greeting.hasAudio { return .own(greeting) }
        }
        return mailbox.isSet("use_person_not_available") ? .nobody : .standard
    }
}
