import Foundation
import NIOCore
import Voicemail
import XMLCoder

/// What a service says of a refusal.
struct S3Failure: Decodable {
    let code: String
    let message: String?

    private enum CodingKeys: String, CodingKey { case code = "Code", message = "Message" }

    /// - Returns: nil for what is no such document.
    init?(_ body: ByteBuffer) {
        guard body.readableBytes > 0, let root = S3XML.root(of: body), root == "Error", let failure = try? S3XML.decode(S3Failure.self, body) else {
            return nil
        }
        self = failure
    }
}

/// A page of the objects of a bucket.
struct S3Listing: Decodable {
    struct Object: Decodable {
        let key: String
        let size: Int

        private enum CodingKeys: String, CodingKey { case key = "Key", size = "Size" }
    }

    let objects: [Object]?
    let isTruncated: Bool
    let next: String?

    private enum CodingKeys: String, CodingKey { case objects = "Contents", isTruncated = "IsTruncated", next = "NextContinuationToken" }
}

/// Where a new upload in parts goes.
struct S3Upload: Decodable {
    let id: String

    private enum CodingKeys: String, CodingKey { case id = "UploadId" }
}

/// A page of uploads that nobody has completed.
struct S3Uploads: Decodable {
    struct Upload: Decodable {
        let key: String
        let id: String
        let initiated: String

        private enum CodingKeys: String, CodingKey { case key = "Key", id = "UploadId", initiated = "Initiated" }
    }

    let uploads: [Upload]?
    let isTruncated: Bool
    let nextKey: String?
    let nextID: String?

    private enum CodingKeys: String, CodingKey {
        case uploads = "Upload", isTruncated = "IsTruncated", nextKey = "NextKeyMarker", nextID = "NextUploadIdMarker"
    }
}

enum S3XML {
    /// - Throws: `S3Trouble.strange`.
    static func decode<Document: Decodable>(_ type: Document.Type, _ body: ByteBuffer) throws -> Document {
        do {
            return try XMLDecoder().decode(type, from: Data(bytes(of: body)))
        } catch {
            throw S3Trouble.strange("a document that is none of S3's")
        }
    }

    /// The name of the outermost element.
    static func root(of body: ByteBuffer) -> String? {
        String(decoding: bytes(of: body).prefix(1024), as: UTF8.self).firstMatch(of: /<([A-Za-z]\w*)/).map { String($0.1) }
    }

    /// Some services write spaces while they work, which no XML may begin with.
    private static func bytes(of body: ByteBuffer) -> ByteBufferView {
        body.readableBytesView.drop { [0x20, 0x09, 0x0a, 0x0d].contains($0) }
    }

    /// The parts that an upload is made of.
    static func completion(_ tags: [String]) -> String {
        let parts = tags.enumerated().map { "<Part><PartNumber>\($0.offset + 1)</PartNumber><ETag>\(escape($0.element))</ETag></Part>" }
        return "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\(parts.joined())</CompleteMultipartUpload>"
    }

    private static func escape(_ text: String) -> String {
        text.replacingOccurrences(of: "&", with: "&amp;").replacingOccurrences(of: "<", with: "&lt;").replacingOccurrences(of: "\"", with: "&quot;")
    }
}

extension Timestamp {
    /// `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 §5.6.7).
    init?(httpDate text: String) {
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        guard let match = text.wholeMatch(of: /[A-Z][a-z]{2}, (\d{2}) ([A-Z][a-z]{2}) (\d{4}) (\d{2}:\d{2}:\d{2}) GMT/),
            let month = months.firstIndex(of: String(match.2))
        else { return nil }
        self.init(rfc3339: "\(match.3)-\(month < 9 ? "0" : "")\(month + 1)-\(match.1)T\(match.4)Z")
    }
}
