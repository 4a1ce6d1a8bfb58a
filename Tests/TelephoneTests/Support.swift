import NIOCore
import Prompts
import Server
import TestKit
import Testing
import Voicemail

/// An account with a mailbox, and a server that takes calls for it.
struct CallWorld: Sendable {
    let server: TestServer
    let account: Account
    let mailbox: Mailbox

    static func run(
        _ attributes: JSONObject = [:], _ configure: (inout Configuration) -> Void = { _ in }, _ body: @Sendable (CallWorld) async throws -> Void
    ) async throws {
        try await TestServer.run({
            $0.telephone.listen = CallAddress(host: "127.0.0.1", port: 0)
            $0.telephone.drainSeconds = 5
            // Tones can be told apart.
            $0.prompts.directory = "/nowhere"
            configure(&$0)
        }) { server in
            let account = try await server.makeAccount("Acme")
            try await body(CallWorld(server: server, account: account, mailbox: try await server.makeMailbox("1000", in: account, attributes)))
        }
    }

    func withPhone<Value: Sendable>(_ body: (TestPhone) async throws -> Value) async throws -> Value {
        try await TestPhone.run(server: server.sipPort, body)
    }

    /// Waits until a mailbox has so many messages; they are known then.
    func messages(_ count: Int, in box: Mailbox? = nil) async throws -> [Message] {
        let box = box ?? mailbox
        let clock = ContinuousClock(), end = clock.now + .seconds(60)
        while true {
            let found = try await all(in: box)
            if found.count >= count || clock.now > end { return found }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    func all(in box: Mailbox) async throws -> [Message] {
        try await server.service.messages.list(MessageListing(query: MessageQuery(scope: .mailbox(box.id)), limit: 100)).messages
    }

    /// A message as telephones hear it.
    func sound(of message: Message) async throws -> [Int] {
        let audio = try await server.service.renditions.rendition(of: message, .telephone)
        let bytes = try await audio.reader.read(at: 44, count: audio.reader.size - 44)
        let view = Array(bytes.readableBytesView)
        return stride(from: 0, to: view.count - 1, by: 2).map { Int(Int16(bitPattern: UInt16(view[$0]) | UInt16(view[$0 + 1]) << 8)) }
    }

    /// The master as it is stored.
    func master(of message: Message) async throws -> [UInt8] {
        let audio = try #require(message.audio)
        let reader = try await server.service.archive.open(audio.blobID)
        return Array(try await reader.read(at: 0, count: reader.size).readableBytesView)
    }
}

extension TestPhone {
    /// Waits for the tone that recording begins with, and then says nothing, packet by packet, until that is on the disk: what is said from here on is
    /// recorded.
    /// - Parameter data: the server's directory.
    func waitForTone(in data: String) async throws {
        try await sound.hears(hertz: 440, milliseconds: 400)
        let head = try FileList.bytes(in: data + "/captures")
        while try FileList.bytes(in: data + "/captures") <= head { try await sound.say(hertz: nil, milliseconds: 40) }
    }
}
