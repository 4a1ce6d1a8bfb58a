import Foundation
import NIOCore
import Voicemail
import XMLCoder

/// Answers in XML: objects are nested elements, the elements of a list are `item`s numbered from 0 (S§2.0).
enum XMLAnswer {
    private static let header = XMLHeader(version: 1.0, encoding: "utf-8")
    private static let root = "xml"
    private static let item = "item"

    static func document(_ fields: JSONObject) throws -> ByteBuffer {
        ByteBuffer(bytes: try encode(Element(fields), as: root, header))
    }

    static func element(_ fields: JSONObject, index: Int) throws -> ByteBuffer {
        ByteBuffer(bytes: try encode(Element(fields, id: index), as: item, nil))
    }

    static func frame(_ fields: JSONObject, list: String) throws -> AnswerFormat.Frame {
        try split(try encode(Element(fields.with(list, .string(mark))), as: root, header))
    }

    static func elementFrame(_ fields: JSONObject, list: String, index: Int) throws -> AnswerFormat.Frame {
        try split(try encode(Element(fields.with(list, .string(mark)), id: index), as: item, nil))
    }

    /// Stands for the elements of a list while what is around them is encoded.
    private static let mark = "\u{F8FF}elements\u{F8FF}"

    private static func split(_ text: Data) throws -> AnswerFormat.Frame {
        // The list is the last field, so its mark is the last one, whatever the other fields hold.
        guard let place = text.range(of: Data(mark.utf8), options: .backwards) else { throw SSeriesFailure.notHandled }
        return AnswerFormat.Frame(head: ByteBuffer(bytes: text[..<place.lowerBound]), tail: ByteBuffer(bytes: text[place.upperBound...]))
    }

    private static func encode(_ element: Element, as name: String, _ header: XMLHeader?) throws -> Data {
        let encoder = XMLEncoder()
        // `<agentid></agentid>`: simple clients look for the closing tag.
        encoder.outputFormatting = .noEmptyElements
        return try encoder.encode(element, withRootKey: name, header: header)
    }

    private struct Element: Encodable, DynamicNodeEncoding {
        let fields: JSONObject
        let id: Int?

        init(_ fields: JSONObject, id: Int? = nil) {
            self.fields = fields
            self.id = id
        }

        static func nodeEncoding(for key: any CodingKey) -> XMLEncoder.NodeEncoding {
            (key as? XMLKey)?.isAttribute == true ? .attribute : .element
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: XMLKey.self)
            if let id { try container.encode(String(id), forKey: XMLKey("id", isAttribute: true)) }
            for (name, value) in fields {
                let key = XMLKey(name)
                switch value {
                case .object(let members): try container.encode(Element(members), forKey: key)
                case .array(let items): try container.encode(List(items: items), forKey: key)
                default: try container.encode(XMLText.valid(value.text ?? ""), forKey: key)
                }
            }
        }
    }

    private struct List: Encodable {
        let items: [JSON]

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: XMLKey.self)
            let elements = items.enumerated().map { Element($1.object ?? [:], id: $0) }
            try container.encode(elements, forKey: XMLKey(item))
        }
    }
}

enum XMLText {
    /// `text` with what XML has no way to write (control characters; XML 1.0 §2.2) as U+FFFD.
    static func valid(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { !isCharacter($0) }) else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.map { isCharacter($0) ? $0 : "\u{FFFD}" }))
    }

    private static func isCharacter(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x9, 0xA, 0xD, 0x20...0xD7FF, 0xE000...0xFFFD, 0x10000...0x10FFFF: true
        default: false
        }
    }
}

extension OrderedDictionary where Key == String, Value == JSON {
    fileprivate func with(_ key: String, _ value: JSON) -> JSONObject {
        var object = self
        object[key] = value
        return object
    }
}
