import NIOCore
import Voicemail

/// How an answer is written: JSON, or XML where `type=xml` asks for it (S§2.0). Every scalar is a string in both.
enum AnswerFormat: Sendable {
    case json, xml

    /// - Parameter type: the request's `type`.
    init(type: String?) { self = type?.trimmed().lowercased() == "xml" ? .xml : .json }

    var contentType: String {
        switch self {
        case .json: "application/json"
        case .xml: "application/xml"
        }
    }

    /// A whole answer.
    func document(_ fields: JSONObject) throws -> ByteBuffer {
        switch self {
        case .json: JSON.object(fields).encode()
        case .xml: try XMLAnswer.document(fields)
        }
    }

    /// What stands before and behind the elements of a list that is too long to hold.
    struct Frame: Sendable {
        let head: ByteBuffer
        let tail: ByteBuffer
    }

    /// A whole answer whose last field is a list.
    func frame(_ fields: JSONObject, list: String) throws -> Frame {
        switch self {
        case .json: Self.frame(fields, list: list, index: 0)
        case .xml: try XMLAnswer.frame(fields, list: list)
        }
    }

    /// An element of a list whose own last field is a list.
    /// - Parameter index: its place, from 0.
    func elementFrame(_ fields: JSONObject, list: String, index: Int) throws -> Frame {
        switch self {
        case .json: Self.frame(fields, list: list, index: index)
        case .xml: try XMLAnswer.elementFrame(fields, list: list, index: index)
        }
    }

    /// An element of a list.
    func element(_ fields: JSONObject, index: Int) throws -> ByteBuffer {
        switch self {
        case .json:
            var writer = JSONWriter(capacity: 256)
            if index > 0 { writer.raw(",") }
            writer.write(fields)
            return writer.finish()
        case .xml: return try XMLAnswer.element(fields, index: index)
        }
    }

    private static func frame(_ fields: JSONObject, list: String, index: Int) -> Frame {
        var head = JSONWriter(capacity: 128)
        if index > 0 { head.raw(",") }
        head.open("{")
        var isFirst = true
        for (key, value) in fields {
            head.key(key, first: isFirst)
            head.write(value)
            isFirst = false
        }
        head.key(list, first: isFirst)
        head.open("[")
        return Frame(head: head.finish(), tail: ByteBuffer(string: "]}"))
    }
}
