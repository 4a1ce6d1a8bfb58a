import NIOCore
import Testing
import Voicemail

@testable import YeastarSSeriesAPI

@Suite("Answers in XML and JSON")
struct AnswerFormatTests {
    private let format = AnswerFormat.xml
    private let header = "<?xml version=\"1.0\" encoding=\"utf-8\"?>"

    private func text(_ buffers: ByteBuffer...) -> String { buffers.map { String(buffer: $0) }.joined().filter { $0 != "\n" } }

    @Test("The example of the contract")
    func example() throws {
        let answer: JSONObject = ["status": "Success", "extlist": [["extnumber": "100", "agentid": ""], ["extnumber": "101", "agentid": ""]]]
        #expect(
            text(try format.document(answer)) == header + """
                <xml><status>Success</status><extlist><item id="0"><extnumber>100</extnumber><agentid></agentid></item>\
                <item id="1"><extnumber>101</extnumber><agentid></agentid></item></extlist></xml>
                """)
    }

    @Test("Objects are nested elements, an empty list an empty element")
    func nested() throws {
        #expect(
            text(try format.document(["status": "Success", "deviceinfo": ["sn": "12", "uptime": "00:00:01"]]))
                == header + "<xml><status>Success</status><deviceinfo><sn>12</sn><uptime>00:00:01</uptime></deviceinfo></xml>")
        #expect(text(try format.document(["status": "Success", "extlist": []])) == header + "<xml><status>Success</status><extlist></extlist></xml>")
    }

    @Test("Markup and quotes in a value stay text; what XML cannot write is replaced")
    func escaped() throws {
        #expect(text(try format.document(["a": "<b> & \"c\" ]]> 'd'"])).contains("<a>&lt;b&gt; &amp; &quot;c&quot; ]]&gt; &apos;d&apos;</a>"))
        #expect(text(try format.document(["a": "x\u{0}y\u{1B}\u{FFFE}z😀"])).contains("<a>x\u{FFFD}y\u{FFFD}\u{FFFD}z😀</a>"))
    }

    @Test("Written in pieces, an answer is the same as at once", arguments: [AnswerFormat.json, .xml])
    func pieces(format: AnswerFormat) throws {
        // The second extension's name is what marks the place of elements while a frame is made.
        let numbers = ["102", "\u{F8FF}elements\u{F8FF}"]
        let whole = try format.frame(["status": "Success"], list: "voicemails")
        var out = whole.head
        for (index, number) in numbers.enumerated() {
            let frame = try format.elementFrame(["extid": .string(number)], list: "voicemail", index: index)
            out.writeImmutableBuffer(frame.head)
            for position in 0...1 {
                out.writeImmutableBuffer(try format.element(["voicemailfile": .string("msg000\(position).wav")], index: position))
            }
            out.writeImmutableBuffer(frame.tail)
        }
        out.writeImmutableBuffer(whole.tail)
        let files: JSON = [["voicemailfile": "msg0000.wav"], ["voicemailfile": "msg0001.wav"]]
        let atOnce = try format.document([
            "status": "Success", "voicemails": .array(numbers.map { ["extid": .string($0), "voicemail": files] }),
        ])
        #expect(text(out) == text(atOnce))
    }
}
