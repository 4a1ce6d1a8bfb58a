import Foundation
import Voicemail
import XMLCoder

/// A body in XML: a root with one element a parameter (S§2.0).
enum XMLRequest {
    /// Tags of one body. Elements cannot be nested deeper than there are tags, so this bounds the decoder's recursion too.
    private static let maximumTags = 256

    /// - Parameter bytes: from the first `<` on.
    static func parameters(in bytes: some Collection<UInt8>) throws(SSeriesFailure) -> JSONObject {
        let data = Data(bytes)
        guard data.count(where: { $0 == UInt8(ascii: "<") }) <= maximumTags, isText(data), isPlain(data) else {
            throw .malformedBody
        }
        do {
            let decoder = XMLDecoder()
            // The parser hands text over in pieces, and trimming would take the blanks between them; those between elements go.
            decoder.trimValueWhitespaces = false
            decoder.removeWhitespaceElements = true
            return try decoder.decode(Root.self, from: data).values
        } catch {
            throw .malformedBody
        }
    }

    /// UTF-8 without a NUL, which no document has (XML 1.0 §2.2) and every one in UTF-16: the parser would find that out by itself.
    private static func isText(_ data: Data) -> Bool { !data.contains(0) && String(validating: data, as: UTF8.self) != nil }

    /// Whether there is nothing in it that no client sends and that makes trouble below the decoder: a document type, which can define
    /// entities that grow, and processing instructions, of which Foundation's parser crashes on those without data.
    private static func isPlain(_ data: Data) -> Bool {
        var body = data
        if data.starts(with: declaration) {
            guard let end = data.range(of: Data("?>".utf8)) else { return false }
            body = data[end.upperBound...]
        }
        return body.range(of: Data("<?".utf8)) == nil && body.range(of: Data("<!DOCTYPE".utf8)) == nil
    }

    private static let declaration = Data("<?xml version".utf8)

    private struct Root: Decodable {
        var values = JSONObject()

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: XMLKey.self)
            for key in container.allKeys where !XMLKey.text.contains(key.stringValue) {
                let leaves = try container.decode([Leaf].self, forKey: key)
                guard leaves.count == 1, let leaf = leaves.first else { throw SSeriesFailure.malformedBody }
                values[key.stringValue] = .string(leaf.text)
            }
        }
    }

    /// An element with text and nothing else: one that holds others must not pass for an empty one.
    private struct Leaf: Decodable {
        let text: String

        init(from decoder: any Decoder) throws {
            let children = try decoder.container(keyedBy: XMLKey.self).allKeys
            guard children.allSatisfy({ XMLKey.text.contains($0.stringValue) }) else { throw SSeriesFailure.malformedBody }
            text = try decoder.singleValueContainer().decode(String.self)
        }
    }
}

/// The name of an element or attribute.
struct XMLKey: CodingKey {
    /// What the decoder calls the text of an element.
    static let text: Set<String> = ["", "#CDATA"]

    let stringValue: String
    var isAttribute = false
    var intValue: Int? { nil }

    init(_ name: String, isAttribute: Bool = false) {
        stringValue = name
        self.isAttribute = isAttribute
    }

    init(stringValue: String) { self.init(stringValue) }
    init?(intValue: Int) { nil }
}
