import HTTPFront
import HTTPTypes
import Logging
import NIOCore
import Voicemail

/// Audio as an answer: bytes as stored, under the type they came with (K§7.9).
enum AudioDownload {
    static func response(_ reader: any BlobReader, contentType: String, fileName: String, _ request: FrontRequest) -> FrontResponse {
        // The type is the sender's word; a browser must not make a page of it.
        let headers: HTTPFields = [
            .contentType: contentType, .contentDisposition: ContentDisposition.plainAttachment(fileName), .xContentTypeOptions: "nosniff",
        ]
        return .ranged(reader, range: request.headers[.range], policy: .kazoo, headers: headers)
    }

    struct ArchiveEntry: Sendable {
        let message: Message
        let name: String
    }

    /// The ZIP is written while it is sent; each file is opened when its turn comes. One that was deleted meanwhile, or that the disk has
    /// lost or cut short, is left out and named in the log.
    static func archive(
        _ entries: [ArchiveEntry], names style: EntryNames.Style, service: VoicemailService, requestID: String, logger: Logger
    ) -> FrontResponse {
        var names = EntryNames(style)
        let zip = ZipStream(entries.map { entry in
            ZipEntry(name: names.add(entry.name), modified: entry.message.timestamp) {
                do {
                    return try await service.messages.audio(of: entry.message).0
                } catch let error as ArchiveError {
                    guard error.isLoss else { throw error }
                    logger.error(
                        "a message is left out of an archive", metadata: ["message": "\(entry.message.monthID)", "error": "\(error)"])
                    return nil
                }
            }
        })
        return FrontResponse(
            status: .ok,
            headers: [.contentType: "application/zip", .contentDisposition: ContentDisposition.plainAttachment(requestID + ".zip")],
            body: zip.body)
    }
}

extension HTTPField.Name {
    static let xContentTypeOptions = Self("X-Content-Type-Options")!
}

extension ArchiveError {
    /// Whether the bytes are gone, so that asking again is of no use.
    fileprivate var isLoss: Bool {
        switch self {
        case .missing, .damaged: true
        case .tooLarge, .full, .failed: false
        }
    }
}
