import NIOCore
import Voicemail

/// One file on its way into the archive. Nothing is opened until the first byte, so an empty file is no file.
/// Used by one task.
final class UploadedFile {
    private let service: VoicemailService
    private let limit: Int
    private var intake: AudioIntake?

    init(_ service: VoicemailService, limit: Int) {
        self.service = service
        self.limit = limit
    }

    func write(_ bytes: ByteBuffer) async throws {
        guard bytes.readableBytes > 0 else { return }
        if intake == nil { intake = try await service.receiveAudio(limit: limit) }
        try await intake?.write(bytes)
    }

    /// - Returns: the stored file; nil when there were no bytes.
    func finish(contentType: String, fileName: String) async throws -> ReceivedAudio? {
        try await intake?.finish(contentType: contentType, fileName: fileName, policy: .keepAnything)
    }

    /// Runs `body`; whatever goes wrong, nothing of the file stays.
    func collecting<Value>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch {
            await intake?.abandon()
            throw error
        }
    }
}
