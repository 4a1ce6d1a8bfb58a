import HTTPFront
import HTTPTypes
import Logging
import NIOCore
import Voicemail

/// The page where people listen to their messages. It is made here, works without script, is quicker with it, and asks no other host for anything.
///
/// It calls the domain as the other interfaces do. Whatever changes something is a form that is posted, with a word that only this session's
/// pages hold.
public struct WebDialect: Dialect {
    public let name = "web"
    let service: VoicemailService
    let settings: WebSettings
    let loginGuard: LoginGuard
    let sessions: Sessions
    let streams = LiveStreams()
    let setup: SetupCode
    /// Of failed logins, which the console shows.
    let loginRules: LoginRules
    let descriptions: ReferencePages
    /// What programs can be given to log in with.
    let keyKinds: [KeyKind]
    /// How the server is.
    let glance: @Sendable () async throws -> ServerGlance
    /// For greetings by text to speech; nil where none is installed.
    let synthesizer: (any SpeechSynthesizer)?
    /// What is committed from now on.
    let events: @Sendable () -> AsyncStream<Event>

    public init(
        service: VoicemailService, settings: WebSettings, loginGuard: LoginGuard, loginRules: LoginRules, setup: SetupCode,
        interfaces: [DescribedInterface], keyKinds: [KeyKind], glance: @escaping @Sendable () async throws -> ServerGlance,
        synthesizer: (any SpeechSynthesizer)?, events: @escaping @Sendable () -> AsyncStream<Event>
    ) {
        self.service = service
        self.settings = settings
        self.loginGuard = loginGuard
        self.events = events
        self.setup = setup
        self.loginRules = loginRules
        descriptions = ReferencePages(interfaces)
        self.keyKinds = keyKinds
        self.glance = glance
        self.synthesizer = synthesizer
        sessions = Sessions(service: service, idleSeconds: settings.idleSeconds, takesPINs: settings.takesPINs)
    }

    /// At the root it claims what it has, and no more; elsewhere all that is there.
    public func claims(_ path: String) -> Bool {
        guard settings.path == "/" else { return path.hasPrefix(settings.path) || path + "/" == settings.path }
        return path == "/" || WebRoute.firstPieces.contains(String(path.dropFirst().prefix { $0 != "/" }))
    }

    /// A form, where a greeting is sent to, one with a sound, and where people come from a list, one with the list.
    public func bodyLimit(at path: String) -> Int? {
        if path.hasSuffix("/console/import") { return Self.longestList }
        return path.hasSuffix("/greeting") ? service.limits.maximumAudioBytes + RequestBody.smallest : RequestBody.smallest
    }

    public func respond(to request: FrontRequest) async -> FrontResponse {
        let depth = settings.path.utf8.count(where: { $0 == UInt8(ascii: "/") }) - 1
        let route = WebRoute(request.segments.dropFirst(depth))
        var visit = PageVisit(request, at: settings.path)
        var response: FrontResponse
        if request.path + "/" == settings.path {
            // Links of the page begin behind the slash.
            response = FrontResponse(status: .seeOther, headers: [.location: String(settings.path.dropLast().split(separator: "/").last ?? "") + "/"])
        } else {
            do {
                response = try await answer(route, &visit)
            } catch {
                let failure = WebFailure(error)
                if failure == .failed { request.logFailure("request failed", error) }
                response = self.response(to: failure, visit, route)
            }
        }
        PageHeaders.add(to: &response, recording: route?.records == true)
        response.routeLabel = route?.label ?? "unknown"
        return response
    }

    public func refuse(_ fault: RequestFault, of request: FrontRequest) async -> FrontResponse? {
        var response = PageVisit(request, at: settings.path).page(of: WebFailure(fault))
        PageHeaders.add(to: &response)
        return response
    }

    private func answer(_ route: WebRoute?, _ visit: inout PageVisit) async throws -> FrontResponse {
        switch route {
        case .style?: return try read(route, visit) { Documents.style.response(to: $0) }
        case .icon?: return try read(route, visit) { Documents.icon.response(to: $0) }
        case .script(let name)?: return try read(route, visit) { Documents.scripts[name]?.response(to: $0) ?? FrontResponse(status: .notFound) }
        case .login?: return try await login(visit)
        case .forgotten?: return try await forgotten(visit)
        case .reset?: return try await reset(visit)
        case .setup?: return try await setUp(visit)
        case .reference?: return try read(route, visit) { _ in reference(visit) }
        case .interface(let name)?: return try read(route, visit) { _ in try reference(to: name, visit) }
        default: break
        }
        visit.session = try await sessions.enter(visit.request, isUse: route?.isUse != false && !visit.request.query.contains("live"))
        guard let route, let session = visit.session else { throw WebFailure.notFound }
        guard route.methods.contains(visit.request.method) else { throw WebFailure.method }
        switch route {
        case .logout: return try await logOut(session, visit)
        case .sessions: return try await sessionList(session, visit)
        case .console(let page): return try await console(page, session, visit)
        case .recordings: return try await recordingList(session, visit)
        case .playRecording(let id): return try await playRecording(id, session, visit)
        case .recordingPeaks(let id): return try await peaks(ofRecording: id, session)
        case .recordingFile(let id, let format): return try await downloadRecording(id, as: format, session, visit)
        case .home: return try await home(session, visit)
        case .folder(let mailbox, let folder): return try await self.folder(folder, of: mailbox, session, visit)
        case .messages(let mailbox): return try await file(messagesOf: mailbox, session, visit)
        case .live(let mailbox): return try await live(mailbox, session, visit)
        case .message(let place): return try await lead(to: place, session, visit)
        case .play(let place): return try await play(place, session, visit)
        case .settings(let mailbox): return try await settings(of: mailbox, session, visit)
        case .greeting(let mailbox): return try await upload(to: mailbox, session, visit)
        case .hear(let mailbox, let serial): return try await hear(serial, of: mailbox, session, visit)
        case .peaks(let place): return try await peaks(place, session)
        case .file(let place, let format): return try await download(place, as: format, session, visit)
        case .login, .forgotten, .reset, .setup, .reference, .interface, .style, .icon, .script: throw WebFailure.notFound
        }
    }

    private func read(_ route: WebRoute?, _ visit: PageVisit, _ answer: (FrontRequest) throws -> FrontResponse) throws -> FrontResponse {
        guard route?.methods.contains(visit.request.method) == true else { throw WebFailure.method }
        return try answer(visit.request)
    }

    private func response(to failure: WebFailure, _ visit: PageVisit, _ route: WebRoute?) -> FrontResponse {
        switch failure {
        case .logIn(let hadSession):
            var parameters = hadSession ? ["ended=1"] : []
            let isForm = visit.request.method == .post
            // What he has typed is gone, and he must not think that it was done.
            if hadSession, isForm, route != .logout { parameters.append("lost=1") }
            // Where he wanted to go, or was; never to another server.
            if hadSession || !isForm, let place = route?.comeback { parameters.append("to=" + place) }
            return visit.redirect(to: "login" + (parameters.isEmpty ? "" : "?" + parameters.joined(separator: "&")))
        case .method:
            var response = visit.page(of: failure)
            response.headers[.allow] = (route?.methods ?? []).map(\.rawValue).joined(separator: ", ")
            return response
        case .busy:
            var response = visit.page(of: failure)
            response.headers[.retryAfter] = "30"
            return response
        default: return visit.page(of: failure)
        }
    }

    /// The form of a request that changes something.
    /// - Throws: `WebFailure.stale` for one that is not of this session.
    func form(of visit: PageVisit, _ session: WebSession, upTo limit: Int = RequestBody.smallest) async throws -> Query {
        let form = try await Self.readForm(visit.request, from: .known, upTo: limit)
        guard let word = form["form"], Secrets.equal(word, session.form) else { throw WebFailure.stale }
        return form
    }

    static func readForm(_ request: FrontRequest, from sender: BodySender, upTo limit: Int = RequestBody.smallest) async throws -> Query {
        let type = request.headers[.contentType]?.lowercased().prefix { $0 != ";" }
        guard type == "application/x-www-form-urlencoded" else { throw WebFailure.notAForm }
        let bytes = try await request.body.collect(upTo: limit, from: sender)
        do { return try Query(parsing: String(buffer: bytes)) } catch { throw WebFailure(error) }
    }
}
