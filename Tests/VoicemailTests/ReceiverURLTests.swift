import Testing
import Voicemail

@Suite struct ReceiverURLTests {
    @Test(arguments: [
        ("http://a.example/", "a.example", 80), ("https://A.Example", "a.example", 443), ("http://192.0.2.1:8080/x?y=z#f", "192.0.2.1", 8080),
        ("http://[2001:DB8::1]:81/", "2001:db8::1", 81), ("HTTP://u:p@b.example/\u{E9}", "b.example", 80),
        ("http://\u{E9}.example/", "xn--9ca.example", 80),
    ])
    func hasAHostAndAPort(_ text: String, _ host: String, _ port: Int) throws {
        let url = try #require(ReceiverURL(text))
        #expect(url.text == text)
        #expect(url.host == host)
        #expect(url.port == port)
    }

    @Test(arguments: [
        "", "a.example", "/x", "//a.example/", "ftp://a.example/", "http://", "http:///x", "http://a.example:0/", "http://a.example:65536/",
        "http://a.example/\r\nX: y", "http://a.example/\n", "http://a.example/ x", " http://a.example/", "http://a.example/\u{0}", "http://a.example/\t",
        "http://a.example/\u{7F}", "http://a b.example/", "http://%61.example/", "http://a.example/" + String(repeating: "x", count: 2048),
    ])
    func nothingElseIsOne(_ text: String) {
        #expect(ReceiverURL(text) == nil)
    }
}
