import HTTPFront
import KazooAPI
import NIOCore
import RecordingIntake
import Voicemail
import Web
import YeastarPSeriesAPI
import YeastarSSeriesAPI

/// What describes the interfaces to machines: an OpenAPI document for each, and an index of them.
enum Descriptions {
    private struct Document {
        let name: String
        /// As its own `info` has them, written down here because parsing the documents at every start costs more than the rest of it.
        let title: String
        let summary: String
        let bytes: [UInt8]
    }

    private static let documents = [
        Document(
            name: "kazoo", title: "Aftertone: the KAZOO interface",
            summary: "Voicemail boxes, messages and greetings, as clients of KAZOO's /v2 know them.", bytes: KazooDialect.openAPI),
        Document(
            name: "p-series", title: "Aftertone: the P-Series interface",
            summary: "Greetings, messages, recordings and extensions, as clients of Yeastar's P-Series OpenAPI know them.", bytes: PSeriesDialect.openAPI),
        Document(
            name: "s-series", title: "Aftertone: the S-Series interface",
            summary: "Voicemail, recordings and call records, as clients of the Yeastar S-Series and of OpenVox UC know them.", bytes: SSeriesDialect.openAPI),
        Document(
            name: "intake", title: "Aftertone: the recording intake",
            summary: "Recorders put recordings of calls here, from wherever they are.", bytes: IntakeDialect.openAPI),
    ]

    /// By path.
    static var routes: [String: StaticRoute] {
        let index = route(Array(buffer: self.index.encode()))
        var routes = ["/openapi/": index, "/openapi": index]
        for document in documents { routes[path(document.name)] = route(document.bytes) }
        return routes
    }

    /// For pages that people read.
    static var described: [DescribedInterface] {
        documents.map { DescribedInterface(name: $0.name, title: $0.title, summary: $0.summary, document: $0.bytes) }
    }

    /// What each calls itself, and where it is.
    private static var index: JSON {
        [
            "descriptions": .array(
                documents.map { document in
                    [
                        "name": .string(document.name), "title": .string(document.title), "summary": .string(document.summary),
                        "url": .string(path(document.name)),
                    ]
                })
        ]
    }

    private static func path(_ name: String) -> String { "/openapi/\(name).json" }

    private static func route(_ bytes: [UInt8]) -> StaticRoute { StaticRoute(contentType: "application/json", bytes: bytes) }
}
