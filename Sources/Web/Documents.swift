import CWebPages
import Crypto
import HTTPFront
import HTTPTypes
import NIOCore
import Voicemail

/// What is compiled in from `Sources/CWebPages`.
enum Documents {
    /// A file that is the same for everybody.
    struct Asset: Sendable {
        let contentType: String
        let bytes: ByteBuffer
        /// Names these bytes: a page asks for it by this, so that a browser may keep it for good.
        let version: String

        init(_ bytes: [UInt8], _ contentType: String) {
            self.contentType = contentType
            self.bytes = ByteBuffer(bytes: bytes)
            version = HexID.encode(SHA256.hash(data: bytes).prefix(6))
        }

        func response(to request: FrontRequest) -> FrontResponse {
            var response = FrontResponse(contentType: contentType, bytes: bytes)
            let isNamed = request.query.items.first?.name == version
            response.headers[.cacheControl] = isNamed ? "public, max-age=31536000, immutable" : "public, max-age=300"
            return response
        }
    }

    static let style = Asset(files["style.css"] ?? [], "text/css; charset=utf-8")
    static let icon = Asset(files["icon.svg"] ?? [], "image/svg+xml")

    /// The modules of pages, by their names.
    static let scripts: [String: Asset] = files.filter { $0.key.hasSuffix(".js") }.mapValues { Asset($0, "text/javascript; charset=utf-8") }

    /// Templates by the names that they call each other by.
    static let templates: [(name: String, text: String)] = named(".html").map { ($0.name, String(decoding: $0.bytes, as: UTF8.self)) }

    /// What pages say, by language; English first, which is so by its letters.
    static let texts: [(language: String, json: [UInt8])] = named(".json").map { ($0.name, $0.bytes) }

    /// In order of name, without the ending.
    private static func named(_ ending: String) -> [(name: String, bytes: [UInt8])] {
        files.filter { $0.key.hasSuffix(ending) }.sorted { $0.key < $1.key }.map { (String($0.key.dropLast(ending.count)), $0.value) }
    }

    private static let files: [String: [UInt8]] = {
        var count = 0
        guard let first = aftertone_web_files(&count) else { return [:] }
        return UnsafeBufferPointer(start: first, count: count).reduce(into: [:]) { files, file in
            files[String(cString: file.name)] = Array(UnsafeBufferPointer(start: file.bytes, count: file.size))
        }
    }()
}
