import Server
import TestKit
import Testing
import Voicemail
@testable import Web

/// A server with an account, a user Anna with a mailbox of hers, another with one of his, and a browser in which Anna is logged in.
struct WebWorld: Sendable {
    let server: TestServer
    let account: Account
    let anna: User
    let box: Mailbox
    /// Of Bert, who is no administrator either.
    let othersBox: Mailbox
    let browser: Browser

    static func run(
        synthesizer: (any SpeechSynthesizer)? = nil, tail: LogTail? = nil, _ configure: (inout Configuration) -> Void = { _ in },
        _ body: @Sendable (WebWorld) async throws -> Void
    ) async throws {
        try await TestServer.run(synthesizer: synthesizer, tail: tail, configure) { (server: TestServer) async throws in
            let account = try await server.makeAccount("Acme")
            let anna = try await server.makeUser(TestWorld.username, password: TestWorld.password, in: account)
            let bert = try await server.makeUser("bert", password: "other horse", in: account)
            let box = try await server.makeMailbox("3000", in: account, ["owner_id": .string(anna.id)])
            let others = try await server.makeMailbox("3001", in: account, ["owner_id": .string(bert.id)])
            let browser = Browser(server)
            try await body(WebWorld(server: server, account: account, anna: anna, box: box, othersBox: others, browser: browser))
        }
    }

    /// Gives Anna's mailbox a PIN.
    func setPIN(_ pin: String) async throws {
        var settings = MailboxSettings()
        settings.pin = PIN(pin)
        _ = try await server.service.mailboxes.change(box.id, settings, in: account)
    }

    /// The path of a folder of Anna's mailbox.
    func path(_ folder: String = "new") -> String { "/boxes/\(box.id)/\(folder)" }

    var messagesPath: String { "/boxes/\(box.id)/messages" }

    func leave(
        _ number: String = "2001", name: String? = "Bob", audio: [UInt8]? = WAV.tones([440], milliseconds: 1500), secondsAgo: Int = 60, folder: Folder = .new,
        in mailbox: Mailbox? = nil
    ) async throws -> Message {
        let draft = MessageDraft(
            callerName: name, callerNumber: number, folder: folder, timestamp: server.clock.now.advanced(by: -secondsAgo))
        return try await server.leave(draft, audio: audio, in: mailbox ?? box, of: account)
    }

    /// Posts what a button of a page of Anna's does.
    func press(_ deed: String, _ more: [(String, String)] = [], from folder: String = "new", form: String? = nil) async throws -> Answer {
        let word: String
        if let form { word = form } else { word = try #require(try await browser.get(path(folder)).field("form")) }
        return try await browser.post(messagesPath, [("form", word), ("from", folder), ("do", deed)] + more)
    }

    /// Where it is now; nil for nowhere that is listed.
    func folder(of message: Message) async throws -> Folder? { try await server.service.messages.find(anywhere: message.id)?.folder }
}
