import HTTPFront
import NIOCore
import Voicemail

/// What a client asks, from a body in JSON or XML or from a link's query. Numbers may come as numbers or as text (S§2.0).
struct RequestParameters: Sendable {
    private let values: JSONObject
    /// The failure for what is missing: another one when there was no body at all (S§2.6).
    private let missing: SSeriesFailure

    /// The parameters of a link.
    init(query: Query) {
        values = JSONObject(query.items.map { ($0.name, .string($0.value)) }, uniquingKeysWith: { first, _ in first })
        missing = .parameterBlank
    }

    private init(_ values: JSONObject, _ missing: SSeriesFailure) {
        self.values = values
        self.missing = missing
    }

    /// Reads a body by what it begins with, whatever its header says.
    /// - Parameter format: what the request announces.
    init(body: ByteBuffer, format: AnswerFormat) throws {
        // A byte order mark may stand before either format (XML 1.0 §4.3.3, RFC 8259 §8.1).
        let bytes =
            body.readableBytesView.starts(with: Self.byteOrderMark)
            ? body.readableBytesView.dropFirst(Self.byteOrderMark.count) : body.readableBytesView
        guard let first = bytes.first(where: { !Self.isBlank($0) }) else {
            values = [:]
            missing = .dataBlank
            return
        }
        missing = .parameterBlank
        if first == UInt8(ascii: "<") {
            guard format == .xml else { throw SSeriesFailure.xmlNotSupported }
            values = try XMLRequest.parameters(in: bytes)
        } else {
            guard let object = try? JSON.parse(bytes, maximumDepth: Self.maximumDepth).object else { throw SSeriesFailure.malformedBody }
            values = object
        }
    }

    private static let maximumDepth = 8
    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// The parameters of a link that was posted: those of its body, and what else stands in its query.
    func completed(by link: RequestParameters) -> RequestParameters {
        RequestParameters(values.merging(link.values) { posted, _ in posted }, link.missing)
    }

    /// The first of several names that has a value, without the blanks around it; nil when none has.
    func optional(_ names: String...) throws -> String? { try value(names) }

    /// The same where something must be given.
    func required(_ names: String...) throws -> String {
        guard let value = try value(names) else { throw missing }
        return value
    }

    private func value(_ names: [String]) throws -> String? {
        for name in names {
            guard let value = values[name], !value.isNull else { continue }
            // A list where a text belongs must not pass for nothing: no extension means all of them.
            guard let text = value.text else { throw SSeriesFailure.malformedBody }
            let trimmed = text.trimmed()
            if !trimmed.isEmpty { return trimmed }
        }
        return nil
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") || byte == UInt8(ascii: "\t")
    }
}
