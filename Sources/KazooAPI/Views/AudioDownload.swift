import HTTPFront
import HTTPTypes
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
}

extension HTTPField.Name {
    static let xContentTypeOptions = Self("X-Content-Type-Options")!
}
