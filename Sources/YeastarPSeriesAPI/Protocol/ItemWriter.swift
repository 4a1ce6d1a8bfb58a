import HTTPFront
import NIOConcurrencyHelpers
import NIOCore
import Voicemail

/// Writes the items of a list one after the other. Used by one task.
final class ItemWriter: Sendable {
    private let writer: PieceWriter
    private let isFirst = NIOLockedValueBox(true)

    private init(_ writer: PieceWriter) { self.writer = writer }

    /// Writes an object: some fields, of which there is at least one, then a list.
    static func list(
        _ name: String, behind fields: JSONObject, to writer: PieceWriter, _ items: (ItemWriter) async throws -> Void
    ) async throws {
        var head = JSON.object(fields).encode()
        // Without its closing brace.
        head.moveWriterIndex(to: head.writerIndex - 1)
        head.writeString(",\"\(name)\":[")
        try await writer.write(head)
        try await items(ItemWriter(writer))
        try await writer.write(ByteBuffer(string: "]}"))
    }

    func write(_ item: JSON) async throws {
        try await separate()
        try await writer.write(item.encode())
    }

    /// Writes an item that has a list of its own behind some fields.
    func write(_ fields: JSONObject, list name: String, _ items: (ItemWriter) async throws -> Void) async throws {
        try await separate()
        try await Self.list(name, behind: fields, to: writer, items)
    }

    private func separate() async throws {
        let isFirst = isFirst.withLockedValue { isFirst in
            defer { isFirst = false }
            return isFirst
        }
        if !isFirst { try await writer.write(ByteBuffer(string: ",")) }
    }
}
