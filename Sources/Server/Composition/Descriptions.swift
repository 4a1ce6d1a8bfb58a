import HTTPFront
import KazooAPI
import NIOCore
import RecordingIntake
import Voicemail
import YeastarPSeriesAPI
import YeastarSSeriesAPI

/// What describes the interfaces to machines: an OpenAPI document for each, and an index of them.
enum Descriptions {
    private static let documents: [(name: String, bytes: [UInt8])] = [
        ("kazoo", KazooDialect.openAPI), ("p-series", PSeriesDialect.openAPI), ("s-series", SSeriesDialect.openAPI),
        ("intake", IntakeDialect.openAPI),
    ]

    /// By path.
    static var routes: [String: StaticRoute] {
        let index = route(Array(buffer: self.index.encode()))
        var routes = ["/openapi/": index, "/openapi": index]
        for document in documents { routes[path(document.name)] = route(document.bytes) }
        return routes
    }

    /// What each calls itself, and where it is.
    private static var index: JSON {
        let entries = documents.map { name, bytes -> JSON in
            let info = (try? JSON.parse(bytes))?["info"]
            return ["name": .string(name), "title": info?["title"] ?? .null, "summary": info?["summary"] ?? .null, "url": .string(path(name))]
        }
        return ["descriptions": .array(entries)]
    }

    private static func path(_ name: String) -> String { "/openapi/\(name).json" }

    private static func route(_ bytes: [UInt8]) -> StaticRoute { StaticRoute(contentType: "application/json", bytes: bytes) }
}
