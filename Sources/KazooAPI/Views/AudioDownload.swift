import HTTPFront
import HTTPTypes
import NIOCore
import Voicemail

/// Audio as an answer: bytes as stored, under the type they came with (contract §7.9).
enum AudioDownload {
    static func response(_ reader: any BlobReader, contentType: String, fileName: String, _ request: FrontRequest) -> FrontResponse {
        // The type is the sender's word; a browser must not make a page of it.
        let headers: HTTPFields = [
            .contentType: contentType, .contentDisposition: ContentDisposition.unquotedAttachment(fileName), .xContentTypeOptions: "nosniff",
        ]
        return .ranged(reader, range: request.headers[.range], policy: .kazoo, headers: headers)
    }

    struct ArchiveEntry: Sendable {
        let message: Message
        let name: String
    }

    /// The ZIP is written while it is sent; each file is opened when its turn comes. One that was deleted meanwhile is left out.
    static func archive(_ entries: [ArchiveEntry], service: VoicemailService, requestID: String) -> FrontResponse {
        var names = EntryNames()
        let zip = ZipStream(entries.map { entry in
            ZipEntry(name: names.add(entry.name), modified: entry.message.timestamp) {
                do {
                    return try await service.audio(of: entry.message).0
                } catch ArchiveError.missing {
                    return nil
                }
            }
        })
        return FrontResponse(
            status: .ok,
            headers: [.contentType: "application/zip", .contentDisposition: ContentDisposition.unquotedAttachment(requestID + ".zip")],
            body: zip.body)
    }
}

extension HTTPField.Name {
    static let xContentTypeOptions = Self("X-Content-Type-Options")!
}
