import Voicemail

/// What a mail has of its message's audio.
enum NoticeAudio: Sendable {
    case attached(MailAttachment, bytes: Int)
    /// A way to it, as it is good until then.
    case linked(String, until: Timestamp, bytes: Int)
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
            if settings.audio == .link {
                self = Self.outside(notice.message, stored.size, settings, service)
                return
            }
            let (reader, contentType, suffix) = try await Self.open(notice.message, stored, settings.audio, service)
            guard reader.size <= settings.maximumAudioBytes else {
                self = Self.outside(notice.message, reader.size, settings, service)
                return
            }
            let name = NoticeVariables.fileName(of: notice, suffix: suffix)
            self = .attached(MailAttachment(name: name, contentType: contentType, content: try await reader.localCopy()), bytes: reader.size)
        } catch ArchiveError.missing, ArchiveError.damaged {
            self = .unreadable
        }
    }

    /// What does not go into the mail: a link, where there can be one.
    static func outside(_ message: Message, _ bytes: Int, _ settings: NoticeSettings, _ service: VoicemailService) -> NoticeAudio {
        guard let base = settings.publicURL else { return .tooLarge(bytes) }
        let (url, expires) = MessageLinks(service).make(to: message, base: base, days: settings.linkDays)
        return .linked(url, until: expires, bytes: bytes)
    }

    /// Audio that no decoder accepts is attached as it is stored.
    private static func open(
        _ message: Message, _ stored: AudioAttachment, _ wanted: NoticeSettings.Audio, _ service: VoicemailService
    ) async throws -> (any BlobReader, contentType: String, suffix: String) {
        if let container = wanted.container {
            do {
                let rendered = try await service.renditions.rendition(of: message, .heard(as: container))
                return (rendered.reader, rendered.contentType, container.rawValue)
            } catch VoicemailError.unplayable {}
        }
        return (try await service.messages.audio(of: message).0, stored.contentType, stored.fileExtension)
    }
}
