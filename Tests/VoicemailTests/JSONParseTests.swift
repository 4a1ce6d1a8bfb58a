import TestKit
import Testing
import Voicemail

/// What is taken for JSON (RFC 8259) and what bounds it.
@Suite struct JSONParseTests {
    @Test(
        "Values of every kind, with blanks around them",
        arguments: [
            ("{}", [:]), ("[]", []), (" [ 1 , \"a,]\" , null , true , -1.5e0 ]\r\n", [1, "a,]", .null, true, .double(-1.5)]), ("\"{,}\"", "{,}"),
            ("{\"a\" : [ { } , [\t] ] , \"b\":\"\\\",\"}", ["a": [[:], []], "b": "\","]), ("[\",\"]", [","]), ("{\"a,\":\"]\"}", ["a,": "]"]),
        ] as [(String, JSON)])
    func values(_ text: String, _ value: JSON) throws {
        #expect(try JSON.parse(text) == value)
    }

    @Test(
        "Anything else, a comma with nothing behind it among it, is malformed",
        arguments: [
            "", " ", "{", "}", "[1", "1]", "{\"a\"}", "{\"a\":}", "{a:1}", "{'a':1}", "[1,]", "[1, ]", "[,]", "[,1]", "[1,,2]", "{\"a\":1,}", "{\"a\":1,\n}",
            "{,}", "{\"a\":[1,],\"b\":2}", "[{\"a\":1,}]", "[1] [2]", "{}{}", "nul", "[1] // x", "[01]", "[+1]", "[.5]", "\"a", "\"\u{1}\"", "NaN",
            "[Infinity]",
        ])
    func malformed(_ text: String) {
        #expect(throws: JSONParseError.malformed) { try JSON.parse(text) }
    }

    @Test("Nesting and the number of values are bounded: the limit is in, one more is not")
    func bounds() throws {
        func nested(_ depth: Int) -> String { String(repeating: "[", count: depth) + String(repeating: "]", count: depth) }
        #expect(throws: Never.self) { try JSON.parse(nested(JSON.maximumDepth)) }
        #expect(throws: JSONParseError.tooDeep(limit: JSON.maximumDepth)) { try JSON.parse(nested(JSON.maximumDepth + 1)) }
        func list(_ count: Int) -> String { "[" + Array(repeating: "0", count: count).joined(separator: ",") + "]" }
        #expect(try JSON.parse(list(JSON.maximumValues)).array?.count == JSON.maximumValues)
        #expect(throws: JSONParseError.tooMany(limit: JSON.maximumValues)) { try JSON.parse(list(JSON.maximumValues + 1)) }
    }
}
