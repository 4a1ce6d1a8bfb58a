import HTTPFront
import HTTPTypes
import Voicemail

/// Messages to be heard, and to be taken along.
extension WebDialect {
    /// As MP3, which every browser plays, whatever the message is stored as.
    func play(_ place: MessagePlace, _ session: WebSession, _ visit: PageVisit) async throws -> FrontResponse {
        let message = try await message(place, session)
        let sound = try await service.renditions.rendition(of: message, .mp3)
        try await service.audit.noteHeard(message, in: session.account)
        return response(sound.reader, sound.contentType, ContentDisposition.inline("message.mp3"), visit)
    }

    /// Peaks of a waveform: enough for a screen, each from 0 to 100, the loudest of them 100.
    private static let peakCount = 160

    func peaks(_ place: MessagePlace, _ session: WebSession) async throws -> FrontResponse {
        Self.response([try await service.renditions.peaks(of: try await message(place, session), count: Self.peakCount)])
    }

    func peaks(ofRecording id: String, _ session: WebSession) async throws -> FrontResponse {
        Self.response(try await service.renditions.peaks(of: try await recording(id, session), count: Self.peakCount))
    }

    /// A list for each channel; one scale holds for all of them.
    private static func response(_ channels: [[Peak]]) -> FrontResponse {
        let heights = channels.map { $0.map { max($0.high, -$0.low) } }, loudest = max(heights.joined().max() ?? 0, 0.01)
        let lists = heights.map { JSON.array($0.map { .int(Int((100 * $0 / loudest).rounded())) }) }
        return FrontResponse(contentType: "application/json", bytes: JSON.array(lists).encode())
    }

    func download(_ place: MessagePlace, as form: DownloadForm, _ session: WebSession, _ visit: PageVisit) async throws -> FrontResponse {
        let message = try await message(place, session)
        let mailbox = try await service.mailboxes.heard(place.mailboxID, by: session.listener, in: session.account)
        let zone = try await service.mailboxes.timeZone(of: mailbox, account: session.account)
        func name(_ suffix: String) -> String { ContentDisposition.attachment(MessageView.fileName(message, zone: zone, suffix: suffix)) }
        guard let container = form.container else {
            let (reader, audio) = try await service.messages.audio(of: message)
            try await service.audit.noteHeard(message, in: session.account)
            // Its type is its sender's word, and no browser is to act on it.
            return response(reader, AudioContainer.unknownType, name(audio.fileExtension), visit)
        }
        let sound = try await service.renditions.rendition(of: message, .heard(as: container))
        try await service.audit.noteHeard(message, in: session.account)
        return response(sound.reader, sound.contentType, name(container.rawValue), visit)
    }

    func message(_ place: MessagePlace, _ session: WebSession) async throws -> Message {
        let mailbox = try await service.mailboxes.heard(place.mailboxID, by: session.listener, in: session.account)
        return try await service.messages.find(MessagePlace(mailboxID: mailbox.id, monthID: place.monthID), in: session.account)
    }

    func response(_ reader: any BlobReader, _ contentType: String, _ disposition: String, _ visit: PageVisit) -> FrontResponse {
        .ranged(
            reader, range: visit.request.headers[.range], policy: .standard,
            headers: [.contentType: contentType, .contentDisposition: disposition])
    }
}
