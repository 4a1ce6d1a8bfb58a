import HTTPTypes
import NIOHTTP1

/// A request's header fields as they came, to be asked by name.
///
/// `HTTPFields` puts the values of a name together by generic sequences, a dozen times for each request, and mostly for a name that is not there;
/// and the parser's fields would have to be turned into it first.
public struct RequestHeaders: Sendable, ExpressibleByDictionaryLiteral {
    private struct Field: Sendable {
        let name: String
        let value: String
    }

    private var fields: [Field] = []

    public init(_ headers: HTTPHeaders) {
        fields.reserveCapacity(headers.count)
        for (name, value) in headers { fields.append(Field(name: name, value: value)) }
    }

    public init(dictionaryLiteral elements: (HTTPField.Name, String)...) {
        fields = elements.map { Field(name: $0.0.rawName, value: $0.1) }
    }

    /// The value of a field; of several of one name, all of them, as one list (RFC 9110 §5.3).
    public subscript(name: HTTPField.Name) -> String? {
        let wanted = name.canonicalName
        guard let first = fields.firstIndex(where: { Self.isSame($0.name, wanted) }) else { return nil }
        var value = fields[first].value
        for field in fields[(first + 1)...] where Self.isSame(field.name, wanted) {
            // Cookies are no list (RFC 6265 §5.4).
            value += name == .cookie ? "; " : ", "
            value += field.value
        }
        return value
    }

    /// The values of the fields of a name, in their order.
    public subscript(values name: HTTPField.Name) -> [String] {
        let wanted = name.canonicalName
        return fields.filter { Self.isSame($0.name, wanted) }.map(\.value)
    }

    /// Whether a name in any case is one in lower case.
    private static func isSame(_ name: String, _ lowered: String) -> Bool {
        let name = name.utf8, lowered = lowered.utf8
        guard name.count == lowered.count else { return false }
        var rest = lowered.makeIterator()
        for byte in name {
            let wanted = rest.next()
            guard byte == wanted || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) && byte | 0x20 == wanted else { return false }
        }
        return true
    }
}
