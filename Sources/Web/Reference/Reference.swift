import HTTPFront
import HTTPTypes
import Voicemail

/// The interfaces for who writes programs: what `/openapi/` says to machines, for people. It is the same for everybody, and secret from nobody.
extension WebDialect {
    func reference(_ visit: PageVisit) -> FrontResponse {
        let shown = descriptions.interfaces.map { ["interface": $0.name, "interface_title": $0.title, "interface_summary": $0.summary] }
        return visit.page(.reference, ["title": "t.reference", "interfaces": shown, "is_index": true])
    }

    /// The way from a page to where the interfaces are: the root of the server, behind a proxy as well if it passes the interfaces on beside the page.
    private func server(_ visit: PageVisit) -> String {
        visit.root + String(repeating: "../", count: settings.path.utf8.count(where: { $0 == UInt8(ascii: "/") }) - 1)
    }

    func reference(to name: String, _ visit: PageVisit) throws(WebFailure) -> FrontResponse {
        try descriptions.page("\(name) \(visit.pages?.language ?? "") \(visit.root)") { () throws(WebFailure) -> FrontResponse in
            guard let description = descriptions.description(of: name) else { throw .notFound }
            var values: [String: Any] = [
                "title": "t.reference", "heading": description.interface.title, "interface": name, "interface_title": description.interface.title,
                "about": description.text, "sections": description.sections,
            ]
            // Where the interfaces are at addresses of their own, pages of another cannot ask them, and do not know where they are.
            if settings.isApart { values["is_apart"] = true } else { values["server"] = server(visit) }
            return visit.page(.reference, values)
        }
    }
}
