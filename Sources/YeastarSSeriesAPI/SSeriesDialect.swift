import HTTPFront
import HTTPTypes
import Logging
import NIOCore
import Voicemail

/// What an installation sets for this dialect.
public struct SSeriesSettings: Sendable {
    /// Bytes of one request body; no request of this interface carries a file.
    public var maximumBody: Int
    /// Whether a download must come from the client that logged in, or from the address it allowed (S§4.2). Loopback may always.
    public var enforcesDownloadAddress: Bool
    /// What `deviceinfo/query` tells.
    public var deviceName: String
    public var version: String

    public init(
        maximumBody: Int = 64 << 10, enforcesDownloadAddress: Bool = true, deviceName: String = "Aftertone", version: String = "1.0.0"
    ) {
        self.maximumBody = maximumBody
        self.enforcesDownloadAddress = enforcesDownloadAddress
        self.deviceName = deviceName
        self.version = version
    }
}

/// The API of the Yeastar S-Series and of OpenVox UC, `/api/v…` (contract: `docs/contracts/s-series.md`).
public struct SSeriesDialect: Dialect {
    public let name = "s-series"
    let service: VoicemailService
    var users: APIUsers { APIUsers(service) }
    let settings: SSeriesSettings
    let loginGuard: LoginGuard
    let started: Timestamp

    /// - Parameter loginGuard: five failures and ten minutes, as this interface documents (S§2.1).
    public init(service: VoicemailService, settings: SSeriesSettings, loginGuard: LoginGuard) {
        self.service = service
        self.settings = settings
        self.loginGuard = loginGuard
        started = service.clock.now
    }

    /// `/api/v` and a digit: an unknown version is answered in this interface's words too.
    public func claims(_ path: String) -> Bool {
        path.hasPrefix(Self.prefix) && path.dropFirst(Self.prefix.count).first?.isNumber == true
    }

    private static let prefix = "/api/v"

    public func respond(to request: FrontRequest) async -> FrontResponse {
        let path = VersionedPath(request.segments)
        var response: FrontResponse
        if request.method == .options {
            response = FrontResponse(status: .ok)
        } else {
            response = await judged(request, path)
        }
        Self.allowAnybody(&response, request)
        response.routeLabel = path.label
        return response
    }

    public func refuse(_ fault: RequestFault, of request: FrontRequest) async -> FrontResponse? {
        let failure: SSeriesFailure =
            switch fault {
            case .malformedPath, .malformedRequest, .headersTooLarge, .unknownCoding: .unsupportedRequest
            case .malformedQuery, .tooManyParameters, .targetTooLong: .notHandled
            }
        var response = Self.response(failure, .json)
        Self.allowAnybody(&response, request)
        return response
    }

    /// The order of judgement is method, token, body, parameters, object (S§2.6); the first failure answers.
    private func judged(_ request: FrontRequest, _ path: VersionedPath) async -> FrontResponse {
        let format = AnswerFormat(type: request.query["type"])
        do {
            return try await answer(request, path, format)
        } catch {
            let failure = SSeriesFailure(error)
            if failure == .notHandled { request.logFailure("request failed", error) }
            return Self.response(failure, format)
        }
    }

    private func answer(_ request: FrontRequest, _ path: VersionedPath, _ format: AnswerFormat) async throws -> FrontResponse {
        let (version, endpoint) = try path.offered()
        try Self.judgeMethod(request.method, endpoint)
        let entry = endpoint.needsToken ? try await enter(request) : nil
        let parameters = try await parameters(of: request, endpoint, format)
        let call = SSeriesCall(request: request, version: version, format: format, parameters: parameters, entry: entry)
        switch try await endpoint.row.answer(self, call) {
        case .success(let fields):
            return FrontResponse(contentType: format.contentType, bytes: try format.document(SSeriesReply.succeeded(fields)))
        case .written(let write):
            return FrontResponse(status: .ok, headers: [.contentType: format.contentType], body: try await FrontResponse.Body.written(write))
        case .file(let response): return response
        }
    }

    private static func judgeMethod(_ method: HTTPRequest.Method, _ endpoint: SSeriesEndpoint) throws(SSeriesFailure) {
        guard endpoint.methods.contains(method) else { throw endpoint.isDownload ? .unsupportedRequest : .onlyPost }
    }

    private func enter(_ request: FrontRequest) async throws -> SSeriesCall.Entry {
        guard let token = request.query["token"]?.trimmed(), !token.isEmpty else { throw SSeriesFailure.tokenBlank }
        let entry = try await users.enter(token)
        return SSeriesCall.Entry(session: entry.ticket, account: entry.account)
    }

    private func parameters(of request: FrontRequest, _ endpoint: SSeriesEndpoint, _ format: AnswerFormat) async throws -> RequestParameters {
        let link = RequestParameters(query: request.query)
        guard request.method == .post else { return link }
        let body: ByteBuffer
        let limit = endpoint.needsToken ? settings.maximumBody : min(settings.maximumBody, RequestBody.smallest)
        do { body = try await request.body.collect(upTo: limit, from: endpoint.needsToken ? .known : .stranger) } catch {
            throw SSeriesFailure.malformedBody
        }
        let posted = try RequestParameters(body: body, format: format)
        return endpoint.isDownload ? posted.completed(by: link) : posted
    }

    private static func response(_ failure: SSeriesFailure, _ format: AnswerFormat) -> FrontResponse {
        let fields: JSONObject = ["status": "Failed", "errno": .string(failure.rawValue)]
        // Two fixed words always encode; JSON is what is left if they should not.
        guard let bytes = try? format.document(fields) else {
            return FrontResponse(contentType: AnswerFormat.json.contentType, bytes: JSON.object(fields).encode())
        }
        return FrontResponse(contentType: format.contentType, bytes: bytes)
    }

    /// The headers the documents print on every answer (S§2.0), and those without which a browser sends no JSON.
    private static func allowAnybody(_ response: inout FrontResponse, _ request: FrontRequest) {
        CORS.open(&response, for: request, methods: "")
        response.headers[.accessControlAllowOrigin] = "*"
        response.headers[.accessControlAllowMethods] = "GET, POST, OPTIONS, PUT, DELETE"
    }
}
