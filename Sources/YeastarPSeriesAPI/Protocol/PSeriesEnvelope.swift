import HTTPFront
import HTTPTypes
import NIOCore
import Voicemail

/// Answers: status 200 and a JSON object whatever happens, as clients branch on the word `json` in `Content-Type` and give up on any
/// other status (P§2.5).
enum PSeriesEnvelope {
    static func response(_ answer: PSeriesAnswer) async throws -> FrontResponse {
        switch answer {
        case .fields(let fields): response(0, "SUCCESS", fields)
        case .list(let name, let fields, let isPartial, let items):
            FrontResponse(
                status: .ok, headers: [.contentType: contentType],
                body: try await .written { writer in
                    let (code, message) = isPartial ? (1, "PARTIAL SUCCESS") : (0, "SUCCESS")
                    try await ItemWriter.list(name, behind: opening(code, message, fields), to: writer, items)
                })
        }
    }

    private static let contentType = "application/json"

    static func response(_ failure: PSeriesFailure) -> FrontResponse {
        response(failure.code, failure.message, failure.fields)
    }

    private static func response(_ code: Int, _ message: String, _ fields: JSONObject) -> FrontResponse {
        FrontResponse(contentType: contentType, bytes: JSON.object(opening(code, message, fields)).encode())
    }

    private static func opening(_ code: Int, _ message: String, _ fields: JSONObject) -> JSONObject {
        var opening: JSONObject = ["errcode": .int(code), "errmsg": .string(message)]
        opening.merge(fields) { old, _ in old }
        return opening
    }
}
