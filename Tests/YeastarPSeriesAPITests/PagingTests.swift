import HTTPFront
import TestKit
import Testing
import Voicemail

@testable import YeastarPSeriesAPI

/// Pages and orders of lists (P§2.8).
@Suite struct PagingTests {
    private func paging(_ query: String) throws -> Paging { try Paging(PSeriesParameters(query: try Query(parsing: query))) }

    @Test(
        "Neither page nor size is everything up to ten thousand; either alone has the other's standard",
        arguments: [
            ("", 0, 10_000), ("page=1", 0, 20), ("page=3", 40, 20), ("page_size=7", 0, 7), ("page=2&page_size=10000", 10_000, 10_000), ("page=", 0, 10_000),
            ("page=9223372036854775807&page_size=10000", Int(Int32.max), 10_000),
        ])
    func standard(_ query: String, _ offset: Int, _ limit: Int) throws {
        let paging = try paging(query)
        #expect([paging.offset, paging.limit] == [offset, limit])
    }

    @Test(
        "What is outside its bounds is a parameter error, what is no number a syntax error",
        arguments: [
            ("page=0", PSeriesFailure.invalid("page", 0)), ("page=-1", .invalid("page", -1)), ("page_size=0", .invalid("page_size", 0)),
            ("page_size=10001", .invalid("page_size", 10_001)), ("page=one", .syntaxError), ("page=1.5", .syntaxError),
            ("page_size=99999999999999999999", .syntaxError),
        ])
    func refused(_ query: String, _ failure: PSeriesFailure) {
        #expect(throws: failure) { try paging(query) }
    }

    private enum Key: String, CaseIterable { case id, time }

    @Test("Lists are sorted by id upwards unless asked otherwise; unknown words are parameter errors")
    func sorting() throws {
        func sorting(_ query: String) throws -> String {
            let sorting = try Sorting<Key>(PSeriesParameters(query: try Query(parsing: query)), standard: .id)
            return sorting.key.rawValue + (sorting.ascending ? " asc" : " desc")
        }
        #expect(try sorting("") == "id asc")
        #expect(try sorting("sort_by=time") == "time asc")
        #expect(try sorting("sort_by=id&order_by=desc") == "id desc")
        #expect(throws: PSeriesFailure.invalid("sort_by", "name")) { try sorting("sort_by=name") }
        #expect(throws: PSeriesFailure.invalid("order_by", "DESC")) { try sorting("order_by=DESC") }
        #expect(throws: PSeriesFailure.invalid("order_by", "x; DROP TABLE message")) { try sorting("order_by=x;%20DROP%20TABLE%20message") }
    }

    @Test("A page past the end is empty and tells the true total")
    func pastTheEnd() async throws {
        try await PSeriesWorld.run { world in
            for name in ["a.wav", "b.wav", "c.wav"] { _ = try await world.upload(name, WAV.silence(milliseconds: 50)) }
            func page(_ query: KeyValuePairs<String, String>) async throws -> JSON {
                let all: KeyValuePairs<String, String> = query
                let answer = try await world.raw(
                    "GET",
                    PSeriesWorld.path("extension_vm_greeting/list", [("access_token", world.token), ("extension", "3200")] + all.map { ($0.key, $0.value) }))
                return ["total": answer["total_number"] ?? .null, "files": .array((answer["greeting_list"]?.array ?? []).map { $0["file"] ?? .null })]
            }
            #expect(try await page([:]) == ["total": 3, "files": ["c.wav", "b.wav", "a.wav"]])
            #expect(try await page(["page": "1", "page_size": "2"]) == ["total": 3, "files": ["c.wav", "b.wav"]])
            #expect(try await page(["page": "2", "page_size": "2"]) == ["total": 3, "files": ["a.wav"]])
            #expect(try await page(["page": "3", "page_size": "2"]) == ["total": 3, "files": []])
            #expect(try await page(["page": "99999999"]) == ["total": 3, "files": []])
        }
    }
}
