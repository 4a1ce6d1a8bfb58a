import Voicemail

/// What a command has to say: for people, or as one JSON value for scripts.
struct Output {
    let json: Bool

    /// One thing. `shown` picks what people see; nil shows every member.
    func show(_ object: JSONObject, _ shown: [String]? = nil) {
        guard !json else { return Terminal.print(JSON.object(object).encoded) }
        let keys = shown ?? Array(object.keys)
        let width = keys.map(\.count).max() ?? 0
        for key in keys {
            guard let value = object[key], !value.isNull else { continue }
            Terminal.print(key + ":" + String(repeating: " ", count: width - key.count + 1) + Self.cell(value))
        }
    }

    /// Many things, as they come; memory does not grow with their number.
    func list(_ columns: [String], _ next: () async throws -> [JSONObject]) async throws {
        var isFirst = true
        if json { Terminal.write("[", to: 1) } else { Terminal.print(columns.joined(separator: "\t")) }
        while true {
            let page = try await next()
            guard !page.isEmpty else { break }
            for item in page {
                if json {
                    Terminal.write((isFirst ? "" : ",\n") + JSON.object(item).encoded, to: 1)
                } else {
                    Terminal.print(columns.map { item[$0].flatMap { $0.isNull ? nil : Self.cell($0) } ?? "" }.joined(separator: "\t"))
                }
                isFirst = false
            }
        }
        if json { Terminal.write("]\n", to: 1) }
    }

    /// A list that is short.
    func list(_ columns: [String], _ items: [JSONObject]) async throws {
        var pages = [items]
        try await list(columns) { pages.popLast() ?? [] }
    }

    private static func cell(_ value: JSON) -> String { Terminal.visible(value.text ?? value.encoded) }
}
