import Testing
import Voicemail

/// The rows of the stored databases, in whichever store: one of everything at least. They are the same in each version; what a later one adds is checked by
/// its own tests.
public enum StoredWorld {
    private static let now = Timestamp(unix: 1_700_000_000)
    private static func id(_ digit: Character) -> String { String(repeating: digit, count: 32) }
    private static let blobs = "abcdef".compactMap { BlobID(id($0)) }

    private static let root = StoredDocument(
        id: id("1"), kind: .account, accountID: id("1"), name: "Root", key: "root.example.com", scope: "", lookup: "root",
        attributes: ["name": "Root", "realm": "root.example.com"], hidden: ["lineage": [], "superduper_admin": true], created: now)
    private static let account = StoredDocument(
        id: id("2"), kind: .account, accountID: id("2"), name: "Acme", key: "acme.example.com", scope: "", lookup: "acme", ownerID: id("1"),
        attributes: ["name": "Acme", "realm": "acme.example.com", "custom": ["a": [1, 2.5, .null]]], hidden: ["lineage": [.string(id("1"))]], created: now)
    private static let user = StoredDocument(
        id: id("3"), kind: .user, accountID: id("2"), name: "anna", key: "anna", scope: id("2"),
        attributes: ["username": "anna", "first_name": "Änne \u{0} 😀"],
        hidden: ["verifier": "v"], revision: 3, created: now, modified: now.advanced(by: 9))
    public static let mailbox = StoredDocument(
        id: id("4"), kind: .mailbox, accountID: id("2"), name: "Anna", key: "number:100", scope: id("2"), label: "0100", ownerID: id("3"),
        attributes: ["name": "Anna", "mailbox": "0100"], secret: SealedText(bytes: [0, 1, 255, 0]), created: now)
    private static let group = StoredDocument(
        id: id("5"), kind: .mailbox, accountID: id("2"), name: "Sales", key: "number:200", scope: id("2"), lookup: "group:" + id("2"), label: "200",
        attributes: ["name": "Sales", "mailbox": "200"], hidden: ["group": ["mode": "share", "kind": "custom", "members": [.string(id("4"))]]], created: now)
    private static let greeting = StoredDocument(
        id: id("6"), kind: .greeting, accountID: id("2"), name: "Away", key: id("4") + "/away.wav", scope: id("2"), ownerID: id("4"),
        attributes: ["name": "Away"], blobID: blobs[0], created: now)
    private static let webhook = StoredDocument(
        id: id("7"), kind: .webhook, accountID: id("2"), name: "Hook", scope: id("2"), attributes: ["uri": "https://hooks.example.com/"], created: now)

    private static let documents = [root, account, user, mailbox, group, greeting, webhook]

    private static func record(_ id: BlobID, _ facts: AudioFacts?, unmeasured: String? = nil) -> BlobRecord {
        BlobRecord(blob: StoredBlob(id: id, size: 16_044, sha256: String(repeating: "ab", count: 32)), facts: facts, unmeasured: unmeasured)
    }

    private static let records = [
        record(blobs[0], AudioFacts(frames: 8000, sampleRate: 8000, channels: 1, container: "wav")),
        record(blobs[1], AudioFacts(frames: 44_100, sampleRate: 44_100, channels: 2, container: "flac", isIncomplete: true)),
        record(blobs[2], nil, unmeasured: "mp3"), record(blobs[3], nil), record(blobs[4], nil),
    ]

    private static func message(_ digit: Character, _ folder: Folder, box: StoredDocument, audio: BlobID? = nil, readers: [String] = [], history: [String] = [])
        -> Message
    {
        Message(
            id: id(digit), accountID: id("2"), mailboxID: box.id, timestamp: now.advanced(by: -90_000), folder: folder, from: "1@acme.example.com",
            to: "100@acme.example.com", callerName: "Bob", callerNumber: "+4930", callID: "call", lengthMilliseconds: 1000,
            audio: audio.map { AudioAttachment(blobID: $0, size: 16_044, contentType: "audio/wav", fileName: "m.wav") },
            transcription: ["result": "success", "text": "hello"], reception: Reception(lost: 2, late: 1, isCutOff: true), history: history, readers: readers,
            revision: 2, modified: now)
    }

    private static let messages = [
        message("8", .new, box: mailbox, audio: blobs[0], history: [id("5")]), message("9", .saved, box: mailbox, audio: blobs[1]),
        message("a", .deleted, box: mailbox), message("b", .new, box: group, audio: blobs[2], readers: [id("4")]),
    ]
    private static let removed = message("c", .new, box: mailbox, audio: blobs[3])

    private static let recording = Recording(
        id: id("d"), accountID: id("2"), name: "20231114-1.wav", source: "recorder/1", started: now, callerNumber: "1", callerName: "One", calleeNumber: "2",
        calleeName: "Two", direction: .inbound, callID: "call", callRecordID: "20231114221320-00001", durationMilliseconds: 1000,
        audio: AudioAttachment(blobID: blobs[1], size: 16_044, contentType: "audio/flac", fileName: "r.flac"), created: now)

    private static let ticket = Ticket(
        hash: String(repeating: "c", count: 64), kind: Ticket.Kind(rawValue: "session"), accountID: id("2"), userID: id("3"), credentialID: id("e"),
        partner: "p", replaced: "r", created: now, expires: now.advanced(by: 60), details: ["k": 1])
    private static let credential = Credential(
        id: id("e"), kind: Credential.Kind(rawValue: "key"), accountID: id("2"), name: "CRM", handle: "h", verifier: "v", details: ["d": true], created: now)
    private static let events = ["one", "two"].map {
        Event(id: $0, kind: .messageStored, accountID: id("2"), subjectID: id("8"), payload: ["announced": true], created: now)
    }
    private static let deliveries = [
        Delivery(
            id: "pending", channel: "webhook", target: id("7"), accountID: id("2"), eventSerial: 1, payload: ["body": "x"], attempts: 2, due: now,
            claim: Delivery.Claim(holder: "worker", until: now.advanced(by: 30)), failure: "refused", created: now),
        Delivery(id: "dead", channel: "mail", target: "a@example.com", accountID: id("2"), eventSerial: 1, payload: [:], state: .dead, due: now, created: now),
    ]
    private static let login = LoginCount(id: "192.0.2.1", kind: .source, label: "192.0.2.1", failures: 4, first: now, last: now.advanced(by: 1))

    public static func fill(_ store: any VoicemailStore) async throws {
        try await store.write { writer in
            for record in records { try writer.insert(record, at: now) }
            for document in documents { _ = try writer.insert(document) }
            for message in messages + [removed] { _ = try writer.insert(message) }
            try writer.remove(messageID: removed.id, at: now, physically: false)
            _ = try writer.insert(recording)
            try writer.insert(ticket)
            try writer.insert(credential)
            for event in events { try writer.append(event) }
            try writer.markPlanned(Array(try writer.unplannedEvents(limit: 1)))
            for delivery in deliveries { try writer.insert(delivery) }
            for delivery in deliveries { try writer.update(delivery) }
            try writer.save(login)
            try writer.release(blobs[4])
        }
    }

    /// Reads everything through the port and compares it.
    public static func check(_ store: any VoicemailStore) async throws {
        try await store.read { reader in
            for (index, document) in documents.enumerated() {
                var expected = document
                expected.serial = index + 1
                #expect(try reader.document(id: document.id) == expected)
            }
            #expect(try reader.account(id: root.id)?.actsOnAllAccounts == true)
            #expect(try reader.account(id: account.id)?.actsOnAllAccounts == false)
            for (index, message) in messages.enumerated() {
                var expected = message
                expected.serial = index + 1
                #expect(try reader.message(id: message.id) == expected)
            }
            #expect(try reader.message(id: removed.id) == nil)
            #expect(try reader.holders(of: blobs[3], limit: 9).map(\.id) == [removed.id])
            for record in records { #expect(try reader.blob(id: record.blob.id) == record) }
            #expect(try reader.unmeasuredBlobs(after: nil, limit: 9) == [records[2]])
            #expect(try reader.garbage(dueAt: now, limit: 9).map(\.id) == [blobs[4]])
            var expected = recording
            expected.serial = 1
            #expect(try reader.recording(.source("recorder/1"), accountID: account.id) == expected)
            #expect(try reader.recordingTotals(accountID: account.id) == RecordingTotals(count: 1, bytes: 16_044))
            #expect(try reader.ticket(hash: ticket.hash) == ticket)
            #expect(try reader.credential(id: credential.id) == credential)
            #expect(try reader.events(after: 0, limit: 9).map(\.id) == ["one", "two"])
            #expect(try reader.unplannedEvents(limit: 9).map(\.id) == ["two"])
            for delivery in deliveries {
                var read = try reader.delivery(id: delivery.id)
                read?.serial = 0
                #expect(read == delivery)
            }
            #expect(try reader.deliveryTotals() == DeliveryTotals(pending: 1, dead: 1))
            #expect(try reader.loginCounts(ids: [login.id]) == [login])
            #expect(try reader.tallies(mailboxIDs: [mailbox.id, group.id], cutoff: Timestamp(unix: 0)) == [Tally(new: 1, saved: 1), Tally(new: 1)])
            #expect(try reader.labels(kind: .mailbox, accountID: account.id, lookup: nil).map(\.label) == ["0100"])
            #expect(try reader.documentCount(kind: .mailbox, accountID: account.id, hasLookup: true) == 1)
            var below: [String] = []
            try reader.accounts(AccountQuery(.at(root.id))) {
                below.append($0.id)
                return true
            }
            #expect(below == [account.id, root.id])
        }
    }
}
