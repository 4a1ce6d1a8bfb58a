import HTTPFront
import Synchronization
import Voicemail

/// What describes an interface (OpenAPI 3.1), as pages show it.
public struct DescribedInterface: Sendable {
    /// As addresses have it.
    public let name: String
    public let title: String
    public let summary: String
    let document: [UInt8]

    public init(name: String, title: String, summary: String, document: [UInt8]) {
        self.name = name
        self.title = title
        self.summary = summary
        self.document = document
    }
}

/// The descriptions and their pages, each of which is made when somebody first looks at it: they are long, and the same for everybody.
final class ReferencePages: Sendable {
    let interfaces: [DescribedInterface]
    /// By what they depend on: an interface, a language, and the way to the page's root.
    private let pages = Mutex<[String: FrontResponse]>([:])

    init(_ interfaces: [DescribedInterface]) { self.interfaces = interfaces }

    /// nil for an interface that there is none of.
    func description(of name: String) -> Description? {
        guard let interface = interfaces.first(where: { $0.name == name }) else { return nil }
        return Description(interface: interface, json: (try? JSON.parse(interface.document)) ?? .null)
    }

    func page(_ key: String, _ make: () throws(WebFailure) -> FrontResponse) throws(WebFailure) -> FrontResponse {
        if let known = pages.withLock({ $0[key] }) { return known }
        let made = try make()
        pages.withLock { $0[key] = made }
        return made
    }
}

/// One of them, for a page.
struct Description {
    let interface: DescribedInterface
    let json: JSON

    private static let methods = ["get", "put", "post", "patch", "delete"]

    /// Of the whole interface.
    var text: String { json["info"]?["description"]?.string ?? "" }

    /// Operations in the order of their paths, below what they are about.
    var sections: [[String: Any]] {
        var names: [String] = [], operations: [String: [[String: Any]]] = [:]
        for (path, item) in json["paths"]?.object ?? [:] {
            for method in Self.methods {
                guard let operation = item[method] else { continue }
                let section = operation["tags"]?.array?.first?.string ?? interface.title
                if operations[section] == nil { names.append(section) }
                operations[section, default: []].append(values(of: operation, method, path, item["parameters"]?.array ?? []))
            }
        }
        return names.enumerated().map { ["section": $1, "section_id": "section-\($0)", "operations": operations[$1] ?? []] }
    }

    private func values(of operation: JSON, _ method: String, _ path: String, _ shared: [JSON]) -> [String: Any] {
        let parameters = (shared + (operation["parameters"]?.array ?? [])).map(resolved)
        let responses = (operation["responses"]?.object ?? [:]).map { (code: $0.key, description: resolved($0.value)["description"]?.string ?? "") }
        let body = operation["requestBody"].map(resolved)
        var values: [String: Any] = [
            "method": method.uppercased(), "path": path, "summary": operation["summary"]?.string ?? "", "about": operation["description"]?.string ?? "",
            "parameters": parameters.map { Self.values(ofParameter: $0) }, "has_parameters": !parameters.isEmpty,
            "responses": responses.map { ["code": $0.code, "means": $0.description] }, "curl": Self.curl(method, path, body),
        ]
        values.merge(scheme(of: operation)) { $1 }
        if let type = body?["content"]?.object?.map({ $0.key }).first { values["body_type"] = type }
        if let types = body?["content"]?.object?.map({ $0.key }), !types.isEmpty { values["body"] = types.joined(separator: ", ") }
        return values
    }

    /// Where the first way to say who one is puts its token: in a header or the query, under a name, or as a bearer's; nothing for what is open to all.
    private func scheme(of operation: JSON) -> [String: Any] {
        let ways = operation["security"]?.array ?? json["security"]?.array ?? []
        guard let name = ways.first?.object?.map({ $0.key }).first, let scheme = json["components"]?["securitySchemes"]?[name] else { return [:] }
        switch (scheme["type"]?.string, scheme["in"]?.string, scheme["name"]?.string) {
        case ("apiKey"?, let place?, let name?): return ["scheme": place, "scheme_name": name]
        case ("http"?, _, _) where scheme["scheme"] == "bearer": return ["scheme": "bearer"]
        default: return [:]
        }
    }

    private static func values(ofParameter parameter: JSON) -> [String: Any] {
        [
            "parameter": parameter["name"]?.string ?? "", "place": parameter["in"]?.string ?? "", "is_required": parameter["required"] == true,
            "parameter_about": parameter["description"]?.string ?? "",
        ]
    }

    /// A line for a shell; what is in braces is the reader's to say.
    private static func curl(_ method: String, _ path: String, _ body: JSON?) -> String {
        var line = "curl"
        if method != "get" { line += " -X " + method.uppercased() }
        line += " \"$SERVER\(path)\""
        let type = body?["content"]?.object?.map({ $0.key }).first
        switch type {
        case nil: break
        case "application/json"?: line += " -H 'Content-Type: application/json' -d '{…}'"
        case "multipart/form-data"?: line += " -F file=@FILE"
        case let type?: line += " -H 'Content-Type: \(type)' --data-binary @FILE"
        }
        return line
    }

    /// What a reference leads to, within the same document; one step, as ours never take two.
    private func resolved(_ json: JSON) -> JSON {
        guard let reference = json["$ref"]?.string, reference.hasPrefix("#/") else { return json }
        return reference.dropFirst(2).split(separator: "/").reduce(self.json) { found, key in
            found[String(key.replacing("~1", with: "/").replacing("~0", with: "~"))] ?? .null
        }
    }
}
