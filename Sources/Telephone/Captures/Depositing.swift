import Logging
import NIOCore
import SIP
import Voicemail

/// Makes messages of recordings: the one way from a call into the domain.
struct Depositing: Sendable {
    let service: VoicemailService
    let captures: CaptureRoom
    let master: CallMaster

    /// - Returns: the message; nil for one that was there already.
    /// - Throws: as `Messages.deposit`, `AudioIntake`. The recording stays then.
    func deposit(_ facts: CaptureFacts, sound: CapturedSound, reception: Reception) async throws -> Message? {
        guard let account = try await service.accounts.list([facts.accountID]).first else { throw VoicemailError.notFound(id: facts.accountID) }
        let audio = if let converted = try await converted(facts, sound, account) { converted } else { try await received(facts, sound, account) }
        let draft = MessageDraft(
            id: facts.id, callID: facts.callID, callerName: facts.callerName, callerNumber: facts.callerNumber, from: facts.from,
            lengthMilliseconds: sound.milliseconds, timestamp: Timestamp(unix: facts.started), reception: reception)
        do {
            return try await service.messages.deposit(draft, mailboxID: facts.mailboxID, in: account, audio: audio, from: .call)
        } catch VoicemailError.conflict {
            return nil
        }
    }

    // MARK: As it came

    private func received(_ facts: CaptureFacts, _ sound: CapturedSound, _ account: Account) async throws -> ReceivedAudio {
        try await service.messages.receivingAudio(for: account.id) { intake in
            if sound.format == .opus {
                try await OggOpus.write(sound) { try await intake.write(ByteBuffer(bytes: $0)) }
                return try await intake.finish(
                    contentType: AudioContainer.ogg.contentType, fileName: Self.name(facts, .ogg), policy: .keepAnything, isLengthKnown: true)
            }
            try await Self.writeWave(sound) { try await intake.write(ByteBuffer(bytes: $0)) }
            return try await intake.finish(
                contentType: AudioContainer.wav.contentType, fileName: Self.name(facts, .wav), policy: .keepAnything, isLengthKnown: true)
        }
    }

    private static func name(_ facts: CaptureFacts, _ container: AudioContainer) -> String { facts.id + "." + container.rawValue }

    /// Everything but Opus.
    private static func writeWave(_ sound: CapturedSound, to write: ([UInt8]) async throws -> Void) async throws {
        let format = sound.format
        try await write(WaveHeader.bytes(format, ticks: sound.bytes.count))
        var decoder = SoundDecoder(format)
        for start in stride(from: 0, to: sound.bytes.count, by: piece) {
            let piece = sound.bytes[start..<min(start + piece, sound.bytes.count)]
            try await write(format.companding == nil ? WaveHeader.samples(decoder.decode(piece)) : Array(piece))
        }
        // To an even number of bytes, as RIFF has it.
        if format.companding != nil, sound.bytes.count % 2 == 1 { try await write([0]) }
    }

    private static let piece = 65_536

    // MARK: As the mailbox wants it

    /// - Returns: nil where it is to stay as it came, and where it cannot be anything else now: a message is not lost for its format.
    private func converted(_ facts: CaptureFacts, _ sound: CapturedSound, _ account: Account) async throws -> ReceivedAudio? {
        guard master == .mediaExtension, let rendition = try await rendition(facts, sound, account) else { return nil }
        var source = ByteBuffer()
        if sound.format == .opus {
            try await OggOpus.write(sound) { source.writeBytes($0) }
        } else {
            try await Self.writeWave(sound) { source.writeBytes($0) }
        }
        // A name that nothing else has: what is rendered is stored, and not rendered again.
        let key = BlobID()
        do {
            let rendered = try await service.codec.render(.bytes(source), key: key, as: rendition, for: account.id)
            let audio = try await service.messages.receivingAudio(for: account.id) { intake in
                for start in stride(from: 0, to: rendered.reader.size, by: Self.piece) {
                    try await intake.write(try await rendered.reader.read(at: start, count: min(Self.piece, rendered.reader.size - start)))
                }
                let name = facts.id + "." + rendition.container.rawValue
                return try await intake.finish(contentType: rendered.contentType, fileName: name, policy: .keepAnything, isLengthKnown: true)
            }
            try await service.codec.forget(key)
            return audio
        } catch let error as AudioError {
            service.logger.notice("a message is stored as it came", metadata: ["message": "\(facts.id)", "error": "\(error)"])
            return nil
        }
    }

    /// The form that the mailbox wants; nil for the one that the sound has, and for one that is not made here.
    private func rendition(_ facts: CaptureFacts, _ sound: CapturedSound, _ account: Account) async throws -> Rendition? {
        switch try await service.mailboxes.find(facts.mailboxID, of: account).mediaExtension.flatMap(AudioContainer.init(rawValue:)) {
        case .mp3: .mp3
        case .wav where sound.format == .opus: .wideband
        default: nil
        }
    }
}
