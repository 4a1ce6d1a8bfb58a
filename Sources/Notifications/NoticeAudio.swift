import Voicemail

/// What a mail has of its message's audio.
enum NoticeAudio: Sendable {
    case attached(MailAttachment, bytes: Int)
    /// Nobody wants it there, or there is none.
    case leftOut
    /// Bytes.
    case tooLarge(Int)
    /// The archive has lost it.
    case unreadable
}

extension NoticeAudio {
    /// - Throws: `AudioError` and `ArchiveError` where it may work later.
    init(of notice: MessageNotice, _ settings: NoticeSettings, _ service: VoicemailService) async throws {
        guard notice.mailbox.mailCarriesAudio, settings.audio != .none, let stored = notice.message.audio else {
            self = .leftOut
            return
        }
        do {
            let (reader, contentType, suffix) = try await Self.open(notice.message, stored, settings.audio, service)
            guard reader.size <= settings.maximumAudioBytes else {
                self = .tooLarge(reader.size)
                return
            }
            let name = NoticeVariables.fileName(of: notice, suffix: suffix)
            self = .attached(MailAttachment(name: name, contentType: contentType, content: try await reader.localCopy()), bytes: reader.size)
        } catch ArchiveError.missing, ArchiveError.damaged {
            self = .unreadable
        }
    }

    /// What no decoder accepts goes as it is stored.
    private static func open(
        _ message: Message, _ stored: AudioAttachment, _ wanted: NoticeSettings.Audio, _ service: VoicemailService
    ) async throws -> (any BlobReader, contentType: String, suffix: String) {
        let rendition: Rendition? =
            switch wanted {
            case .mp3: .mp3
            case .wav: .wideband
            case .stored, .none: nil
            }
        if let rendition {
            do {
                let rendered = try await service.renditions.rendition(of: message, rendition)
                return (rendered.reader, rendered.contentType, rendition.container.rawValue)
            } catch VoicemailError.unplayable {}
        }
        return (try await service.messages.audio(of: message).0, stored.contentType, stored.fileExtension)
    }
}
