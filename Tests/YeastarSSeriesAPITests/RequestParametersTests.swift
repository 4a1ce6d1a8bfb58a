import HTTPFront
import NIOCore
import Testing
import Voicemail

@testable import YeastarSSeriesAPI

@Suite("Parameters of a request")
struct RequestParametersTests {
    private func parameters(_ text: String, _ format: AnswerFormat = .json) throws -> RequestParameters {
        try RequestParameters(body: ByteBuffer(string: text), format: format)
    }

    @Test("Numbers and texts are the same; blanks around them go; null and blank are nothing")
    func values() throws {
        let read = try parameters(#"{"a": 102, "b": " 102 ", "c": null, "d": "  ", "e": true}"#)
        #expect(try read.optional("a") == "102")
        #expect(try read.optional("b") == "102")
        #expect(try read.optional("c") == nil)
        #expect(try read.optional("d") == nil)
        #expect(try read.optional("e") == "true")
        #expect(try read.optional("c", "d", "b") == "102")
    }

    @Test(
        "What is missing is another failure without a body than with an empty object (S§2.6)",
        arguments: [
            ("", SSeriesFailure.dataBlank), (" \r\n\t", .dataBlank), ("\u{FEFF}", .dataBlank), ("\u{FEFF} ", .dataBlank), ("{}", .parameterBlank),
            (#"{"extid": ""}"#, .parameterBlank),
            (#"{"extid": null}"#, .parameterBlank), (#"{"other": "1"}"#, .parameterBlank),
        ])
    func missing(body: String, failure: SSeriesFailure) throws {
        let read = try parameters(body)
        #expect(throws: failure) { try read.required("extid") }
        #expect(try read.optional("extid") == nil)
    }

    @Test(
        "A body that is no object is refused",
        arguments: [
            "[]", "\"x\"", "1", "null", "{", "{]", "{\"a\":}", "extid=102", "{\"a\":1}x", "{}\u{FEFF}",
            "{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{}}}}}}}}}",
        ])
    func malformed(body: String) {
        #expect(throws: SSeriesFailure.malformedBody) { try parameters(body) }
    }

    @Test("A list or an object where a text belongs is not taken for nothing", arguments: [#"{"extid": ["1000"]}"#, #"{"extid": {}}"#, #"{"extid": []}"#])
    func wrongType(body: String) throws {
        let read = try parameters(body)
        #expect(throws: SSeriesFailure.malformedBody) { try read.optional("extid") }
        #expect(throws: SSeriesFailure.malformedBody) { try read.required("extid") }
    }

    @Test("The body is read by what it begins with; XML must be announced by the type (S§2.6)")
    func announced() throws {
        let xml = "\n <xml><extid>1</extid></xml>"
        #expect(try parameters(xml, .xml).optional("extid") == "1")
        #expect(throws: SSeriesFailure.xmlNotSupported) { try parameters(xml, .json) }
        #expect(try parameters(#"{"extid": 1}"#, .xml).optional("extid") == "1")
        #expect(throws: SSeriesFailure.dataBlank) { try parameters("", .xml).required("extid") }
    }

    @Test("A byte order mark may stand before either format (S§2.1)", arguments: [#"{"extid": 1}"#, " <xml><extid>1</extid></xml>"])
    func byteOrderMark(body: String) throws {
        #expect(try parameters("\u{FEFF}" + body, .xml).optional("extid") == "1")
        #expect(try parameters("\u{FEFF}<?xml version=\"1.0\"?><xml><extid>1</extid></xml>", .xml).optional("extid") == "1")
    }

    @Test("Lists between commas (S§2.0)")
    func lists() {
        #expect("msg0000.wav, msg0001.wav".listed() == ["msg0000.wav", "msg0001.wav"])
        #expect(" 1000 ,,\t1001, ".listed() == ["1000", "1001"])
        #expect(" , ".listed() == [])
    }
}
