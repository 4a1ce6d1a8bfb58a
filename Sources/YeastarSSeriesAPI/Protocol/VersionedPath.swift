/// `/api/{version}/{endpoint}` taken apart.
struct VersionedPath: Sendable {
    private let version: APIVersion?
    private let endpoint: SSeriesEndpoint?
    private let isBlank: Bool

    /// - Parameter segments: of the whole path.
    init(_ segments: [String]) {
        version = segments.dropFirst().first.flatMap(APIVersion.init(segment:))
        let rest = segments.dropFirst(2)
        isBlank = rest.isEmpty
        endpoint = SSeriesEndpoint(rawValue: rest.joined(separator: "/"))
    }

    /// The version and an endpoint it has.
    func offered() throws(SSeriesFailure) -> (APIVersion, SSeriesEndpoint) {
        if isBlank { throw .blankRequest }
        guard let version, let endpoint, version.endpoints.contains(endpoint) else { throw .unsupportedRequest }
        return (version, endpoint)
    }

    /// For metrics.
    var label: String {
        guard let version, let endpoint else { return "unknown" }
        return version.name + "/" + endpoint.rawValue
    }
}
