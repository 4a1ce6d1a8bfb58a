import NIOCore
import SIP
import Voicemail

/// Makes messages of recordings: the one way from a call into the domain.
struct Depositing: Sendable {
    let service: VoicemailService
    let captures: CaptureRoom

    /// - Returns: the message; nil for one that was there already.
    /// - Throws: as `Messages.deposit`, `AudioIntake`. The recording stays then.
    func deposit(_ facts: CaptureFacts, sound: [UInt8], reception: Reception) async throws -> Message? {
        guard let account = try await service.accounts.list([facts.accountID]).first else { throw VoicemailError.notFound(id: facts.accountID) }
        let format = facts.format
        let audio = try await service.messages.receivingAudio(for: account.id) { intake in
            try await intake.write(ByteBuffer(bytes: WaveHeader.bytes(format, ticks: sound.count)))
            var decoder = SoundDecoder(format)
            for start in stride(from: 0, to: sound.count, by: Self.piece) {
                let piece = sound[start..<min(start + Self.piece, sound.count)]
                try await intake.write(ByteBuffer(bytes: format.companding == nil ? WaveHeader.samples(decoder.decode(piece)) : Array(piece)))
            }
            // To an even number of bytes, as RIFF has it.
            if format.companding != nil, sound.count % 2 == 1 { try await intake.write(ByteBuffer(bytes: [0])) }
            return try await intake.finish(contentType: "audio/wav", fileName: facts.id + ".wav", policy: .keepAnything, isLengthKnown: true)
        }
        let draft = MessageDraft(
            id: facts.id, callID: facts.callID, callerName: facts.callerName, callerNumber: facts.callerNumber, from: facts.from,
            lengthMilliseconds: sound.count * 1000 / Clip.rate, timestamp: Timestamp(unix: facts.started), reception: reception)
        do {
            return try await service.messages.deposit(draft, mailboxID: facts.mailboxID, in: account, audio: audio, from: .call)
        } catch VoicemailError.conflict {
            return nil
        }
    }

    private static let piece = 65_536
}
