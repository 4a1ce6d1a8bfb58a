import NIOCore

extension SpeechRequest {
    /// Characters of a text.
    public static let longestText = 1000

    /// The origin of a greeting that is made of this. Text and voice are kept with it, so that when one of them changes it can be spoken anew with the others.
    public var origin: GreetingOrigin {
        var voice: JSONObject = ["language": .string(language)]
        voice["speed"] = speed.map { .int($0) }
        voice["volume"] = volume.map { .int($0) }
        voice["pitch"] = pitch.map { .int($0) }
        return .speech(text: text, voice: voice)
    }
}

/// Greetings by text to speech, where a machine has it.
extension Greetings {
    /// The sound of a speech, durable; whoever calls stores it or drops it.
    /// - Throws: `SpeechError`; `VoicemailError.unplayable` for what the synthesizer made and nobody can play.
    public func speak(_ speech: SpeechRequest, by synthesizer: any SpeechSynthesizer, as fileName: String, for account: Account) async throws -> ReceivedAudio {
        let sound = try await synthesizer.speak(speech)
        // A legal text can sound longer than an upload may: only what the synthesizer itself allows bounds it.
        return try await service.messages.receivingAudio(for: account.id, limit: sound.readableBytes) { intake in
            try await intake.write(sound)
            return try await intake.finish(contentType: AudioContainer.wav.contentType, fileName: fileName, policy: .playableOnly)
        }
    }
}
