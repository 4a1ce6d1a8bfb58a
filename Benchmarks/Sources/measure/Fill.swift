import ArgumentParser
import Foundation
import Logging
import NIOCore
import SQLiteStore
import Server
import Voicemail

/// Fills a mailbox without a sync for every message, for R4 and R5.
struct Fill: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Puts many messages into a mailbox. They share one piece of audio, as copies do.")

    @Option var data: String
    @Option(help: "Id.") var account: String
    @Option(help: "Id.") var mailbox: String
    @Option(help: "How many.") var count: Int
    @Argument(help: "A WAV file.") var file: String

    /// Messages in one transaction.
    private static let batch = 5000

    func run() async throws {
        var configuration = Configuration()
        configuration.data = data
        var logger = Logger(label: "measure")
        logger.logLevel = .error
        let installation = try await Installation.open(configuration, for: .storesAudio, creating: false, logger: logger)
        do {
            try await fill(installation)
        } catch {
            try await installation.close()
            throw error
        }
        try await installation.close()
    }

    private func fill(_ installation: Installation) async throws {
        let first = try await deposit(installation.service)
        for start in stride(from: 1, to: count, by: Self.batch) {
            let numbers = start..<min(start + Self.batch, count)
            try await installation.store.write { writer in
                for number in numbers { _ = try writer.insert(Self.message(number, like: first)) }
            }
        }
    }

    private func deposit(_ service: VoicemailService) async throws -> Message {
        guard let owner = try await service.store.read({ [account] in try $0.document(id: account) }) else {
            throw ValidationError("no such account")
        }
        let intake = try await service.receiveAudio()
        try await intake.write(ByteBuffer(bytes: try Data(contentsOf: URL(filePath: file))))
        let audio = try await intake.finish(contentType: "audio/wav", fileName: "message.wav", policy: .playableOnly)
        let draft = MessageDraft(callID: "bench-0", callerName: "Caller 0", callerNumber: "15550000")
        return try await service.deposit(draft, mailboxID: mailbox, in: owner, audio: audio)
    }

    /// A minute is shared by 30 messages, so that a million span 23 days: within retention.
    private static func message(_ number: Int, like first: Message) -> Message {
        Message(
            accountID: first.accountID, mailboxID: first.mailboxID, timestamp: first.timestamp.advanced(by: -2 * number),
            folder: number % 3 == 0 ? .saved : .new, from: "\(15_550_000 + number % 10_000)@bench.example", to: first.to,
            callerName: "Caller \(number)", callerNumber: "\(15_550_000 + number % 10_000)", callID: "bench-\(number)",
            lengthMilliseconds: first.lengthMilliseconds, audio: first.audio, modified: first.modified)
    }
}
