import Foundation
import NIOCore
import Testing
import Voicemail

@testable import YeastarSSeriesAPI

@Suite("Requests in XML")
struct XMLRequestTests {
    private func parameters(_ text: String) throws -> JSONObject { try XMLRequest.parameters(in: Array(text.utf8)) }

    @Test("The examples of the contract")
    func examples() throws {
        let login = """
            <?xml version="1.0" encoding="UTF-8" ?><xml><username>api</username><password>e10adc3949ba59abbe56e057f20f883e</password>\
            <port>8260</port><version>0.0.1</version><url>172.16.6.150:8260</url><urltag>1</urltag></xml>
            """
        #expect(
            try parameters(login) == [
                "username": "api", "password": "e10adc3949ba59abbe56e057f20f883e", "port": "8260", "version": "0.0.1", "url": "172.16.6.150:8260",
                "urltag": "1",
            ])
        #expect(try parameters("<?xml version=\"1.0\" encoding=\"utf-8\"?><xml><extid>101</extid></xml>") == ["extid": "101"])
    }

    @Test("Blanks between elements, empty elements, entities and character data are read as they are meant")
    func forms() throws {
        #expect(try parameters("<xml>\n  <extid>101</extid>\n</xml>\n") == ["extid": "101"])
        #expect(try parameters("<xml><extid></extid><a/></xml>") == ["extid": "", "a": ""])
        #expect(try parameters("<xml><a>&lt;b&gt; &amp; &#x41;</a></xml>") == ["a": "<b> & A"])
        #expect(try parameters("<xml><a><![CDATA[x < y]]></a></xml>") == ["a": "x < y"])
        #expect(try parameters("<xml></xml>") == [:])
        #expect(try parameters("<xml/>") == [:])
    }

    @Test(
        "What is not a flat document is refused",
        arguments: [
            "<", "<xml>", "<xml></yml>", "<xml><a></xml>", "<xml><a><b>1</b></a></xml>", "<xml><a>1</a><a>2</a></xml>", "<xml>&unknown;</xml>",
            "<?xml version=\"1.0\"?>", "<?xml version=\"1.0\"", "<?xml?><xml/>", "<?xml ?><xml/>", "<?a?><xml/>", "<xml><?a?></xml>", "<xml><?a b?></xml>",
            "<?xml version=\"1.0\"?><?a?><xml/>", "<?xml version?><xml/>", "<xml><a>\u{1}</a></xml>",
            "<!DOCTYPE xml [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;\">]><xml><extid>&b;</extid></xml>",
            "<!DOCTYPE xml SYSTEM \"file:///etc/passwd\"><xml><extid>1</extid></xml>",
        ])
    func refused(text: String) {
        #expect(throws: SSeriesFailure.malformedBody) { try parameters(text) }
    }

    @Test("Tags at the limit and one past")
    func limit() throws {
        let most = (0..<127).map { "<p\($0)>1</p\($0)>" }.joined()
        #expect(try parameters("<xml>\(most)</xml>").count == 127)
        #expect(throws: SSeriesFailure.malformedBody) { try parameters("<xml>\(most)<a/></xml>") }
        #expect(throws: SSeriesFailure.malformedBody) { try parameters(String(repeating: "<a>", count: 100_000)) }
    }

    @Test("No bytes crash it")
    func random() {
        var generator = Seeded(seed: 4)
        let pieces = [
            "<xml>", "</xml>", "<a>", "</a>", "<a", ">", "/>", "&", "&amp;", "<!--", "-->", "<![CDATA[", "]]>", "<?xml", " version=\"1.0\"", "<?a", "?>",
            "<!DOCTYPE", "=\"", "\u{0}", "é", "\n",
        ]
        for _ in 0..<3000 {
            var text = ""
            for _ in 0..<Int.random(in: 0..<14, using: &generator) { text += pieces.randomElement(using: &generator) ?? "" }
            do { _ = try parameters(text) } catch { #expect(error as? SSeriesFailure == .malformedBody) }
        }
    }

    @Test("Bytes that are no UTF-8 are refused")
    func encoding() {
        let bytes = Array("<xml><a>".utf8) + [0xff, 0xfe] + Array("</a></xml>".utf8)
        #expect(throws: SSeriesFailure.malformedBody) { try XMLRequest.parameters(in: bytes) }
    }

    @Test(
        "A body in UTF-16 is no body of this interface, with a byte order mark or without",
        arguments: [String.Encoding.utf16, .utf16LittleEndian, .utf16BigEndian])
    func utf16(encoding: String.Encoding) throws {
        let text = #"<?xml version="1.0" encoding="UTF-16"?><xml><username>api</username></xml>"#
        let body = ByteBuffer(bytes: try #require(text.data(using: encoding)))
        #expect(throws: SSeriesFailure.malformedBody) { try RequestParameters(body: body, format: .xml) }
    }
}

/// Numbers that look random and are the same every time.
struct Seeded: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
