import HTTPFront
import HTTPTypes
import Voicemail

/// What the client wants to get (K§2.9): `?accept=` overrides the header.
struct Negotiation: Sendable {
    enum Format: Sendable { case json, csv }

    /// nil when the client said nothing, which accepts everything.
    private let types: [String]?

    init(_ request: FrontRequest) {
        let wanted = request.query["accept"] ?? request.headers[.accept] ?? ""
        let named: [String] = wanted.split(separator: ",").compactMap { item in
            let parts = item.split(separator: ";")
            let refused = parts.dropFirst().contains { ["q=0", "q=0.0", "q=0.00", "q=0.000"].contains(HTTPToken.trim($0).lowercased()) }
            return refused ? nil : parts.first.map { HTTPToken.trim($0).lowercased() }
        }
        types = wanted.isEmpty ? nil : named
    }

    /// JSON or CSV, or nil when neither is wanted.
    var format: Format? {
        guard let types else { return .json }
        for type in types {
            switch type {
            case "*/*", "application/*", "application/json", "application/x-json", "json", "application/javascript", "text/javascript": return .json
            case "csv", "text/*", "text/csv", "application/octet-stream", "text/comma-separated-values": return .csv
            default: continue
            }
        }
        return nil
    }

    /// Whether audio of any type will do. No conversion takes place, so the type only decides 200 or 406 (K§7.9).
    var acceptsAudio: Bool {
        guard let types else { return true }
        return types.contains { $0 == "*/*" || $0 == "application/octet-stream" || $0.hasPrefix("audio/") || $0.hasPrefix("video/") }
    }

    /// Whether audio is named outright, which turns the fetch of a greeting into its download (K§8).
    var namesAudio: Bool { types?.contains { $0.hasPrefix("audio/") || $0.hasPrefix("video/") } == true }

    var acceptsZip: Bool {
        guard let types else { return true }
        return types.contains { ["*/*", "application/*", "application/zip", "application/octet-stream"].contains($0) }
    }
}
