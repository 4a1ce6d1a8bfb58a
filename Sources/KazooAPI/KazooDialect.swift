import HTTPFront
import HTTPTypes
import Logging
import Voicemail

/// KAZOO's REST interface, `/v2` (contract: `docs/contracts/kazoo.md`).
public struct KazooDialect: Dialect {
    public let name = "kazoo"
    let service: VoicemailService
    let settings: KazooSettings
    private let limiter: RateLimiter
    let loginGuard: LoginGuard

    /// - Parameters:
    ///   - processes: how many serve from the store, for their shares of the rate limit.
    ///   - uptime: seconds of a clock that never goes back, for the rate limit.
    public init(
        service: VoicemailService, settings: KazooSettings, loginGuard: LoginGuard, processes: @escaping @Sendable () -> Int = { 1 },
        uptime: @escaping @Sendable () -> Double
    ) {
        self.service = service
        self.settings = settings
        self.loginGuard = loginGuard
        limiter = RateLimiter(settings.rateLimit, processes: processes, uptime: uptime)
    }

    public func claims(_ path: String) -> Bool {
        path.hasPrefix("/v2/") || path.hasPrefix("/v1/") || path == "/v2" || path == "/v1"
    }

    public func respond(to request: FrontRequest) async -> FrontResponse {
        let path = RoutedPath(request.segments.dropFirst())
        var response: FrontResponse
        if request.method == .options {
            response = FrontResponse(status: .ok)
        } else {
            response = await judged(request, path)
        }
        let methods = path?.route.methods ?? []
        // RFC 9110 §15.5.6: who is refused a method is told the others.
        if response.status == .methodNotAllowed { response.headers[.allow] = ([.options] + methods).map(\.rawValue).joined(separator: ", ") }
        Self.allowCrossOrigin(methods, request, &response)
        response.headers[.xRequestID] = request.id
        response.routeLabel = path?.route.template ?? "unknown"
        return response
    }

    public func refuse(_ fault: RequestFault, of request: FrontRequest) async -> FrontResponse? {
        let failure: KazooFailure =
            switch fault {
            case .targetTooLong: .targetTooLong
            case .headersTooLarge: .headersTooLarge
            case .unknownCoding: .unknownCoding
            case .malformedPath, .malformedQuery, .tooManyParameters, .malformedRequest: .parseError()
            }
        var response = writer(request, Draft(), spent: 0, remaining: settings.rateLimit.burst).failure(failure)
        Self.allowCrossOrigin([], request, &response)
        return response
    }

    /// Browsers' headers (K§2.13), on errors too.
    private static func allowCrossOrigin(_ methods: [HTTPRequest.Method], _ request: FrontRequest, _ response: inout FrontResponse) {
        guard let headers = CORS.headers(for: request, methods: methods) else { return }
        for field in headers { response.headers[field.name] = field.value }
    }

    /// Everything but CORS: the order of judgement of K§2.2, the first failure answers.
    private func judged(_ request: FrontRequest, _ path: RoutedPath?) async -> FrontResponse {
        var draft = Draft()
        let isLogin = path?.route.isLogin == true || PresentedToken.isLogin(request)
        let cost = isLogin ? settings.rateLimit.loginCost : 1
        var remaining: Int?
        do {
            // The token is judged before the body is read: it decides how large a body is taken, and the rate limit is the account's if it has one.
            let early = try await enter(PresentedToken.beforeBody(of: request), request, path, cost: cost)
            remaining = limiter.spend(cost, by: RateLimiter.client(request.remote, accountID: early.account?.id))
            guard remaining != nil else { throw KazooFailure.tooManyRequests }
            let reply = try await reply(to: request, path, early, &draft)
            if case .raw(let response) = reply.payload { return response }
            if let made = reply.token { draft = Draft(token: made, isAuthenticated: true) }
            return try shaped(reply, request, writer(request, draft, spent: cost, remaining: remaining ?? 0))
        } catch {
            let failure = KazooFailure(error)
            if failure.status >= 500 { request.logFailure("request failed", error) }
            return writer(request, draft, spent: remaining == nil ? 0 : cost, remaining: remaining ?? 0).failure(failure)
        }
    }

    /// What is known of a request so far, for the envelope of whatever answer it gets.
    struct Draft {
        var token: String?
        var isAuthenticated = false
    }

    /// - Parameter early: what the token before the body and the path lead to.
    private func reply(
        to request: FrontRequest, _ path: RoutedPath?, _ early: AccessEntry, _ draft: inout Draft
    ) async throws -> Reply {
        if request.segments.first == "v1" { throw KazooFailure.gone }
        // 1. The body, where it is an envelope; uploads are read when everything else has been judged.
        let contentType = RequestContentType(request.headers[.contentType])
        let envelope = try await BodyAllowance(path, early, settings).envelope(of: request, contentType)
        // 2. A token that was presented.
        let presented = try await PresentedToken.find(in: request, envelope, dialect: self)
        draft.token = presented?.echo
        let entry =
            presented?.session == PresentedToken.beforeBody(of: request)
            ? early : try await enter(presented?.session, request, path, cost: 0)
        let caller = presented?.caller ?? entry.principal
        if presented != nil, caller == nil, path?.route.isPublic != true { throw KazooFailure.badToken }
        draft.isAuthenticated = caller != nil
        // 3. and 4. The path, then the method.
        guard let path else { throw KazooFailure.notFound }
        let method = try envelope.method(of: request)
        guard path.route.methods.contains(method) else { throw KazooFailure.wrongMethod }
        // 5. The account in the path.
        let account = try await account(of: path, entry, caller)
        // 6. and 7. Who may.
        if !path.route.isPublic {
            guard let caller else { throw KazooFailure.unauthenticated }
            if let account, !caller.may(actOn: account) { throw KazooFailure.forbidden }
        }
        let call = KazooCall(
            request: request, route: path.route, method: method, envelope: envelope, contentType: contentType, caller: caller,
            token: draft.token, account: account, mailbox: entry.mailbox, early: entry.early)
        // 8. What can be answered.
        guard call.isAnswerable else { throw KazooFailure.notAcceptable }
        // 9. to 11. in the endpoint.
        var reply = try await endpoint(call)
        if method == .put { reply.status = .created }
        return reply
    }

    /// Looks up what a token and a path lead to. A change of a mailbox's messages begins with the mailbox, which is so found by the way; a
    /// listing of them, and a message whose audio is asked for, are read with it.
    private func enter(_ token: String?, _ request: FrontRequest, _ path: RoutedPath?, cost: Int) async throws -> AccessEntry {
        let mailboxID: String? = if case .messages(let box)? = path?.route, request.method != .get { box } else { nil }
        return try await service.access.enter(token: token, kind: .kazoo, accountID: path?.accountID, mailboxID: mailboxID) { (account) -> LikelyRead? in
            guard request.method == .get, !request.isUnread else { return nil }
            // Nothing is read for a client that is about to be refused. For a request of the same moment it may be: that costs no more than a moment before.
            guard limiter.holds(cost, for: RateLimiter.client(request.remote, accountID: account.id)) else { return nil }
            if case .messageAudio(let box, let id)? = path?.route { return .message(MessagePlace(mailboxID: box, monthID: id)) }
            guard case .messages(let box)? = path?.route else { return nil }
            // A fault in the path or the query is reported later, in the order in which faults are judged.
            let call = KazooCall(
                request: request, route: .messages(box), method: .get, envelope: RequestEnvelope(), contentType: .absent, caller: nil, token: nil,
                account: account)
            guard let list = try? MessageList(of: box, call, in: account, service), list.paging.isShort else { return nil }
            return .page(list.shown)
        }
    }

    private func account(of path: RoutedPath, _ entry: AccessEntry, _ caller: Principal?) async throws -> Account? {
        if path.usesTokenAccount {
            guard let caller else { throw KazooFailure.unauthenticated }
            return try await service.accounts.find(caller.accountID)
        }
        guard let id = path.accountID else { return nil }
        guard HexID.isValid(id) else { throw KazooFailure.badAccount(id) }
        guard let account = entry.account else { throw KazooFailure.badIdentifier(id) }
        return account
    }

    /// The reply in its envelope, or as CSV (K§2.9).
    private func shaped(_ reply: Reply, _ request: FrontRequest, _ writer: EnvelopeWriter) throws -> FrontResponse {
        if request.method == .get, let revision = reply.revision, request.headers[.ifNoneMatch] == "\"\(revision)\"" {
            return FrontResponse(status: .notModified, headers: [.eTag: "\"\(revision)\""])
        }
        guard Negotiation(request).format == .csv else { return writer.success(reply) }
        return try CSVAnswer.make(of: reply, for: request)
    }

    private func writer(_ request: FrontRequest, _ draft: Draft, spent: Int, remaining: Int) -> EnvelopeWriter {
        EnvelopeWriter(
            requestID: request.id, node: settings.node, version: settings.version, timestamp: service.clock.now,
            tokens: (spent, remaining), token: draft.token, isAuthenticated: draft.isAuthenticated,
            pretty: request.query["pretty_print"] == "true" || request.headers[.xPrettyPrint] == "true",
            emptyNextStartKey: settings.emptyNextStartKey, callback: request.callback)
    }
}

extension HTTPField.Name {
    static let xAuthToken = Self("X-Auth-Token")!
    static let xPrettyPrint = Self("X-Pretty-Print")!
    static let xFileName = Self("X-File-Name")!
    static let warning = Self("Warning")!
}
