/// One thing that must work before requests are welcome.
public struct ReadinessCheck: Sendable {
    /// Names the reason in `/readyz`: `archive`, `store`.
    public let name: String
    /// Why not, in a few words; nil when all is well. Must be quick, it runs for every `/readyz`.
    public let unavailability: @Sendable () async -> String?

    public init(_ name: String, unavailability: @escaping @Sendable () async -> String?) {
        self.name = name
        self.unavailability = unavailability
    }
}

/// A fixed answer at one path, like an OpenAPI description.
public struct StaticRoute: Sendable {
    public let contentType: String
    public let bytes: [UInt8]

    public init(contentType: String, bytes: [UInt8]) {
        self.contentType = contentType
        self.bytes = bytes
    }
}
