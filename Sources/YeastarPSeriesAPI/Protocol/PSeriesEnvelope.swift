import HTTPFront
import NIOCore
import Voicemail

/// Answers: status 200 and a JSON object whatever happens, as clients branch on the word `json` in `Content-Type` and give up on any
/// other status (contract §2.5).
enum PSeriesEnvelope {
    static func response(_ answer: PSeriesAnswer) -> FrontResponse {
        switch answer {
        case .fields(let fields): response(0, "SUCCESS", fields)
        case .partly(let fields): response(1, "PARTIAL SUCCESS", fields)
        }
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
        return FrontResponse(contentType: "application/json", bytes: writer.finish())
    }
}
