import HTTPTypes
import NIOHTTP1
import Testing

@testable import HTTPFront

@Suite("A request's header fields")
struct RequestHeadersTests {
    @Test("A field is found by its name in any case, and several of one name are one list")
    func values() throws {
        let headers = RequestHeaders(
            HTTPHeaders([
                ("X-Auth-Token", "one"), ("ACCEPT", "a"), ("accept", ""), ("Accept", "b;q=0"), ("cookie", "x=1"), ("Cookie", "y=2"), ("x-auth-tokem", "no"),
                ("@ccept", "no"), ("X", "short"),
            ]))
        #expect(headers[try #require(.init("x-auth-token"))] == "one")
        #expect(headers[.accept] == "a, , b;q=0")
        #expect(headers[values: .accept] == ["a", "", "b;q=0"])
        #expect(headers[.cookie] == "x=1; y=2")
        #expect(headers[.authorization] == nil)
        #expect(headers[values: .authorization] == [])
        #expect(headers[try #require(.init("x"))] == "short")
    }

    @Test("They answer as the fields of the HTTP library do")
    func agree() throws {
        var random = Seeded(7)
        let names = ["Accept", "ACCEPT", "aCCept", "Cookie", "Range", "X-A", "x-a", "X_A"]
        for _ in 0..<500 {
            var plain = HTTPHeaders(), library = HTTPFields()
            for _ in 0..<Int.random(in: 0...6, using: &random) {
                let name = names.randomElement(using: &random) ?? "", value = ["", "a", "a, b", "ü"].randomElement(using: &random) ?? ""
                plain.add(name: name, value: value)
                library.append(HTTPField(name: try #require(.init(name)), value: value))
            }
            let headers = RequestHeaders(plain)
            for name in try names.map({ try #require(HTTPField.Name($0)) }) {
                #expect(headers[name] == library[name])
                #expect(headers[values: name] == library[values: name])
            }
        }
    }

    @Test("Fresh names of requests are 32 hex digits and never come again; a client's is taken where it is sane")
    func names() {
        let fresh = (0..<20_000).map { _ in RequestID.choose(nil) }
        #expect(Set(fresh).count == fresh.count)
        #expect(fresh.allSatisfy { $0.count == 32 && $0.allSatisfy { $0.isHexDigit && !$0.isUppercase } })
        #expect(Set(fresh.map { $0.suffix(4) }).count > 10_000)
        #expect(RequestID.choose("client-1") == "client-1")
        for refused in ["", "a b", "a\n", "ü", String(repeating: "x", count: 129)] { #expect(RequestID.choose(refused) != refused) }
        #expect(RequestID.choose(String(repeating: "x", count: 128)).count == 128)
    }
}
