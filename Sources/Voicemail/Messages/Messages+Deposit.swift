import Logging
import Waiting

/// A message as its depositor describes it; what is missing has a standard (K§6.1).
public struct MessageDraft: Sendable {
    /// 32 hex digits that its depositor made up before, so that a deposit of which he does not know whether it went through can be made again; nil for
    /// any.
    public var id: String?
    public var callID: String?
    public var callerName: String?
    public var callerNumber: String?
    public var from: String?
    public var to: String?
    public var folder: Folder?
    public var lengthMilliseconds: Int?
    public var timestamp: Timestamp?
    /// How it came in by telephone.
    public var reception: Reception?

    public init(
        id: String? = nil, callID: String? = nil, callerName: String? = nil, callerNumber: String? = nil, from: String? = nil, to: String? = nil,
        folder: Folder? = nil, lengthMilliseconds: Int? = nil, timestamp: Timestamp? = nil, reception: Reception? = nil
    ) {
        self.id = id
        self.callID = callID
        self.callerName = callerName
        self.callerNumber = callerNumber
        self.from = from
        self.to = to
        self.folder = folder
        self.lengthMilliseconds = lengthMilliseconds
        self.timestamp = timestamp
        self.reception = reception
    }
}

extension Messages {
    /// The length of a message that nobody measured (K§6.1).
    public static let unmeasuredLength = 1

    /// Starts taking audio in; whoever calls finishes it or abandons it.
    /// - Parameter accountID: whose it will be.
    public func receiveAudio(for accountID: String = "", limit: Int? = nil) -> AudioIntake {
        AudioIntake(limit: limit ?? limits.maximumAudioBytes, codec: codec, archive: archive, accountID: accountID, logger: logger)
    }

    /// Takes one piece of audio in. Whatever goes wrong, nothing of it stays; nor of what `body` wrote and did not finish.
    /// - Parameter body: writes the bytes, and finishes.
    /// - Throws: what `body` throws.
    public func receivingAudio<Value>(
        for accountID: String = "", limit: Int? = nil, _ body: (AudioIntake) async throws -> Value
    ) async throws -> Value {
        let intake = receiveAudio(for: accountID, limit: limit)
        do {
            let value = try await body(intake)
            if !intake.isFinished { await intake.abandon() }
            return value
        } catch {
            await intake.abandon()
            throw error
        }
    }

    /// Stores a message, with its audio if there is any; durable once this returns. A broadcasting group's goes to its members, who
    /// share the audio; one without audio waits for it in the group's box for a while, where it could go to a member now. A member whose mailbox is off or
    /// full is left out.
    /// - Parameters:
    ///   - origin: decides what is asked of the mailbox, and whether those who want to hear of new messages do; one that is not filed as
    ///     new is no news.
    /// - Returns: the message, or the first member's.
    /// - Throws: `VoicemailError.notFound` for the mailbox; `.limitReached` or `.mailboxDisabled` for one that takes no message now, or none of whose
    ///   members does; `.conflict` where the draft has the id of a message that is there; the audio is dropped then.
    public func deposit(
        _ draft: MessageDraft, mailboxID: String, in account: Account, audio: ReceivedAudio? = nil, from origin: DepositOrigin
    ) async throws -> Message {
        let stored = try await service.dropping(audio) {
            let limits = limits
            return try await inTransaction { change in
                let writer = change.writer
                // First what all deposits into the mailbox begin with: by that a store knows which of them meet.
                let found: Mailbox? = try writer.find(id: mailboxID)
                if let id = draft.id, try writer.message(id: id) != nil { throw VoicemailError.conflict }
                guard let mailbox = found, mailbox.accountID == account.id else { throw VoicemailError.notFound(id: mailboxID) }
                let takers = try writer.takers(of: mailbox, origin, standard: limits.mailboxCapacity)
                // No member gets it by halves: it is handed on when it is whole (`attach`).
                let isWaiting = audio == nil && !mailbox.holdsMessages
                if !isWaiting, origin.needsRoom, draft.folder ?? .new != .deleted {
                    // At this one message and at no further one: what has been told is not told again.
                    for taker in takers where taker.count + 1 == limits.nearlyFull(of: taker.capacity) { try change.noteNearlyFull(taker) }
                }
                let message = Self.message(draft, mailbox, account, audio, change.now)
                if let audio { try writer.insert(audio.record, at: change.now) }
                return try (isWaiting ? [mailbox.id] : takers.map(\.mailbox.id)).enumerated().map { index, recipient in
                    let own =
                        recipient == mailbox.id
                        ? message : message.copied(to: recipient, id: index == 0 ? message.id : HexID.random(), history: true, at: change.now)
                    return try change.add(own, isAnnounced: origin.isAnnounced(in: account, limits))
                }
            }
        }
        service.countDeposits(stored)
        // There is always somebody who takes it, or it was refused.
        return stored[0]
    }

    /// Gives a message audio, in place of any it has. Metadata stays, but a length that nobody gave is measured.
    ///
    /// One that waits for it in a broadcasting group's box goes to those members who have room now. Where that is nobody any more it stays, whole, until
    /// somebody has: it was taken when it came.
    /// - Returns: the message, or the first member's.
    public func attach(_ audio: ReceivedAudio, to place: MessagePlace, in account: Account) async throws -> Message {
        let message = try await service.dropping(audio) {
            let cutoff = service.mailboxes.cutoff(for: account), standard = limits.mailboxCapacity
            return try await inTransaction { change in
                let writer = change.writer
                var message = try change.look(in: account).changeable(place, since: cutoff)
                let replaced = message.audio
                // A hold covers the audio of the message, so a held message keeps its own.
                guard try replaced == nil || !writer.isHeld(message) else { throw VoicemailError.held(id: place.monthID) }
                try writer.insert(audio.record, at: change.now)
                message.audio = audio.attachment
                if message.lengthMilliseconds == Self.unmeasuredLength, let measured = audio.durationMilliseconds {
                    message.lengthMilliseconds = measured
                }
                message = try change.save(message)
                if let replaced { try writer.release(replaced.blobID) }
                if let mailbox: Mailbox = try writer.find(id: message.mailboxID), !mailbox.holdsMessages {
                    return try change.distribute(message, of: mailbox, standard: standard) ?? message
                }
                return message
            }
        }
        garbageBell.ring()
        return message
    }

    private static func message(_ draft: MessageDraft, _ mailbox: Mailbox, _ account: Account, _ audio: ReceivedAudio?, _ now: Timestamp) -> Message {
        let number = draft.callerNumber ?? anonymous
        return Message(
            id: draft.id ?? HexID.random(), accountID: account.id, mailboxID: mailbox.id, timestamp: draft.timestamp ?? now, folder: draft.folder ?? .new,
            from: address(draft.from ?? number, account.realm), to: address(draft.to ?? mailbox.number, account.realm),
            callerName: draft.callerName ?? anonymous, callerNumber: number, callID: draft.callID ?? String(HexID.random().prefix(24)),
            lengthMilliseconds: draft.lengthMilliseconds ?? audio?.durationMilliseconds ?? unmeasuredLength, audio: audio?.attachment,
            reception: draft.reception, modified: now)
    }

    private static let anonymous = Message.anonymous

    /// `user@realm`; a value that has a realm keeps it (K§12-06).
    static func address(_ user: String, _ realm: String) -> String {
        user.contains("@") ? user : user + "@" + realm
    }
}

extension Change {
    fileprivate func noteNearlyFull(_ taker: MessageTaker) throws {
        let mailbox = taker.mailbox, counts = Mailboxes.counts(taker.count + 1, of: taker.capacity)
        try writer.append(Event(kind: .mailboxNearlyFull, accountID: mailbox.accountID, subjectID: mailbox.id, payload: counts, created: now))
    }
}
