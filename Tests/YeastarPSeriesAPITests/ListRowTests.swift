import Server
import TestKit
import Testing
import Voicemail

/// Paging and sorting (P§2.8), row by row, of every list over the wire.
@Suite struct ListRowTests {
    private struct List: Sendable, CustomTestStringConvertible {
        let endpoint: String
        var query: [(String, String)] = []
        /// Where its items are.
        var items = "data"
        /// Words of `sort_by`; none where lists are not sorted.
        var keys: [String] = []
        var testDescription: String { endpoint }
    }

    private static let extensionKeys = ["id", "number", "caller_id_name", "email_addr", "mobile_number", "presence_status"]
    private static let lists = [
        List(endpoint: "extension_vm_greeting/list", query: [("extension", "3200")], items: "greeting_list"),
        List(endpoint: "vm_greeting/list", query: [("extension", "6300")], items: "greeting_list"),
        List(endpoint: "vm/get", query: [("number", "3200")]),
        List(endpoint: "vm_group/list", items: "vm_group_list", keys: ["id", "number", "name", "type", "mode"]),
        List(endpoint: "recording/list", keys: ["id", "time"]), List(endpoint: "recording/search", keys: ["id", "time"]),
        List(endpoint: "extension/list", keys: extensionKeys), List(endpoint: "extension/search", keys: extensionKeys),
        List(endpoint: "cdr/list", keys: ["id", "time"]), List(endpoint: "cdr/search", keys: ["id", "time"]),
    ]
    private static let count = 21

    /// Twenty-one of everything.
    private func fill(_ world: PSeriesWorld) async throws {
        let sound = WAV.silence(milliseconds: 20)
        for number in 0..<Self.count {
            _ = try await world.leave(nil, from: "\(number)")
            _ = try await world.record(RecordingDraft(callerNumber: "1", calleeNumber: "2", started: Timestamp(unix: 1_400_000_000 + number)), sound)
            for (endpoint, owner) in [("extension_vm_greeting/upload", "3200"), ("vm_greeting/upload", "6300")] {
                #expect(try await world.upload("\(number).wav", sound, owner: owner, to: endpoint).code == 0)
            }
            if number >= 2 { _ = try await world.server.makeMailbox("\(4000 + number)", in: world.account) }
            guard number >= 1 else { continue }
            let box = try await world.server.makeMailbox("\(7000 + number)", in: world.account)
            _ = try await world.service.groups.set(MailboxGroup(mode: .share, kind: .custom, members: []), of: box.id, in: world.account)
        }
    }

    private func ask(_ world: PSeriesWorld, _ list: List, _ query: [(String, String)]) async throws -> JSON {
        try await world.raw("GET", PSeriesWorld.path(list.endpoint, [("access_token", world.token)] + list.query + query))
    }

    @Test("Page and size: each has its standard, neither is everything, and total_number counts all matches of every page")
    func pages() async throws {
        try await PSeriesWorld.run { world in
            try await fill(world)
            for list in Self.lists {
                func page(_ query: [(String, String)]) async throws -> [JSON] {
                    let answer = try await ask(world, list, query)
                    let expected = list.endpoint.hasPrefix("cdr") ? 2 * Self.count : Self.count
                    #expect(answer.code == 0 && answer["total_number"] == .int(expected), "\(list.endpoint) \(answer.encoded.prefix(200))")
                    return answer[list.items]?.array ?? []
                }
                let all = try await page([])
                #expect(all.count == (list.endpoint.hasPrefix("cdr") ? 42 : 21), "\(list.endpoint)")
                // `page` alone has pages of twenty; `page_size` alone is the first page.
                #expect(try await page([("page", "1")]) == Array(all.prefix(20)), "\(list.endpoint)")
                #expect(try await page([("page", "2")]) == Array(all.dropFirst(20).prefix(20)), "\(list.endpoint)")
                #expect(try await page([("page_size", "5")]) == Array(all.prefix(5)), "\(list.endpoint)")
                #expect(try await page([("page", "5"), ("page_size", "5")]) == Array(all.dropFirst(20).prefix(5)), "\(list.endpoint)")
                #expect(try await page([("page", "1"), ("page_size", "10000")]) == all, "\(list.endpoint)")
                // Past the end: empty, with the true total.
                #expect(try await page([("page", "99")]) == [], "\(list.endpoint)")
                // Empty is not given.
                #expect(try await page([("page", ""), ("page_size", "")]) == all, "\(list.endpoint)")
            }
            let boxes = try await world.get("vm/query", ["number": "3200,3201", "page": "2", "page_size": "20"])["voicemail_list"]?.array ?? []
            #expect(boxes.map { $0["total_number"] } == [.int(Self.count), 0] && boxes.map { $0["data"]?.array?.count } == [1, 0])
        }
    }

    @Test("A page or a size less than one, or a size over ten thousand, is 40002; no number is 40001")
    func outside() async throws {
        try await PSeriesWorld.run { world in
            for list in Self.lists + [List(endpoint: "vm/query", query: [("number", "3200")])] {
                for (name, value) in [("page", 0), ("page", -1), ("page_size", 0), ("page_size", -1), ("page_size", 10_001)] {
                    expect(try await ask(world, list, [(name, "\(value)")]), is: parameterError(name, .int(value)))
                }
                for name in ["page", "page_size"] {
                    expect(try await ask(world, list, [(name, "two")]), is: ["errcode": 40001, "errmsg": "PARAMETER SYNTAX ERROR"])
                }
            }
        }
    }

    @Test("Sorted by id upwards where nothing is asked; downwards is the other way round; other words are 40002")
    func sorting() async throws {
        try await PSeriesWorld.run { world in
            try await fill(world)
            for list in Self.lists where !list.keys.isEmpty {
                func ids(_ query: [(String, String)]) async throws -> [Int] {
                    try await ask(world, list, query)[list.items]?.array?.compactMap { $0["id"]?.int } ?? []
                }
                let standard = try await ids([])
                #expect(standard == standard.sorted() && standard.count >= Self.count, "\(list.endpoint)")
                #expect(try await ids([("sort_by", "id"), ("order_by", "asc")]) == standard)
                #expect(try await ids([("order_by", "desc")]) == standard.reversed(), "\(list.endpoint)")
                for key in list.keys {
                    #expect(try await Set(ids([("sort_by", key), ("order_by", "desc")])) == Set(standard), "\(list.endpoint) \(key)")
                }
                for word in ["ID", "size", "id desc"] { expect(try await ask(world, list, [("sort_by", word)]), is: parameterError("sort_by", .string(word))) }
                for word in ["ASC", "down", "1"] { expect(try await ask(world, list, [("order_by", word)]), is: parameterError("order_by", .string(word))) }
            }
        }
    }
}
