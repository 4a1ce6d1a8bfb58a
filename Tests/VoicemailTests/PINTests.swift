import Foundation
import TestKit
import Testing
import Voicemail

@Suite("A PIN is shown to who may read the mailbox, and to nobody else")
struct PINTests {
    private func withBox(_ attributes: JSONObject, _ body: @Sendable (VoicemailService, Account, Mailbox) async throws -> Void) async throws {
        try await MemoryWorld.run { world in try await body(world.service, world.account, try await world.makeMailbox("04711", attributes)) }
    }

    @Test(
        "A PIN opens its mailbox; another, a part of it, nothing and the mailbox's number do not",
        arguments: [
            ("83920174", "83920174", true), ("83920174", "83920175", false), ("83920174", "8392017", false), ("83920174", "", false),
            ("04711", "04711", false), ("4711", "4711", false), ("0004711", "0004711", false), ("4711", "04711", false), ("47110", "47110", true),
        ])
    func opens(pin: String, entered: String, isOpen: Bool) async throws {
        try await withBox(["pin": .string(pin)]) { service, _, box in
            #expect(service.mailboxes.pinOpens(box, entered) == isOpen)
        }
    }

    @Test("A mailbox without a PIN is opened by none")
    func none() async throws {
        try await withBox([:]) { service, _, box in
            #expect(!service.mailboxes.pinOpens(box, ""))
            #expect(!service.mailboxes.pinOpens(box, "0000"))
            #expect(service.mailboxes.pin(of: box) == nil)
        }
    }

    @Test("A PIN that is the number opens once it is changed, and closes again when the number becomes it")
    func changed() async throws {
        try await withBox(["pin": "04711"]) { service, account, box in
            let mailboxes = service.mailboxes
            var current = try await mailboxes.change(box.id, .patch(["pin": "83920174"]), in: account)
            #expect(mailboxes.pinOpens(current, "83920174"))
            #expect(!mailboxes.pinOpens(current, "04711"))
            current = try await mailboxes.change(box.id, .patch(["mailbox": "83920174"]), in: account)
            #expect(mailboxes.pin(of: current) == PIN("83920174"))
            #expect(!mailboxes.pinOpens(current, "83920174"))
        }
    }

    @Test("A change that says nothing of the PIN keeps it; null and a replacement without it take it away")
    func kept() async throws {
        try await withBox(["pin": "83920174"]) { service, account, box in
            let mailboxes = service.mailboxes
            let secret = try await service.store.read { try $0.document(id: box.id)?.secret }
            let renamed = try await mailboxes.change(box.id, .patch(["name": "Other"]), in: account)
            #expect(mailboxes.pin(of: renamed) == PIN("83920174"))
            // It is not even sealed anew.
            #expect(try await service.store.read { try $0.document(id: box.id)?.secret } == secret)
            let echoed = try await mailboxes.change(box.id, .replace(mailboxes.published(renamed)), in: account)
            #expect(mailboxes.pin(of: echoed) == PIN("83920174"))
            let cleared = try await mailboxes.change(box.id, .patch(["pin": .null]), in: account)
            #expect(mailboxes.pin(of: cleared) == nil)
            _ = try await mailboxes.change(box.id, .patch(["pin": "83920174"]), in: account)
            let replaced = try await mailboxes.change(box.id, .replace(["name": "Other", "mailbox": "04711"]), in: account)
            #expect(mailboxes.pin(of: replaced) == nil)
        }
    }

    @Test("A refused PIN changes nothing")
    func refused() async throws {
        try await withBox(["pin": "83920174"]) { service, account, box in
            await #expect(throws: VoicemailError.self) { try await service.mailboxes.change(box.id, .patch(["pin": "1"]), in: account) }
            let now = try await service.mailboxes.find(box.id, of: account)
            #expect(service.mailboxes.pin(of: now) == PIN("83920174"))
        }
    }

    @Test("A PIN is nowhere in the data directory in clear, and what is there opens only its own mailbox")
    func sealed() async throws {
        try await TestServer.run { server in
            let account = try await server.makeAccount("Acme")
            let box = try await server.makeMailbox("04711", in: account, ["pin": "839201745562913"])
            let other = try await server.makeMailbox("100", in: account)
            #expect(server.service.mailboxes.published(box)["pin"] == "839201745562913")
            #expect(box.published["pin"] == nil)
            let root = URL(fileURLWithPath: server.directory)
            let files = try #require(FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil)).compactMap { $0 as? URL }
            var looked = 0
            for file in files where !file.hasDirectoryPath {
                let bytes = try Data(contentsOf: file)
                #expect(bytes.range(of: Data("839201745562913".utf8)) == nil, "\(file.path)")
                looked += 1
            }
            #expect(looked > 2)
            // Rows that change places give nothing away.
            try await server.service.store.write { writer in
                guard let one = try writer.document(id: box.id), var two = try writer.document(id: other.id) else { return }
                two.secret = one.secret
                try writer.update(two)
            }
            let moved = try await server.service.mailboxes.find(other.id, of: account)
            #expect(server.service.mailboxes.pin(of: moved) == nil)
            #expect(!server.service.mailboxes.pinOpens(moved, "839201745562913"))
        }
    }

    @Test("A PIN shows itself in no text")
    func silent() {
        let pin = PIN("83920174")
        var dumped = ""
        dump(pin, to: &dumped)
        for text in ["\(pin)", String(reflecting: pin), dumped, "\([pin])", "\(Optional(pin) as Any)"] { #expect(!text.contains("8392")) }
        var settings = MailboxSettings()
        settings.pin = pin
        #expect(!"\(settings)".contains("8392"))
    }
}
