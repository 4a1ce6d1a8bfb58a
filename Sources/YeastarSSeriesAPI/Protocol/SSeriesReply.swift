import HTTPFront
import Voicemail

/// What an endpoint answers.
enum SSeriesReply: Sendable {
    /// Fields beside `status`.
    case success(JSONObject)
    /// An answer that may be too long to hold: written by the closure, which writes a whole answer every time it runs.
    case written(@Sendable (PieceWriter) async throws -> Void)
    /// A file.
    case file(FrontResponse)

    static let success = SSeriesReply.success([:])

    /// The fields of an answer that says yes, `status` first (S§2.0).
    static func succeeded(_ fields: JSONObject = [:]) -> JSONObject {
        var object: JSONObject = ["status": "Success"]
        object.merge(fields) { old, _ in old }
        return object
    }
}
