import HTTPFront
import Voicemail

/// One request after its path, token and body were taken apart: what an endpoint sees.
struct SSeriesCall: Sendable {
    let request: FrontRequest
    let version: APIVersion
    let format: AnswerFormat
    let parameters: RequestParameters
    /// Set where the endpoint needs a token.
    let entry: Entry?

    /// What a token leads to.
    struct Entry: Sendable {
        let session: Ticket
        let account: Account
    }

    /// The session and account of an endpoint that needs a token; judged before it runs.
    func requireEntry() throws -> Entry {
        guard let entry else { throw SSeriesFailure.noSuchToken }
        return entry
    }

    /// The extension or extensions asked for, by any of the names that versions have for them, this version's first.
    func optionalExtension() throws -> String? {
        try parameters.optional(version.extensionKey, "extid", "number", version.listedExtensionKey, "extnumber")
    }

    func requiredExtension() throws -> String {
        try parameters.required(version.extensionKey, "extid", "number", version.listedExtensionKey, "extnumber")
    }
}
