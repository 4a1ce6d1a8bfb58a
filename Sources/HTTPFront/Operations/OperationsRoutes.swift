import HTTPTypes
import NIOCore
import Voicemail

/// What the front answers itself: health, metrics and fixed documents.
struct OperationsRoutes: Sendable {
    let registry: MetricsRegistry
    let checks: [ReadinessCheck]
    let documents: [String: StaticRoute]

    /// The label of its requests in metrics and logs.
    static let name = "front"

    /// - Parameter showsOperations: whether health and metrics may be seen by the asker.
    /// - Returns: nil when the path is not one of ours.
    func respond(to request: FrontRequest, showsOperations: Bool) async -> FrontResponse? {
        let path = request.path, method = request.method
        let response: FrontResponse
        if let document = documents[path] {
            return serve(document, to: request)
        } else if showsOperations, let operation = await operation(path) {
            response = operation
        } else {
            return nil
        }
        guard method == .get || method == .head else { return Self.onlyToBeRead(path) }
        return response
    }

    /// Pages from elsewhere read descriptions too, such as those that draw them.
    private func serve(_ document: StaticRoute, to request: FrontRequest) -> FrontResponse {
        var response: FrontResponse
        if request.method == .get || request.method == .head {
            response = FrontResponse(contentType: document.contentType, bytes: ByteBuffer(bytes: document.bytes), routeLabel: request.path)
        } else if request.method == .options, CORS.isPreflight(request.headers) {
            response = FrontResponse(status: .ok, routeLabel: request.path)
        } else {
            response = Self.onlyToBeRead(request.path)
        }
        CORS.open(&response, for: request, methods: "GET, HEAD, OPTIONS")
        return response
    }

    private static func onlyToBeRead(_ path: String) -> FrontResponse {
        var refusal = FrontResponse.text(.methodNotAllowed, "method not allowed", routeLabel: path)
        refusal.headers[.allow] = "GET, HEAD"
        return refusal
    }

    private func operation(_ path: String) async -> FrontResponse? {
        switch path {
        case "/livez":
            return .text(.ok, "alive", routeLabel: path)
        case "/readyz":
            return await readiness(path)
        case "/metrics":
            return FrontResponse(
                contentType: MetricsText.contentType, bytes: ByteBuffer(string: MetricsText.render(registry)), routeLabel: path)
        default:
            return nil
        }
    }

    private func readiness(_ path: String) async -> FrontResponse {
        var reasons = JSONObject()
        for check in checks {
            if let reason = await check.unavailability() { reasons[check.name] = .string(reason) }
        }
        let report: JSON = reasons.isEmpty ? ["status": "ready"] : ["status": "unready", "reasons": .object(reasons)]
        var response = FrontResponse(
            status: reasons.isEmpty ? .ok : .serviceUnavailable, contentType: "application/json", bytes: report.encode(),
            routeLabel: path)
        response.headers[.cacheControl] = "no-store"
        return response
    }
}
