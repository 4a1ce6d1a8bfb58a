import Foundation

/// A message as interfaces name it that do not ask for its mailbox.
public enum MessageKey: Sendable, Hashable {
    /// The number it is known by and when it was left, which both must fit.
    case serial(Int, left: Timestamp)
    /// The call record it stands for (`CallRecordID`).
    case callRecord(String)
}

/// Messages by `MessageKey`. These interfaces know no retention: a message is changed and removed whatever its age.
extension Messages {
    /// - Throws: `VoicemailError.notFound` also for one in the trash.
    public func find(_ key: MessageKey, of account: Account) async throws -> Message {
        let zone = service.mailboxes.timeZone(of: account)
        return try await look(in: account) { try $0.message(key, zone) }
    }

    /// A message by its id for life.
    /// - Throws: `VoicemailError.notFound` also for one in the trash.
    public func find(id: String, of account: Account) async throws -> Message {
        try await store.read { reader in
            guard let message = try reader.message(id: id), message.accountID == account.id, message.folder != .deleted else {
                throw VoicemailError.notFound(id: id)
            }
            return message
        }
    }

    /// Files a message among the saved ones: in a box shared by members all of them have heard it.
    /// - Returns: the message; one that was read already is not changed.
    @discardableResult
    public func markRead(_ key: MessageKey, of account: Account) async throws -> Message {
        let zone = service.mailboxes.timeZone(of: account)
        return try await inTransaction { change in
            let message = try change.look(in: account).message(key, zone)
            return message.folder == .new ? try change.file(message, in: .saved) : message
        }
    }

    public func remove(_ key: MessageKey, of account: Account) async throws {
        let zone = service.mailboxes.timeZone(of: account)
        try await inTransaction { change in try change.remove(try change.look(in: account).message(key, zone)) }
    }
}

extension AccountLook {
    /// - Parameter zone: the account's, in which a call record's id has its time.
    fileprivate func message(_ key: MessageKey, _ zone: TimeZone) throws -> Message {
        let found: Message? =
            switch key {
            case .serial(let serial, let left): try reader.message(serial: serial).flatMap { $0.timestamp == left ? $0 : nil }
            case .callRecord(let id): try message(ofCallRecord: id, zone)
            }
        guard let found, found.accountID == account.id, found.folder != .deleted else { throw VoicemailError.notFound(id: "message") }
        return found
    }

    private func message(ofCallRecord id: String, _ zone: TimeZone) throws -> Message? {
        guard let (time, digits) = CallRecordID.parse(id) else { return nil }
        var found: Message?
        for left in time.timestamps(in: zone) {
            try reader.messages(MessageQuery(scope: .account(account.id), from: left, to: left, ascending: true)) { message in
                if message.folder != .deleted, message.id.hasPrefix(digits) { found = message }
                return found == nil
            }
            if found != nil { return found }
        }
        return nil
    }
}

extension Messages {
    /// What decoding says of the audio of some messages, by blob; what no decoder accepts is left out.
    public func audioFacts(of messages: [Message]) async throws -> [BlobID: AudioFacts] {
        try await store.read { try $0.audioFacts(of: messages) }
    }
}

extension StoreReader {
    func audioFacts(of messages: [Message]) throws -> [BlobID: AudioFacts] {
        let blobs = Set(messages.compactMap { $0.audio?.blobID })
        guard !blobs.isEmpty else { return [:] }
        var facts: [BlobID: AudioFacts] = [:]
        for record in try self.blobs(ids: blobs) { facts[record.blob.id] = record.facts }
        return facts
    }
}
