import Foundation
import HTTPFront
import Voicemail

/// One call of an application, judged as far as it can be without knowing the endpoint: what an endpoint sees.
struct PSeriesCall: Sendable {
    let request: FrontRequest
    let endpoint: Endpoint
    let parameters: Parameters
    let application: Application
    /// The zone times are shown in.
    let zone: TimeZone

    var account: Document { application.account }
}

/// What an endpoint answers.
enum PSeriesAnswer: Sendable {
    /// Fields behind `errcode` and `errmsg`.
    case fields(JSONObject)
    /// The same, with a code of its own.
    case partly(JSONObject)

    static let success = PSeriesAnswer.fields([:])
}
