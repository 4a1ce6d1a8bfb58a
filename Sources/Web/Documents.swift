import CWebPages
import Crypto
import HTTPFront
import HTTPTypes
import NIOCore
import Voicemail

/// What is compiled in from `Sources/CWebPages`.
enum Documents {
    typealias Document = (UnsafeMutablePointer<Int>?) -> UnsafePointer<UInt8>?

    static func bytes(_ document: Document) -> [UInt8] {
        var size = 0
        guard let first = document(&size) else { return [] }
        return Array(UnsafeBufferPointer(start: first, count: size))
    }

    static func text(_ document: Document) -> String { String(decoding: bytes(document), as: UTF8.self) }

    /// A file that is the same for everybody.
    struct Asset: Sendable {
        let contentType: String
        let bytes: ByteBuffer
        /// Names these bytes: a page asks for it by this, so that a browser may keep it for good.
        let version: String

        init(_ document: Document, _ contentType: String) {
            let bytes = Documents.bytes(document)
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

    static let style = Asset(aftertone_web_style, "text/css; charset=utf-8")
    /// The modules of the list of messages, by their names.
    static let scripts: [String: Asset] = [
        "inbox.js": Asset(aftertone_web_inbox_js, scriptType), "keys.js": Asset(aftertone_web_keys_js, scriptType),
        "player.js": Asset(aftertone_web_player_js, scriptType),
    ]
    private static let scriptType = "text/javascript; charset=utf-8"
    static let icon = Asset(aftertone_web_icon, "image/svg+xml")

    /// Templates by the names that they call each other by.
    static let templates: [(name: String, text: String)] = [
        ("layout", text(aftertone_web_layout)), ("login", text(aftertone_web_login)), ("bar", text(aftertone_web_bar)),
        ("boxes", text(aftertone_web_boxes)), ("inbox", text(aftertone_web_inbox)), ("message", text(aftertone_web_message)),
        ("told", text(aftertone_web_told)), ("help", text(aftertone_web_help)), ("search", text(aftertone_web_search)),
        ("settings", text(aftertone_web_settings)), ("plain", text(aftertone_web_plain)),
    ]

    /// What pages say, by language; English first.
    static let texts: [(language: String, json: [UInt8])] = [
        ("en", bytes(aftertone_web_en)), ("es", bytes(aftertone_web_es)), ("fr", bytes(aftertone_web_fr)), ("it", bytes(aftertone_web_it)),
        ("ru", bytes(aftertone_web_ru)),
    ]
}
