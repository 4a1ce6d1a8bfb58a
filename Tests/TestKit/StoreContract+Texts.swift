import Testing
import Voicemail

extension StoreContract {
    /// Texts that have broken databases, parsers and terminals.
    public static let hostileTexts = [
        "", "\u{0}", "a\u{0}b", "\u{0}\u{0}", "'; DROP TABLE message; --", "\"", "\\", "\\\"", "\\u0000", "%", "_", "?1", ":a", "a\r\nb", "\t",
        "\u{1}\u{1f}\u{7f}",
        "😀", "👩‍👩‍👧", "\u{202e}evil", "e\u{301}", "é", "\u{fffd}", "\u{feff}", "\u{10ffff}", "../../etc/passwd", "<script>", "=1+1", "null", "1", "1.0",
        String(repeating: "long \u{0} 😀", count: 5000),
    ]

    static let texts = [
        Case("every text comes back byte for byte, wherever it stands") { store in
            for (index, text) in hostileTexts.enumerated() {
                let blobID = BlobID()
                let object: JSONObject = [text: .string(text), "list": [.string(text), ["x": .string(text)]]]
                let message = Message(
                    id: "m\(index)" + text, accountID: text, mailboxID: text, timestamp: now, folder: .new, from: text, to: text, callerName: text,
                    callerNumber: text, callID: text, lengthMilliseconds: 1,
                    audio: AudioAttachment(blobID: blobID, size: 1, contentType: text, fileName: text), transcription: .object(object),
                    history: [text, text], modified: now)
                let document = StoredDocument(
                    id: "d\(index)" + text, kind: .webhook, accountID: text, name: text, key: text, scope: text, lookup: text, ownerID: text,
                    attributes: object, hidden: object, created: now)
                let session = Ticket(
                    hash: "s\(index)" + text, kind: .link, accountID: text, userID: text, credentialID: text, created: now, expires: now, details: object)
                let credential = Credential(
                    id: "c\(index)" + text, kind: .intake, accountID: text, name: text, handle: text, verifier: text, details: object, created: now)
                let (storedMessage, storedDocument) = try await store.write { writer in
                    try writer.insert(blob(blobID), at: now)
                    try writer.insert(session)
                    try writer.insert(credential)
                    return (try writer.insert(message), try writer.insert(document))
                }
                try await store.read { reader in
                    let read = try #require(try reader.message(id: message.id))
                    #expect(read == storedMessage)
                    #expect(bytes(of: read) == bytes(of: storedMessage))
                    #expect(try reader.document(id: document.id) == storedDocument)
                    #expect(try reader.document(kind: .webhook, scope: text, key: text) == storedDocument)
                    #expect(try reader.documents(kind: .webhook, lookup: text, limit: 9) == [storedDocument])
                    #expect(try reader.ticket(hash: session.hash) == session)
                    #expect(try reader.credential(kind: .intake, handle: text) == credential)
                    #expect(try reader.tally(mailboxID: text, cutoff: longAgo) == Tally(new: 1))
                }
                let listed = try await list(MessageQuery(scope: .mailbox(text)), store)
                #expect(listed == [storedMessage])
            }
        }
    ]

    /// `==` on texts takes composed and decomposed letters for the same.
    private static func bytes(of message: Message) -> [[UInt8]] {
        ([message.id, message.accountID, message.from, message.callerName, message.callID, message.audio?.fileName ?? "", message.transcription?.encoded ?? ""]
            + message.history).map { Array($0.utf8) }
    }
}
