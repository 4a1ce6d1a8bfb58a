import TestKit
import Testing
import Voicemail

/// Boxes in which clients of another interface keep more than any list shows.
@Suite struct LargeBoxTests {
    @Test("Lists and queries of boxes with thousands of attributes answer what is asked for")
    func lists() async throws {
        try await PSeriesWorld.run { world in
            let numbers = (0..<61).map { String(4000 + $0) }
            let attributes = JSONObject((0..<3_500).map { ("k\($0)", JSON.int($0)) }, uniquingKeysWith: { $1 })
            for number in numbers { _ = try await world.server.makeMailbox(number, in: world.account, attributes) }
            let listed = try await world.get("extension/list", ["page_size": "100"])
            let ids = try #require(listed["data"]?.array).compactMap { $0["id"]?.int }
            #expect(listed["data"]?.array?.compactMap { $0["number"]?.string } == ["3200", "3201"] + numbers)
            let sorted = try await world.get("extension/list", ["page_size": "100", "sort_by": "number"])
            #expect(sorted == listed)
            let queried = try await world.get("extension/query", ["ids": ids.map(String.init).joined(separator: ",")])
            #expect(queried["data"]?.array?.compactMap { $0["number"]?.string } == ["3200", "3201"] + numbers)
            let searched = try await world.get("extension/search", ["search_value": "40"])
            #expect(searched["total_number"] == .int(numbers.count { $0.contains("40") }))
        }
    }
}
