import NIOCore

/// What is to be spoken, and how.
public struct SpeechRequest: Sendable, Hashable {
    public var text: String
    /// A language tag (RFC 5646): `en-US`.
    public var language: String
    /// 1…100, 50 being ordinary; nil for ordinary.
    public var speed: Int?
    public var volume: Int?
    public var pitch: Int?

    public init(text: String, language: String, speed: Int? = nil, volume: Int? = nil, pitch: Int? = nil) {
        self.text = text
        self.language = language
        self.speed = speed
        self.volume = volume
        self.pitch = pitch
    }
}

public enum SpeechError: Error, Hashable, Sendable {
    /// No voice speaks the language.
    case unknownLanguage
    /// The text is for the log.
    case failed(String)
}

/// Text to speech, where a machine has it.
public protocol SpeechSynthesizer: Sendable {
    /// - Returns: a WAV file.
    /// - Throws: `SpeechError`.
    func speak(_ request: SpeechRequest) async throws -> ByteBuffer
}
