import Foundation
import HTTPFront
import Voicemail

/// One call of an application, judged as far as it can be without knowing the endpoint: what an endpoint sees.
struct PSeriesCall: Sendable {
    let request: FrontRequest
    let parameters: PSeriesParameters
    let application: Application
    /// The zone times are shown in.
    let zone: TimeZone

    var account: Account { application.account }
}

/// What an endpoint answers.
enum PSeriesAnswer: Sendable {
    /// Fields behind `errcode` and `errmsg`.
    case fields(JSONObject)

    /// The same with a list at the end, whose items are written as they are read: it may be too long to hold. The closure writes the
    /// whole list every time it runs.
    case list(String, behind: JSONObject = [:], isPartial: Bool = false, @Sendable (ItemWriter) async throws -> Void)

    static let success = PSeriesAnswer.fields([:])
}
