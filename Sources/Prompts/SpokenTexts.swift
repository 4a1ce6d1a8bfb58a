import Crypto
import Logging
import NIOCore
import Voicemail

/// Text to speech for what no recorded sound is there for. What was spoken once is kept with the renderings.
struct SpokenTexts: Sendable {
    let service: VoicemailService
    /// nil where none is installed.
    let synthesizer: (any SpeechSynthesizer)?

    var isThere: Bool { synthesizer != nil }

    func samples(_ text: String, language: Language) async -> [Int16]? {
        guard let synthesizer, !text.isEmpty else { return nil }
        do {
            // The same words in the same language are the same sound.
            let digest = SHA256.hash(data: Array("\(language.tag)\u{0}\(text)".utf8)).prefix(16)
            let hex = digest.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
            guard let key = BlobID(hex) else { return nil }
            let rendered: RenderedAudio
            if let known = try await service.codec.rendered(key, as: .telephone) {
                rendered = known
            } else {
                let sound = try await synthesizer.speak(SpeechRequest(text: text, language: language.tag))
                rendered = try await service.codec.render(.bytes(sound), key: key, as: .telephone)
            }
            return TelephoneWAV.samples(Array(try await rendered.reader.read(at: 0, count: rendered.reader.size).readableBytesView))
        } catch {
            service.logger.error("a phrase cannot be spoken", metadata: ["language": "\(language.tag)", "error": "\(error)"])
            return nil
        }
    }
}
