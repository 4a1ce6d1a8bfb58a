import ArgumentParser
import Foundation
import Logging
import NIOCore
import SQLiteStore
import Server
import Voicemail

/// What the commands that fill a data directory share: the account, and the one piece of audio that all they insert is a copy of.
struct Filling: ParsableArguments {
    @Option var data: String
    @Option(help: "Id.") var account: String
    @Argument(help: "A WAV file.") var file: String

    /// Rows in one transaction: few enough to keep the log small, enough that a sync costs nothing.
    private static let batch = 5000

    /// Opens the data directory, and closes it whatever happens.
    func run(_ fill: (Installation, _ owner: Account) async throws -> Void) async throws {
        var configuration = Configuration()
        configuration.data = data
        configuration.limits.maximumAudioBytes = 200_000_000
        var logger = Logger(label: "measure")
        logger.logLevel = .error
        let installation = try await Installation.open(configuration, for: .storesAudio, creating: false, logger: logger)
        do {
            guard let owner = try await installation.service.accounts.find(account) else { throw ValidationError("no such account: \(account)") }
            try await fill(installation, owner)
        } catch {
            try await installation.close()
            throw error
        }
        try await installation.close()
    }

    func sound() throws -> [UInt8] { Array(try Data(contentsOf: URL(filePath: file))) }

    /// The file, taken in as an upload is.
    func audio(_ service: VoicemailService) async throws -> ReceivedAudio { try await Self.receive(ByteBuffer(bytes: sound()), service) }

    static func receive(_ bytes: ByteBuffer, _ service: VoicemailService) async throws -> ReceivedAudio {
        let intake = service.messages.receiveAudio()
        try await intake.write(bytes)
        return try await intake.finish(contentType: "audio/wav", fileName: "audio.wav", policy: .playableOnly)
    }

    /// A first message, deposited as any other; those inserted after it share its audio.
    func deposit(_ service: VoicemailService, mailboxID: String, in owner: Account) async throws -> Message {
        let draft = MessageDraft(callID: "bench-0", callerName: "Caller 0", callerNumber: "15550000")
        return try await service.messages.deposit(draft, mailboxID: mailboxID, in: owner, audio: try await audio(service), from: .administrator(tells: false))
    }

    /// The numbers from `first` to below `count`, in batches of one transaction each.
    static func batches(from first: Int, to count: Int) -> some Sequence<Range<Int>> {
        stride(from: first, to: count, by: batch).lazy.map { $0..<min($0 + batch, count) }
    }

    /// Two seconds before the one with the number below: a minute is shared by 30 messages, and a million span 23 days, within retention.
    static func message(_ number: Int, in mailboxID: String, like first: Message) -> Message {
        let caller = "\(15_550_000 + number % 10_000)"
        return Message(
            accountID: first.accountID, mailboxID: mailboxID, timestamp: first.timestamp.advanced(by: -2 * number),
            folder: number % 3 == 0 ? .saved : .new, from: "\(caller)@bench.example", to: first.to, callerName: "Caller \(number)",
            callerNumber: caller, callID: "bench-\(number)", lengthMilliseconds: first.lengthMilliseconds, audio: first.audio,
            modified: first.modified)
    }
}
