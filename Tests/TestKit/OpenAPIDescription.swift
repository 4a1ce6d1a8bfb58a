import HTTPTypes
import Testing
import Voicemail

/// An OpenAPI description as it is served.
public struct OpenAPIDescription: Sendable {
    public let root: JSON

    public init(_ bytes: [UInt8]) throws { root = try JSON.parse(bytes) }

    public struct Operation {
        public let path: String
        public let method: HTTPRequest.Method
        public let object: JSONObject
    }

    public var paths: JSONObject { root["paths"]?.object ?? [:] }

    /// Every method of every path; beside methods a path has only its parameters.
    public var operations: [Operation] {
        paths.flatMap { path, item in
            (item.object ?? [:]).compactMap { name, operation in
                guard name != "parameters", let method = HTTPRequest.Method(name.uppercased()) else { return nil }
                return Operation(path: path, method: method, object: operation.object ?? [:])
            }
        }
    }

    public func components(_ kind: String) -> JSONObject {
        root.value(at: ["components", kind])?.object ?? [:]
    }

    /// The object that a `$ref` stands for, or the object itself.
    public func resolved(_ value: JSON) throws -> JSON {
        guard let reference = value["$ref"]?.string else { return value }
        return try resolved(try #require(target(of: reference), "\(reference) names nothing"))
    }

    public func target(of reference: String) -> JSON? {
        guard reference.hasPrefix("#/") else { return nil }
        return root.value(at: reference.dropFirst(2).split(separator: "/").map(String.init))
    }

    /// Every text under the key `$ref`.
    public var references: Set<String> {
        var found: Set<String> = []
        visit(root) { key, value in if key == "$ref", let reference = value.string { found.insert(reference) } }
        return found
    }

    /// Calls `body` with every member of every object.
    public func visit(_ value: JSON, _ body: (String, JSON) throws -> Void) rethrows {
        switch value {
        case .object(let members):
            for (key, member) in members {
                try body(key, member)
                try visit(member, body)
            }
        case .array(let items): for item in items { try visit(item, body) }
        default: break
        }
    }

    /// The examples of a media type object: its `example`, and the values of its `examples`.
    public static func examples(of mediaType: JSON) -> [JSON] {
        (mediaType["example"].map { [$0] } ?? []) + (mediaType["examples"]?.object?.values.compactMap { $0["value"] } ?? [])
    }
}
