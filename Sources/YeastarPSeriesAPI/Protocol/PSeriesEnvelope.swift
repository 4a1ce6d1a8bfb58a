import HTTPFront
import HTTPTypes
import NIOCore
import Voicemail

/// Answers: status 200 and a JSON object whatever happens, as clients branch on the word `json` in `Content-Type` and give up on any
/// other status (contract §2.5).
enum PSeriesEnvelope {
    static func response(_ answer: PSeriesAnswer) async throws -> FrontResponse {
        switch answer {
        case .fields(let fields): response(0, "SUCCESS", fields)
        case .list(let name, let isPartial, let items):
            FrontResponse(
                status: .ok, headers: [.contentType: contentType],
                body: try await .written { try await write(name, isPartial: isPartial, items, to: $0) })
        }
    }

    private static let contentType = "application/json"

    private static func write(
        _ name: String, isPartial: Bool, _ items: (_ write: (JSON) async throws -> Void) async throws -> Void, to writer: PieceWriter
    ) async throws {
        let (code, message) = isPartial ? (1, "PARTIAL SUCCESS") : (0, "SUCCESS")
        try await writer.write(ByteBuffer(string: "{\"errcode\":\(code),\"errmsg\":\"\(message)\",\"\(name)\":["))
        var isFirst = true
        try await items { item in
            if !isFirst { try await writer.write(ByteBuffer(string: ",")) }
            isFirst = false
            try await writer.write(item.encode())
        }
        try await writer.write(ByteBuffer(string: "]}"))
    }

    static func response(_ failure: PSeriesFailure) -> FrontResponse {
        response(failure.code, failure.message, failure.fields)
    }

    private static func response(_ code: Int, _ message: String, _ fields: JSONObject) -> FrontResponse {
        var writer = JSONWriter()
        writer.open("{")
        writer.key("errcode", first: true)
        writer.write(code)
        writer.key("errmsg", first: false)
        writer.write(message)
        for (key, value) in fields {
            writer.key(key, first: false)
            writer.write(value)
        }
        writer.close("}", empty: false)
        return FrontResponse(contentType: contentType, bytes: writer.finish())
    }
}
