import HTTPFront
import HTTPTypes
import Logging
import NIOCore
import Voicemail

/// Yeastar's P-Series OpenAPI, `/openapi/v1.0`, and the files behind its links (contract: `docs/contracts/p-series.md`).
public struct PSeriesDialect: Dialect {
    public let name = "p-series"
    let service: VoicemailService
    var applications: Applications { Applications(service) }
    let settings: PSeriesSettings
    let loginGuard: LoginGuard
    /// nil where no speech synthesizer is installed.
    let synthesizer: (any SpeechSynthesizer)?
    /// Events as they are committed, for open web sockets.
    let events: @Sendable () -> AsyncStream<Event>
    let turns = ConversionTurns()
    let links: TicketAllowance
    let started: Timestamp

    public init(
        service: VoicemailService, settings: PSeriesSettings, loginGuard: LoginGuard, synthesizer: (any SpeechSynthesizer)? = nil,
        events: @escaping @Sendable () -> AsyncStream<Event> = { AsyncStream { $0.finish() } }
    ) {
        self.events = events
        self.service = service
        self.settings = settings
        self.loginGuard = loginGuard
        self.synthesizer = synthesizer
        links = TicketAllowance(limit: settings.mostLinks)
        started = service.clock.now
    }

    public func claims(_ path: String) -> Bool {
        // Clients put a slash between a base URL and a link that has one already (P§4).
        let path = path.drop { $0 == "/" }
        return path.hasPrefix("openapi/") || path.hasPrefix("api/download/") || path.hasPrefix("api/downloadattachment/")
    }

    public func respond(to request: FrontRequest) async -> FrontResponse {
        let segments = request.segments.filter { !$0.isEmpty }
        var response: FrontResponse
        if request.method == .options, CORS.isPreflight(request.headers) {
            response = FrontResponse(status: .ok, routeLabel: "preflight")
        } else if segments.first == "api" {
            response = await file(Array(segments.dropFirst(2)), request)
            response.routeLabel = "/api/download/{name}"
        } else {
            let path = segments.dropFirst(2).joined(separator: "/")
            let endpoint = PSeriesEndpoint(rawValue: path)
            response = await answer(to: request, version: segments.dropFirst().first, path: path, endpoint)
            response.routeLabel = endpoint.map { "/openapi/v1.0/" + $0.rawValue } ?? "unknown"
        }
        CORS.open(&response, for: request, methods: Self.methods)
        await drain(request.body)
        return response
    }

    private static let methods = "GET, POST, HEAD, OPTIONS"

    /// Status 200 whatever is wrong (P§2.5).
    public func refuse(_ fault: RequestFault, of request: FrontRequest) async -> FrontResponse? {
        var response = PSeriesEnvelope.response(fault == .malformedPath ? .noInterface : .syntaxError)
        CORS.open(&response, for: request, methods: Self.methods)
        return response
    }

    private func answer(to request: FrontRequest, version: String?, path: String, _ endpoint: PSeriesEndpoint?) async -> FrontResponse {
        await reporting(request) {
            guard settings.isEnabled else { throw PSeriesFailure.unavailable }
            if settings.strictUserAgent, (request.headers[.userAgent] ?? "").isEmpty { throw PSeriesFailure.accessDenied }
            guard version == "v1.0" else { throw PSeriesFailure.unsupportedVersion }
            guard let endpoint, request.method == endpoint.method else { throw PSeriesFailure.noInterface }
            if endpoint.isPublic { return try await PSeriesEnvelope.response(try await login(endpoint, request)) }
            let application = try await caller(of: request)
            if let permission = endpoint.permission, !application.credential.permissions.contains(permission) {
                throw PSeriesFailure.accessDenied
            }
            if endpoint == .subscribe { return try subscribe(request, application) }
            let call = PSeriesCall(
                request: request, parameters: try await parameters(of: request, endpoint), application: application,
                zone: service.mailboxes.timeZone(of: application.account))
            return try await PSeriesEnvelope.response(try await endpoint.row.answer(self, call))
        }
    }

    /// Runs `body` and words what it throws; what nobody foresaw is logged with the request's id.
    func reporting(_ request: FrontRequest, _ body: () async throws -> FrontResponse) async -> FrontResponse {
        do {
            return try await body()
        } catch {
            let failure = PSeriesFailure(error)
            if failure.code == PSeriesFailure.internalError.code { request.logFailure("call failed", error) }
            return PSeriesEnvelope.response(failure)
        }
    }

    /// The application whose access token a request shows: in the query, else as a bearer's (P§2.3).
    func caller(of request: FrontRequest) async throws -> Application {
        guard let token = Self.accessToken(of: request) else { throw PSeriesFailure.tokenExpired }
        return try Self.admitted(try await applications.application(ofToken: token), request)
    }

    /// The application that a token leads to, if it may call from where the request comes from.
    static func admitted(_ application: Application?, _ request: FrontRequest) throws(PSeriesFailure) -> Application {
        guard let application else { throw PSeriesFailure.tokenExpired }
        guard application.credential.allows(address: request.remote) else { throw PSeriesFailure.addressForbidden }
        return application
    }

    static func accessToken(of request: FrontRequest) -> String? {
        if let token = request.query["access_token"], !token.isEmpty { return token }
        return request.headers[.authorization].flatMap(AuthorizationField.init)?.bearerToken
    }

    private func parameters(of request: FrontRequest, _ endpoint: PSeriesEndpoint) async throws -> PSeriesParameters {
        guard endpoint.method == .post, !endpoint.takesFile else { return PSeriesParameters(query: request.query) }
        return PSeriesParameters(query: request.query, body: try await body(of: request))
    }

    func body(of request: FrontRequest) async throws -> JSONObject {
        try PSeriesParameters.object(parsing: try await request.body.collect(upTo: PSeriesParameters.longestBody))
    }

    /// What comes without a token is small.
    func loginBody(of request: FrontRequest) async throws -> JSONObject {
        try PSeriesParameters.object(parsing: try await request.body.collect(upTo: RequestBody.smallest, from: .stranger))
    }

    /// Reads what a refused request still sends, so that its client, which may read no answer before, gets to see this one.
    private func drain(_ body: RequestBody) async {
        var rest = body.makeAsyncIterator()
        do {
            while try await rest.next() != nil {}
        } catch {
            // Over, read already, or too long to be worth it.
        }
    }
}
