import HTTPFront
import Voicemail

/// Logging in and out, and staying so (S§2.1 to S§2.4).
extension SSeriesDialect {
    func logIn(_ call: SSeriesCall) async throws -> SSeriesReply {
        let username = try call.parameters.required("username")
        let digest = try call.parameters.required("password")
        if call.version.requiresReportPort { _ = try call.parameters.required("port") }
        let details = ClientDetails(
            address: call.request.remote, version: call.version, format: call.format, report: try ReportSettings(call.parameters))
        let holder = try await loginGuard.attempt(from: call.request.remote, as: [.credential(.sSeries, handle: username)]) {
            try await users.logIn(username, digest: digest)
        }
        let tokens = try await users.open(holder.credential, details: details.stored)
        var fields: JSONObject = ["token": .string(tokens.access)]
        if call.version.tellsTransport { fields["transport"] = "HTTP" }
        if call.version.hasRefreshTokens { fields["refreshtoken"] = .string(tokens.refresh) }
        return .success(fields)
    }

    /// Having come this far, the token lives on; what is given changes where reports go.
    func heartbeat(_ call: SSeriesCall) async throws -> SSeriesReply {
        let session = try call.requireEntry().session
        var report: ReportSettings
        do { report = try ReportSettings(call.parameters) } catch SSeriesFailure.wrongPort { throw SSeriesFailure.wrongReportSettings }
        if let address = try call.parameters.optional("ipaddr") { try report.setAddress(address) }
        guard !report.stored.isEmpty else { return .success }
        try await users.merge(report, into: session)
        return .success
    }

    func logOut(_ call: SSeriesCall) async throws -> SSeriesReply {
        try await service.tickets.close(hash: try call.requireEntry().session.hash)
        return .success
    }

    func refreshToken(_ call: SSeriesCall) async throws -> SSeriesReply {
        let tokens = try await users.refresh(try call.parameters.required("refreshtoken"))
        return .success(["token": .string(tokens.access), "refreshtoken": .string(tokens.refresh)])
    }
}
