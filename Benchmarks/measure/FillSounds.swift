import ArgumentParser
import NIOCore
import SQLiteStore
import Server
import Voicemail
import Waiting

/// Leaves messages that each have audio of their own, for R24: what is moved is audio before all.
struct FillSounds: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Deposits messages in mailboxes that it makes, one after the other, each with audio of its own and the event of its deposit.")

    @OptionGroup var filling: Filling
    @Option(help: "The first number of the mailboxes.") var first: Int
    @Option(help: "How many mailboxes.") var boxes: Int
    @Option(help: "How many messages.") var count: Int

    /// Deposits under way, which share their syncs.
    private static let atOnce = 64

    func run() async throws {
        let sound = try filling.sound()
        try await filling.run { installation, owner in
            var ids: [String] = []
            for number in first..<first + boxes {
                ids.append(
                    try await installation.service.mailboxes.create(["mailbox": .string("\(number)"), "name": .string("Box \(number)")], id: nil, in: owner).id)
            }
            try await forEach(of: 0..<count, atOnce: Self.atOnce) { [ids] number in
                try await Self.leave(number, of: sound, in: ids[number % ids.count], installation.service, owner)
            }
        }
    }

    private static func leave(_ number: Int, of sound: [UInt8], in mailboxID: String, _ service: VoicemailService, _ owner: Account) async throws {
        // The last samples of it are the number.
        let bytes = sound.dropLast(8) + withUnsafeBytes(of: UInt64(number)) { Array($0) }
        let caller = "\(15_550_000 + number % 10_000)"
        let draft = MessageDraft(callID: "bench-\(number)", callerName: "Caller \(number)", callerNumber: caller)
        let audio = try await Filling.receive(ByteBuffer(bytes: bytes), service)
        _ = try await service.messages.deposit(draft, mailboxID: mailboxID, in: owner, audio: audio, from: .administrator(tells: true))
    }
}
