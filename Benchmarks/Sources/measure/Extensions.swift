import ArgumentParser
import Foundation
import Logging
import NIOCore
import SQLiteStore
import Server
import Voicemail

/// Makes many extensions, for S1 and S2.
struct Extensions: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Makes mailboxes with messages in them. They share one piece of audio, as copies do.")

    @Option var data: String
    @Option(help: "Id.") var account: String
    @Option(help: "The first number.") var first: Int
    @Option(help: "How many.") var count: Int
    @Option(help: "Messages in each.") var messages: Int
    @Argument(help: "A WAV file.") var file: String

    func run() async throws {
        var configuration = Configuration()
        configuration.data = data
        var logger = Logger(label: "measure")
        logger.logLevel = .error
        let installation = try await Installation.open(configuration, for: .storesAudio, creating: false, logger: logger)
        do {
            try await make(in: installation)
        } catch {
            try await installation.close()
            throw error
        }
        try await installation.close()
    }

    private func make(in installation: Installation) async throws {
        let service = installation.service
        guard let owner = try await service.store.read({ [account] in try $0.document(id: account) }) else {
            throw ValidationError("no such account")
        }
        var like: Message?
        for number in first..<first + count {
            let box = try await service.createMailbox(
                ["mailbox": .string("\(number)"), "name": .string("Extension \(number)")], id: nil, in: owner)
            guard messages > 0 else { continue }
            let model: Message
            if let like { model = like } else { model = try await deposit(service, box, owner) }
            like = model
            try await installation.store.write { [messages] writer in
                for number in (model.mailboxID == box.id ? 1 : 0)..<messages {
                    _ = try writer.insert(Self.message(number, in: box, like: model))
                }
            }
        }
    }

    private func deposit(_ service: VoicemailService, _ box: Document, _ owner: Document) async throws -> Message {
        let intake = try await service.receiveAudio()
        try await intake.write(ByteBuffer(bytes: try Data(contentsOf: URL(filePath: file))))
        let audio = try await intake.finish(contentType: "audio/wav", fileName: "message.wav", policy: .playableOnly)
        return try await service.deposit(MessageDraft(callerName: "Caller 0", callerNumber: "15550000"), mailboxID: box.id, in: owner, audio: audio)
    }

    private static func message(_ number: Int, in box: Document, like first: Message) -> Message {
        Message(
            accountID: first.accountID, mailboxID: box.id, timestamp: first.timestamp.advanced(by: -2 * number),
            folder: number % 3 == 0 ? .saved : .new, from: "\(15_550_000 + number)@bench.example", to: first.to, callerName: "Caller \(number)",
            callerNumber: "\(15_550_000 + number)", callID: "bench-\(number)", lengthMilliseconds: first.lengthMilliseconds, audio: first.audio,
            modified: first.modified)
    }
}
