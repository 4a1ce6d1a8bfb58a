import NIOCore
import Voicemail

/// One file on its way into the archive. Nothing is opened until the first byte, so an empty file is no file.
/// Used by one task.
final class UploadedFile {
    private let service: VoicemailService
    private let accountID: String
    private let limit: Int
    private var intake: AudioIntake?

    init(_ service: VoicemailService, accountID: String, limit: Int) {
        self.accountID = accountID
        self.service = service
        self.limit = limit
    }

    func write(_ bytes: ByteBuffer) async throws {
        guard bytes.readableBytes > 0 else { return }
        if intake == nil { intake = try await service.messages.receiveAudio(for: accountID, limit: limit) }
        try await intake?.write(bytes)
    }

    /// - Parameter isLengthKnown: whether its sender said how long it is.
    /// - Returns: the stored file; nil when there were no bytes.
    func finish(contentType: String, fileName: String, isLengthKnown: Bool = false) async throws -> ReceivedAudio? {
        try await intake?.finish(contentType: contentType, fileName: fileName, policy: .keepAnything, isLengthKnown: isLengthKnown)
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
