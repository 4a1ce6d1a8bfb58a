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

    /// Where its callers are sent with the operator's key; nil where it names nobody (K§10.2, step 9).
    public var operatorNumber: String? { stored.attributes["operator_number"]?.dialled }

    /// The form that its messages are to have, such as `mp3` (K§12-08).
    public var mediaExtension: String? { stored.attributes["media_extension"]?.string }

    fileprivate func isSet(_ attribute: String) -> Bool { stored.attributes[attribute] == true }
}

extension Account {
    /// Where callers of its mailboxes are sent with the operator's key; nil where it names nobody.
    public var operatorNumber: String? { stored.attributes["operator_key"]?.dialled }
}

extension JSON {
    /// A number to dial, written as a text or as a number; nil for nothing.
    fileprivate var dialled: String? {
        guard let text = string ?? int.map(String.init), !text.isEmpty else { return nil }
        return text
    }
}

extension Mailboxes {
    /// How a mailbox answers a call now.
    /// - Throws: `VoicemailError.notFound`.
    public func answering(_ id: String, in account: Account) async throws -> Answering {
        let limits = limits
        return try await look { look in
            let mailbox: Mailbox = try look.reader.require(id, in: account.id)
            return Answering(
                manner: try look.manner(of: mailbox, standard: limits.mailboxCapacity), greeting: try look.words(of: mailbox),
                hasIntroduction: mailbox.isSet("play_greeting_intro"),
                hasInstructions: !mailbox.isSet("skip_instructions"), longestSeconds: mailbox.longestMessage ?? limits.longestMessageSeconds,
                shortestMilliseconds: limits.shortestMessageMilliseconds, language: account.language)
        }
    }
}

extension Look {
    /// As a message that a caller leaves would fare.
    fileprivate func manner(of mailbox: Mailbox, standard: Int) throws -> Answering.Manner {
        guard mailbox.isEnabled else { return .off }
        if mailbox.isAnnouncementOnly { return .announces }
        do {
            _ = try reader.takers(of: mailbox, .call, standard: standard)
            return .takesMessages
        } catch VoicemailError.mailboxDisabled {
            return .off
        } catch VoicemailError.limitReached {
            return .full
        }
    }

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
