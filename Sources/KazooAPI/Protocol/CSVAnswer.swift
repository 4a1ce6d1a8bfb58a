import HTTPFront
import HTTPTypes
import NIOConcurrencyHelpers
import NIOCore
import Voicemail

/// A reply as CSV (K§2.9): a header row with every key there is, then a row an item; no envelope.
enum CSVAnswer {
    static func make(of reply: Reply, for request: FrontRequest) throws -> FrontResponse {
        let name = request.headers[.xFileName] ?? request.query["file_name"] ?? "result.csv"
        let headers: HTTPFields = [.contentType: "text/csv", .contentDisposition: ContentDisposition.attachment(FileLabel.lastComponent(name))]
        let body: FrontResponse.Body =
            switch reply.payload {
            case .json(let value): .bytes(table(value))
            // Our own text: it parses.
            case .encoded(let text): .bytes(table(try JSON.parse(text.readableBytesView)))
            case .rows(let write): .stream(length: nil) { sink in try await stream(write, to: sink) }
            case .none, .raw: .bytes(ByteBuffer())
            }
        return FrontResponse(status: reply.status, headers: headers, body: body)
    }

    /// A list too long to hold is gone through twice: for its columns, then for its rows.
    private static func stream(_ write: @Sendable (ChunkWriter) async throws -> Void, to sink: ChunkWriter) async throws {
        let columns = NIOLockedValueBox(OrderedSet<String>())
        try await write(
            ChunkWriter { elements in
                let rows = try rows(ofElements: elements)
                columns.withLockedValue { known in for row in rows { known.append(contentsOf: row.keys) } }
            })
        let known = columns.withLockedValue { $0 }
        guard !known.isEmpty else { return }
        var header = CSVWriter()
        header.write(known)
        try await sink.write(header.buffer)
        try await write(
            ChunkWriter { elements in
                var writer = CSVWriter()
                for row in try rows(ofElements: elements) { writer.write(known.map { row[$0] ?? "" }) }
                try await sink.write(writer.buffer)
            })
    }

    /// Elements of an array as `Reply.rows` writes them, perhaps with a comma before the first.
    private static func rows(ofElements elements: ByteBuffer) throws -> [OrderedDictionary<String, String>] {
        var array = ByteBuffer(string: "[")
        var rest = elements
        if rest.getInteger(at: rest.readerIndex) == UInt8(ascii: ",") { rest.moveReaderIndex(forwardBy: 1) }
        array.writeBuffer(&rest)
        array.writeString("]")
        return try JSON.parse(array.readableBytesView).array?.map(flat) ?? []
    }

    static func table(_ value: JSON) -> ByteBuffer {
        let rows = (value.array ?? [value]).map(flat)
        var columns = OrderedSet<String>()
        for row in rows { columns.append(contentsOf: row.keys) }
        guard !columns.isEmpty else { return ByteBuffer() }
        var writer = CSVWriter()
        writer.write(columns)
        for row in rows { writer.write(columns.map { row[$0] ?? "" }) }
        return writer.buffer
    }

    /// Nested keys joined with dots.
    private static func flat(_ value: JSON) -> OrderedDictionary<String, String> {
        var row = OrderedDictionary<String, String>()
        func add(_ value: JSON, _ path: String) {
            switch value {
            case .object(let members): for (key, member) in members { add(member, path.isEmpty ? key : path + "." + key) }
            case .array(let items): row[path] = items.isEmpty ? "" : value.encoded
            default: row[path] = value.text ?? ""
            }
        }
        add(value, "")
        return row
    }
}
