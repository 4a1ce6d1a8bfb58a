import StoredRows
import Testing
import Voicemail

/// What every `MovableStore` must do. A store's tests run each case on two empty stores of its own.
public enum MoveContract {
    public struct Case: Sendable, CustomTestStringConvertible {
        public let name: String
        public let run: @Sendable (_ from: any MovableStore, _ to: any MovableStore) async throws -> Void

        init(_ name: String, _ run: @escaping @Sendable (any MovableStore, any MovableStore) async throws -> Void) {
            self.name = name
            self.run = run
        }

        public var testDescription: String { name }
    }

    /// What all stores keep, by table, with what tells rows apart.
    public static let tables: [String: [String]] = [
        "account_tree": ["descendant_id", "ancestor_id"], "attempt": ["serial"], "blob": ["id"], "blob_garbage": ["serial"], "credential": ["id"],
        "delivery": ["serial"],
        "document": ["serial"], "event": ["serial"], "login_count": ["id"], "message": ["serial"], "recording": ["serial"], "ticket": ["hash"],
    ]

    public static let all = [
        Case("every table has its key, and what is named comes before what names it") { from, _ in
            let tables = try await from.tables()
            for (name, key) in Self.tables { #expect(tables.first { $0.name == name }?.key == key, "\(name)") }
            #expect(tables.prefix(2).map(\.name) == ["blob", "document"])
            for table in tables { #expect(!table.key.isEmpty && table.key.allSatisfy { table.place(of: $0) != nil }, "\(table.name)") }
        },
        Case("rows are what they were in another store, with their numbers, and counters follow them") { from, to in
            let mailbox = try await fill(from)
            try await to.beginFilling(.here)
            try await copy(from, to)
            try await to.endFilling()
            let (one, two) = (try await contents(of: from), try await contents(of: to))
            #expect(one == two)
            for (table, key) in Self.tables where !key.isEmpty { #expect(two[table]?.isEmpty == false, "\(table)") }
            let tally = try await to.read { try $0.tally(mailboxID: mailbox, cutoff: StoreContract.longAgo) }
            let expected = try await from.read { try $0.tally(mailboxID: mailbox, cutoff: StoreContract.longAgo) }
            #expect(tally == expected && tally != Tally())
            #expect(try await to.recount() == [])
            #expect(try await to.recountAccounts() == [])
            let totals = try await to.read { try $0.deliveryTotals() }
            #expect(totals.pending == 1)
        },
        Case("pages follow the key, between bounds") { from, _ in
            _ = try await fill(from)
            for table in try await from.tables() {
                let all = try await from.rows(of: table, after: nil, through: nil, limit: 1000)
                var start: StoredTable.Key?, found: [StoredTable.Row] = []
                while let row = try await from.rows(of: table, after: start, through: nil, limit: 1).first {
                    found.append(row)
                    start = table.key(of: row)
                }
                #expect(found == all, "\(table.name)")
                guard let first = all.first, let last = all.last else { continue }
                let behind = try await from.rows(of: table, after: table.key(of: first), through: table.key(of: last), limit: 1000)
                #expect(behind == Array(all.dropFirst()), "\(table.name)")
                #expect(try await from.rows(of: table, after: nil, through: table.key(of: first), limit: 1000) == [first], "\(table.name)")
            }
        },
        Case("what is there, and what needs audio that is not, is left out; what others name is replaced") { from, to in
            _ = try await fill(from)
            let tables = try await from.tables()
            let messages = try #require(tables.first { $0.name == "message" }), blobs = try #require(tables.first { $0.name == "blob" })
            let rows = try await from.rows(of: messages, after: nil, through: nil, limit: 1000)
            let place = try #require(messages.place(of: "blob_id"))
            let silent = rows.filter { $0[place] == .null }.count
            #expect(silent > 0 && silent < rows.count)
            try await to.beginFilling(.here)
            #expect(try await to.change(messages, removing: [], putting: rows) == silent)
            var audio = try await from.rows(of: blobs, after: nil, through: nil, limit: 1000)
            #expect(try await to.change(blobs, removing: [], putting: audio) == audio.count)
            #expect(try await to.change(messages, removing: [], putting: rows) == rows.count - silent)
            #expect(try await to.change(messages, removing: [], putting: rows) == 0)
            let size = try #require(blobs.place(of: "size"))
            audio[0][size] = .int(99)
            #expect(try await to.change(blobs, removing: [], putting: audio) == audio.count)
            #expect(try await to.rows(of: blobs, after: nil, through: nil, limit: 1000) == audio)
            // Taken away and put in again at once.
            #expect(try await to.change(messages, removing: rows.map(messages.key(of:)), putting: rows) == rows.count)
            #expect(try await to.change(messages, removing: rows.map(messages.key(of:)), putting: []) == 0)
            #expect(try await to.rows(of: messages, after: nil, through: nil, limit: 1000) == [])
        },
        Case("numbers go on where they were, also those of rows that are gone") { from, to in
            let last = try await from.write { writer in
                let serial = try writer.insert(StoreContract.message()).serial
                let gone = try writer.insert(StoreContract.message(HexID.random()))
                try writer.remove(messageID: gone.id, at: StoreContract.now, physically: true)
                return max(serial, gone.serial)
            }
            try await to.beginFilling(.here)
            try await copy(from, to)
            try await to.continueSerials(from: from.serials())
            let next = try await to.write { try $0.insert(StoreContract.message()).serial }
            #expect(next == last + 1)
            // Never back.
            try await to.continueSerials(from: ["message": 1])
            #expect(try await to.write { try $0.insert(StoreContract.message()).serial } == last + 2)
        },
        Case("nobody changes anything while writes are held, and afterwards everybody does") { from, _ in
            let hold = try await from.holdWrites()
            let read = try await from.read { try $0.blobs(after: nil, limit: 1) }
            #expect(read.isEmpty)
            try await hold.release()
            _ = try await from.write { try $0.insert(StoreContract.message()) }
            #expect(try await from.residence() == .here)
        },
        Case("what is closed takes no changes and can be read, until it is settled again") { from, _ in
            let message = try await from.write { try $0.insert(StoreContract.message()) }
            try await from.holdWrites().close()
            #expect(try await from.residence() == .gone)
            await #expect(throws: StoreError.self) { _ = try await from.write { try $0.insert(StoreContract.message()) } }
            await #expect(throws: StoreError.self) { try await from.write { try $0.update(message) } }
            #expect(try await from.read { try $0.message(id: message.id) } == message)
            #expect(await from.unavailability() != nil)
            try await from.beginFilling(.gone)
            #expect(try await from.residence() == .arriving)
            try await from.endFilling()
            #expect(try await from.residence() == .here)
            try await from.write { try $0.update(message) }
        },
        Case("rows of another store are refused by one that waits for none, before it was filled, afterwards and when it is gone") { from, to in
            _ = try await fill(from)
            let blobs = try #require(try await from.tables().first { $0.name == "blob" })
            let rows = try await from.rows(of: blobs, after: nil, through: nil, limit: 1000), keys = rows.map(blobs.key(of:))
            await expectRefusals(by: to, .notArriving(.here), removing: keys, of: blobs)
            await #expect(throws: FillingRefusal.notArriving(.here)) { _ = try await to.change(blobs, removing: [], putting: rows) }
            #expect(try await to.rows(of: blobs, after: nil, through: nil, limit: 1000) == [])
            await #expect(throws: FillingRefusal.notArriving(.here)) { try await to.beginFilling(.gone) }
            try await to.beginFilling(.here)
            try await to.checkFilling()
            #expect(try await to.change(blobs, removing: [], putting: rows) == rows.count)
            try await to.endFilling()
            await expectRefusals(by: to, .notArriving(.here), removing: keys, of: blobs)
            await #expect(throws: FillingRefusal.notArriving(.here)) { try await to.beginFilling(.arriving) }
            #expect(try await to.residence() == .here)
            try await to.holdWrites().close()
            await expectRefusals(by: to, .notArriving(.gone), removing: keys, of: blobs)
            #expect(try await to.residence() == .gone)
            #expect(try await to.rows(of: blobs, after: nil, through: nil, limit: 1000) == rows)
        },
    ]

    /// Of two who fill the same database, through a store each, the later one goes on, and the earlier one is refused whatever he tries.
    /// - Parameter second: another store on the database of `first`, which is empty.
    public static func overtake(_ first: any MovableStore, by second: any MovableStore, from: any MovableStore) async throws {
        _ = try await fill(from)
        let blobs = try #require(try await from.tables().first { $0.name == "blob" })
        let rows = try await from.rows(of: blobs, after: nil, through: nil, limit: 1000), keys = rows.map(blobs.key(of:))
        try await first.beginFilling(.here)
        #expect(try await first.change(blobs, removing: [], putting: rows) == rows.count)
        await expectRefusals(by: second, .takenOver, removing: keys, of: blobs)
        // It was empty when he looked.
        await #expect(throws: FillingRefusal.takenOver) { try await second.beginFilling(.here) }
        try await first.checkFilling()
        try await second.beginFilling(.arriving)
        await expectRefusals(by: first, .takenOver, removing: keys, of: blobs)
        #expect(try await second.residence() == .arriving)
        try await second.endFilling()
        await expectRefusals(by: first, .notArriving(.here), removing: keys, of: blobs)
        #expect(try await second.residence() == .here)
        #expect(try await second.rows(of: blobs, after: nil, through: nil, limit: 1000) == rows)
    }

    private static func expectRefusals(by store: any MovableStore, _ refusal: FillingRefusal, removing keys: [StoredTable.Key], of table: StoredTable) async {
        await #expect(throws: refusal) { _ = try await store.change(table, removing: keys, putting: []) }
        await #expect(throws: refusal) { try await store.continueSerials(from: ["message": 1000]) }
        await #expect(throws: refusal) { try await store.checkFilling() }
        await #expect(throws: refusal) { try await store.endFilling() }
    }

    /// Copies all rows, as a move does.
    public static func copy(_ from: any MovableStore, _ to: any MovableStore) async throws {
        for table in try await from.tables() {
            let rows = try await from.rows(of: table, after: nil, through: nil, limit: 10_000)
            let known = try await to.rows(of: table, after: nil, through: nil, limit: 10_000)
            let put = try await to.change(table, removing: [], putting: rows.filter { !known.contains($0) })
            #expect(put == rows.count - known.count, "\(table.name)")
        }
    }

    public static func contents(of store: any MovableStore) async throws -> [String: [StoredTable.Row]] {
        var contents: [String: [StoredTable.Row]] = [:]
        for table in try await store.tables() { contents[table.name] = try await store.rows(of: table, after: nil, through: nil, limit: 10_000) }
        return contents
    }

    /// Something of everything, with what is hostile in it.
    /// - Returns: a mailbox with messages.
    public static func fill(_ store: any VoicemailStore) async throws -> String {
        let now = StoreContract.now
        return try await store.write { writer in
            let audio = (0..<4).map { _ in StoreContract.blob() }
            for record in audio { try writer.insert(record, at: now) }
            try writer.insert(BlobRecord(blob: StoredBlob(id: BlobID(), size: 9, sha256: "ab"), facts: nil), at: now)
            let root = HexID.random(), below = HexID.random()
            _ = try writer.insert(
                StoredDocument(id: root, kind: .account, accountID: root, name: "Acme", scope: "", lookup: "acme", attributes: ["name": "Acme"], created: now))
            _ = try writer.insert(
                StoredDocument(
                    id: below, kind: .account, accountID: below, name: "Below", scope: "", attributes: ["name": "Below"],
                    hidden: ["lineage": .array([.string(root)])], created: now))
            let mailbox = HexID.random()
            _ = try writer.insert(
                StoredDocument(
                    id: mailbox, kind: .mailbox, accountID: root, name: StoreContract.hostileTexts[0], key: "3000", scope: root, label: "3000",
                    attributes: ["name": .string(StoreContract.hostileTexts.joined())], secret: SealedText(bytes: [0, 1, 255]), created: now))
            let greeting = try writer.insert(StoreContract.document(kind: .greeting, account: root, blob: audio[0].blob.id))
            try writer.remove(documentID: greeting.id, at: now, physically: false)
            for (number, text) in StoreContract.hostileTexts.enumerated() {
                var message = StoreContract.message(account: root, mailbox: mailbox, at: now.unix + number, blob: number % 2 == 0 ? audio[1].blob.id : nil)
                message.readers = [text]
                message = try writer.insert(message)
                if number == 1 { try writer.remove(messageID: message.id, at: now, physically: false) }
            }
            _ = try writer.retire(accountID: root, cutoff: now.advanced(by: 2), limit: 2)
            _ = try writer.insert(
                Recording(
                    id: HexID.random(), accountID: root, name: "r", source: nil, started: now, callerNumber: "1", callerName: "", calleeNumber: "2",
                    calleeName: "",
                    direction: .inbound, callID: "c", callRecordID: "r", durationMilliseconds: 1,
                    audio: AudioAttachment(blobID: audio[2].blob.id, size: 7, contentType: "audio/wav", fileName: "r.wav"), created: now))
            try writer.release(audio[3].blob.id)
            try writer.insert(
                Ticket(
                    hash: "t", kind: Ticket.Kind(rawValue: "kind"), accountID: root, userID: nil, credentialID: "c", partner: nil, replaced: nil, created: now,
                    expires: now, details: [:]))
            try writer.insert(
                Credential(
                    id: "c", kind: Credential.Kind(rawValue: "kind"), accountID: root, name: "n", handle: "h", verifier: "v", details: [:], created: now))
            let event = Event(id: "one", kind: .messageStored, accountID: root, subjectID: mailbox, created: now)
            try writer.append(event)
            try writer.append(Event(id: "two", kind: .messageStored, accountID: root, subjectID: mailbox, created: now))
            try writer.markPlanned(try writer.unplannedEvents(limit: 1))
            try writer.insert(
                Delivery(id: "d", channel: "c", target: "t", accountID: root, eventSerial: 1, payload: [:], due: now, created: now))
            for status in [nil, 200] {
                try writer.append(
                    AttemptRecord(
                        receiverID: "hook", accountID: root, made: now, status: status, isSuccess: status != nil,
                        failure: status == nil ? StoreContract.hostileTexts.joined() : nil, retriesLeft: 1))
            }
            try writer.save(LoginCount(id: "l", kind: .source, label: "x", failures: 3, first: now, last: now))
            return mailbox
        }
    }
}
