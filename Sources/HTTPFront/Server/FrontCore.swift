import HTTPTypes
import Logging
import NIOCore
import Voicemail

/// What all connections share. Immutable but for counters.
final class FrontCore: Sendable {
    let operations: OperationsRoutes
    let limits: FrontLimits
    let deadlines: FrontDeadlines
    let metrics: ExchangeMetrics
    let proxies: TrustedProxies
    let date = HTTPDate()
    let bodyMemory: BodyMemory
    let logger: Logger

    init(
        operations: OperationsRoutes, limits: FrontLimits, deadlines: FrontDeadlines, metrics: ExchangeMetrics,
        proxies: TrustedProxies, logger: Logger
    ) {
        self.operations = operations
        self.limits = limits
        bodyMemory = BodyMemory(limit: limits.bodiesInMemory)
        self.deadlines = deadlines
        self.metrics = metrics
        self.proxies = proxies
        self.logger = logger
    }

    /// An answer and whose it is.
    struct Answer: Sendable {
        let owner: String
        var response: FrontResponse
    }

    /// - Parameters:
    ///   - fault: what is wrong with the request before anybody looks at it.
    ///   - dialect: whose its path is; nil where it is nobody's.
    func answer(_ request: FrontRequest, fault: RequestFault?, from dialect: (any Dialect)?, showsOperations: Bool) async -> Answer {
        // Asks about the server, and not about anything it has (RFC 9110 §9.3.7).
        if fault == nil, request.path == "*" {
            return Answer(
                owner: OperationsRoutes.name, response: FrontResponse(status: .noContent, headers: [.allow: "GET, HEAD, PUT, POST, PATCH, DELETE, OPTIONS"]))
        }
        if fault == nil,
            let response = await operations.respond(to: request, showsOperations: showsOperations)
        {
            return Answer(owner: OperationsRoutes.name, response: response)
        }
        guard let dialect else {
            let response = fault.map(Self.plainRefusal) ?? .text(.notFound, "not found")
            return Answer(owner: OperationsRoutes.name, response: response)
        }
        if let fault {
            let response = await dialect.refuse(fault, of: request) ?? Self.plainRefusal(fault)
            return Answer(owner: dialect.name, response: response)
        }
        let actor = AuditActor(interface: dialect.name, address: request.remote)
        return Answer(owner: dialect.name, response: await AuditActor.$current.withValue(actor) { await dialect.respond(to: request) })
    }

    private static func plainRefusal(_ fault: RequestFault) -> FrontResponse {
        switch fault {
        case .malformedPath: .text(.badRequest, "the path is not percent-encoded UTF-8")
        case .malformedQuery: .text(.badRequest, "the query is not percent-encoded UTF-8")
        case .tooManyParameters(let limit): .text(.badRequest, "more than \(limit) query parameters")
        case .targetTooLong(let limit): .text(.uriTooLong, "path and query are longer than \(limit) bytes")
        case .malformedRequest: .text(.badRequest, "this is no request of HTTP/1.1")
        case .headersTooLarge: .text(.requestHeaderFieldsTooLarge, "the header fields are too many or too long")
        case .unknownCoding: .text(.notImplemented, "the only transfer coding is chunked")
        }
    }
}
