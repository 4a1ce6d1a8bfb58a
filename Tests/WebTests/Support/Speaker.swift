import NIOCore
import Synchronization
import TestKit
import Voicemail

/// Speaks a second of tone, in every language but Russian, and keeps what it was asked.
final class Speaker: SpeechSynthesizer {
    private let kept = Mutex<[SpeechRequest]>([])

    var requests: [SpeechRequest] { kept.withLock { $0 } }

    func speak(_ request: SpeechRequest) async throws -> ByteBuffer {
        kept.withLock { $0.append(request) }
        guard request.language != "ru" else { throw SpeechError.unknownLanguage }
        guard request.text != "break" else { throw SpeechError.failed("it broke") }
        return ByteBuffer(bytes: WAV.tones([440], milliseconds: 1000))
    }
}
