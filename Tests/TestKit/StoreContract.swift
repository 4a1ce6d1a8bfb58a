import Testing
import Voicemail

/// What every `VoicemailStore` must do. A store's tests run each case on an empty store of its own.
public enum StoreContract {
    /// One promise of the port.
    public struct Case: Sendable, CustomTestStringConvertible {
        public let name: String
        public let run: @Sendable (any VoicemailStore) async throws -> Void

        init(_ name: String, _ run: @escaping @Sendable (any VoicemailStore) async throws -> Void) {
            self.name = name
            self.run = run
        }

        public var testDescription: String { name }
    }

    public static let all =
        transactions + documents + batches + messages + listings + accountTrees + positions + tallies + removal + blobs + access + texts
        + recordings + outbox + attempts + claims + dueTargets + logins + holds + audit
}

// MARK: - Things to store

extension StoreContract {
    public static let now = Timestamp(unix: 1_463_000_000)
    public static let longAgo = Timestamp(unix: 0)

    public static func message(
        _ id: String = HexID.random(), account: String = "a", mailbox: String = "m", at: Int = now.unix, folder: Folder = .new,
        blob: BlobID? = nil
    ) -> Message {
        Message(
            id: id, accountID: account, mailboxID: mailbox, timestamp: Timestamp(unix: at), folder: folder, from: "1001@realm",
            to: "2001@realm", callerName: "Ann", callerNumber: "1001", callID: "call", lengthMilliseconds: 1200,
            audio: blob.map { AudioAttachment(blobID: $0, size: 7, contentType: "audio/wav", fileName: "a.wav") }, modified: now)
    }

    public static func document(
        _ id: String = HexID.random(), kind: DocumentKind = .mailbox, account: String = "a", name: String = "box", key: String? = nil,
        lookup: String? = nil, owner: String? = nil, blob: BlobID? = nil
    ) -> StoredDocument {
        StoredDocument(
            id: id, kind: kind, accountID: account, name: name, key: key, scope: account, lookup: lookup, ownerID: owner,
            attributes: ["name": .string(name)], blobID: blob, created: now)
    }

    public static func blob(_ id: BlobID = BlobID(), facts: AudioFacts? = nil) -> BlobRecord {
        BlobRecord(blob: StoredBlob(id: id, size: 7, sha256: String(repeating: "ab", count: 32)), facts: facts)
    }

    /// The messages a query visits.
    /// Messages of a query, which are the same for who only shows them.
    static func list(_ query: MessageQuery, _ store: any VoicemailStore) async throws -> [Message] {
        let (found, listed) = try await store.read { reader in
            var found: [Message] = []
            try reader.messages(query) {
                found.append($0)
                return true
            }
            var listed: [ListedMessage] = []
            try reader.listedMessages(query) {
                listed.append($0)
                return true
            }
            return (found, listed)
        }
        #expect(listed == found.map { ListedMessage($0) })
        return found
    }

    static func list(_ query: DocumentQuery, _ store: any VoicemailStore) async throws -> [StoredDocument] {
        try await store.read { reader in
            var found: [StoredDocument] = []
            try reader.documents(query) {
                found.append($0)
                return true
            }
            return found
        }
    }
}
