import HTTPFront
import Voicemail

/// Getting, renewing and giving back tokens (P§3).
extension PSeriesDialect {
    /// Secrets are taken from the body only: a query stands in logs of proxies.
    func login(_ endpoint: PSeriesEndpoint, _ request: FrontRequest) async throws -> PSeriesAnswer {
        // The lock is for those who guess secrets; a refresh token cannot be guessed (P§3.1).
        if endpoint == .getToken { try await loginGuard.refuseLocked(request.remote) }
        let parameters = PSeriesParameters(query: Query(), body: try await loginBody(of: request))
        return endpoint == .refreshToken ? try await refreshToken(parameters, request) : try await getToken(parameters, request)
    }

    private func getToken(_ parameters: PSeriesParameters, _ request: FrontRequest) async throws -> PSeriesAnswer {
        let id = try parameters.requireText("username"), secret = try parameters.requireText("password")
        let application = try await loginGuard.attempt(from: request.remote, as: [.credential(.pSeries, handle: id)]) {
            try await applications.logIn(id, secret: secret)
        }
        guard application.credential.allows(address: request.remote) else { throw PSeriesFailure.addressForbidden }
        return answer(try await applications.openPair(for: application, settings.tokens))
    }

    /// Works after the access token has expired; the old pair ends.
    private func refreshToken(_ parameters: PSeriesParameters, _ request: FrontRequest) async throws -> PSeriesAnswer {
        let token = try parameters.requireText("refresh_token")
        do {
            return answer(try await applications.refresh(token, settings.tokens, from: request.remote))
        } catch is TicketError {
            throw PSeriesFailure.tokenExpired
        }
    }

    private func answer(_ pair: TicketPair) -> PSeriesAnswer {
        .fields([
            "access_token_expire_time": .int(settings.tokens.accessLifetime), "access_token": .string(pair.access),
            "refresh_token_expire_time": .int(settings.tokens.refreshLifetime), "refresh_token": .string(pair.refresh),
        ])
    }

    func deleteToken(_ call: PSeriesCall) async throws -> PSeriesAnswer {
        guard let hash = call.application.tokenHash, try await service.tickets.close(hash: hash) else { throw PSeriesFailure.tokenExpired }
        return .success
    }
}
