import StoredRows
import TestKit
import Testing
import Voicemail

struct StoredJSONTests {
    private static func read(_ text: String) -> JSON? {
        var text = text
        return text.withUTF8 { StoredJSON.value($0) }
    }

    @Test("Whatever is written is read as it was, order and kind of number included")
    func roundTrip() {
        var random = SeededRandom(seed: 42)
        for _ in 0..<2000 {
            let value = Self.value(depth: 0, &random)
            #expect(Self.read(value.encoded) == value)
        }
    }

    @Test(arguments: [
        "", " ", "{", "[", "\"", "\"\\", "\"\\u00", "\"\\u0020\"", "\"\\x\"", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{1:2}", "[1,]", "[1 2]", "[1]]", "tru",
        "nul", "truex", "-",
        "1x", "--1", "1-1", "\u{feff}1", "'a'", "NaN", "{\"a\":1}{}",
    ])
    func malformed(_ text: String) {
        #expect(Self.read(text) == nil)
    }

    @Test("Any cut and any changed byte of a text is read or refused, never a crash")
    func damaged() {
        var random = SeededRandom(seed: 43)
        for _ in 0..<2000 {
            var bytes = Array(Self.value(depth: 0, &random).encoded.utf8)
            if Bool.random(using: &random) { bytes.removeLast(Int.random(in: 0...bytes.count, using: &random)) }
            if !bytes.isEmpty { bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: 0...255, using: &random) }
            _ = bytes.withUnsafeBufferPointer(StoredJSON.value)
        }
    }

    @Test("Nesting is read as deep as anything of ours goes, and refused beyond")
    func depth() {
        for (depth, isRead) in [(64, true), (511, true), (513, false), (100_000, false)] {
            let text = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
            #expect((Self.read(text) != nil) == isRead)
        }
    }

    @Test("Of an object only what is asked for is read, whatever its keys are")
    func kept() {
        var random = SeededRandom(seed: 44)
        for _ in 0..<2000 {
            guard case .object(let whole) = Self.value(depth: 3, &random), !whole.isEmpty else { continue }
            let asked = Set(whole.keys.filter { _ in Bool.random(using: &random) } + ["nobody's"])
            var text = JSON.object(whole).encoded
            let read = text.withUTF8 { StoredJSON.object($0, keeping: asked) }
            #expect(read == whole.filter { asked.contains($0.key) })
        }
        var text = #"{"a":{"b":[1,"]"]},"aa":2,"\"":3,"b":"}","":4}"#
        for (asked, read): (Set<String>, JSONObject) in [(["b"], ["b": "}"]), (["\""], ["\"": 3]), ([""], ["": 4]), ([], [:]), (["aa", "c"], ["aa": 2])] {
            #expect(text.withUTF8 { StoredJSON.object($0, keeping: asked) } == read)
        }
        for cut in [#"{"a"#, #"{"a":"#, #"{"a":1,"b"#, #"{"\"#, "[1]", "1"] {
            var cut = cut
            #expect(cut.withUTF8 { StoredJSON.object($0, keeping: ["a"]) } == nil)
        }
    }

    private static func value(depth: Int, _ random: inout SeededRandom) -> JSON {
        switch Int.random(in: 0..<(depth < 4 ? 9 : 7), using: &random) {
        case 0: return .null
        case 1: return .bool(.random(using: &random))
        case 2: return .int(.random(in: .min ... .max, using: &random))
        case 3: return .int(.random(in: -9...9, using: &random))
        case 4: return .double(Double(Int.random(in: -9...9, using: &random)))
        case 5: return .double(Double.random(in: -1e300...1e300, using: &random))
        case 6: return .string(StoreContract.hostileTexts.dropLast().randomElement(using: &random) ?? "")
        case 7: return .array((0..<Int.random(in: 0..<4, using: &random)).map { _ in value(depth: depth + 1, &random) })
        default:
            var object = JSONObject()
            for _ in 0..<Int.random(in: 0..<5, using: &random) {
                object[StoreContract.hostileTexts.dropLast().randomElement(using: &random) ?? ""] = value(depth: depth + 1, &random)
            }
            return .object(object)
        }
    }
}
