import Voicemail

/// What a command has to say: for people, or as one JSON value for scripts.
struct Output {
    let json: Bool

    /// One thing. `shown` picks what people see; nil shows every member.
    func show(_ object: JSONObject, _ shown: [String]? = nil) {
        guard !json else { return Terminal.print(JSON.object(object).encoded) }
        let keys = (shown ?? Array(object.keys)).filter { object[$0]?.isNull == false }
        let width = keys.map { Terminal.columns(of: Terminal.visible($0)) }.max() ?? 0
        let lines = keys.map { key in
            let name = Terminal.visible(key)
            return name + ":" + String(repeating: " ", count: width - Terminal.columns(of: name) + 1) + Self.cell(object[key]) + "\n"
        }
        Terminal.write(lines.joined(), to: 1)
    }

    /// Many things, as they come; memory does not grow with their number. Nothing more is fetched for a reader that has gone.
    /// - Parameter limit: at most so many; nil for all.
    func list(_ columns: [String], limit: Int? = nil, _ next: () async throws -> [JSONObject]) async throws {
        var isFirst = true
        var left = limit ?? .max
        var table = Table(columns, isAligned: Terminal.showsOutput)
        if json { Terminal.write("[", to: 1) }
        while Terminal.failure == nil {
            let page = left == 0 ? [] : Array(try await next().prefix(left))
            left -= page.count
            if page.isEmpty, !isFirst { break }
            if json {
                Terminal.write(page.enumerated().map { (isFirst && $0 == 0 ? "" : ",\n") + JSON.object($1).encoded }.joined(), to: 1)
            } else {
                Terminal.write(table.add(page.map { item in columns.map { Self.cell(item[$0]) } }), to: 1)
            }
            isFirst = false
            if page.isEmpty { break }
        }
        if json { Terminal.write("]\n", to: 1) }
    }

    /// A list that is short.
    func list(_ columns: [String], _ items: [JSONObject]) async throws {
        var pages = [items]
        try await list(columns) { pages.popLast() ?? [] }
    }

    private static func cell(_ value: JSON?) -> String {
        guard let value, !value.isNull else { return "" }
        return Terminal.visible(value.text ?? value.encoded)
    }
}
