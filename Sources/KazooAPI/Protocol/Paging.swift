import HTTPFront
import Foundation
import NIOCore
import Voicemail

/// The paging parameters of a listing (K§2.10).
struct Paging: Sendable {
    /// Rows wanted; nil for all in one answer.
    let size: Int?
    let start: String?
    let ascending: Bool

    /// The most rows one page holds, whatever is asked for.
    static let maximumSize = 10_000
    /// Rows of a page that is cheap enough to be read before its request has paid for it (K§2.12).
    private static let shortSize = 100

    var isShort: Bool { size.map { $0 <= Self.shortSize } ?? false }

    init(_ call: KazooCall) throws(KazooFailure) {
        ascending = call.flag("ascending") ?? false
        start = call.text("start_key")
        if call.flag("paginate") == false {
            size = nil
            return
        }
        guard let wanted = call.value("page_size") else {
            size = 50
            return
        }
        guard let number = wanted.text.flatMap(Int.init) else { throw .faultyRequest("invalid page size") }
        guard number >= 1 else { throw .faultyRequest("page size must be at least 1") }
        size = min(number, Self.maximumSize)
    }

    /// - Throws: for a start key that this server never gave.
    func messageStart() throws(KazooFailure) -> MessagePosition? {
        guard let start else { return nil }
        let parts = start.split(separator: "-", maxSplits: 1)
        guard parts.count == 2, let seconds = Int(parts[0]), let serial = Int(parts[1]), let timestamp = Timestamp(gregorian: seconds)
        else { throw .faultyRequest("faulty request") }
        return MessagePosition(timestamp: timestamp, serial: serial)
    }

    static func key(_ position: MessagePosition) -> String { "\(position.timestamp.gregorian)-\(position.serial)" }

    /// - Throws: for a start key that this server never gave.
    func documentStart() throws(KazooFailure) -> ListingPlace? {
        guard let start else { return nil }
        let padded = start.map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 }
        let text = String(padded) + String(repeating: "=", count: (4 - padded.count % 4) % 4)
        guard let both = String(base64: text), both.utf8.count >= 32,
            HexID.isValid(String(both.suffix(32)))
        else { throw .faultyRequest("faulty request") }
        return (String(both.dropLast(32)), String(both.suffix(32)))
    }

    static func key(_ place: ListingPlace) -> String {
        Data((place.name + place.id).utf8).base64URL
    }
}

extension Paging {
    /// A page of documents with its bookkeeping, or all of them without.
    func reply(_ page: ListingPage<ByteBuffer>) -> Reply {
        var rows = ByteBuffer(string: "[")
        for (index, row) in page.items.enumerated() {
            if index > 0 { rows.writeStaticString(",") }
            rows.writeImmutableBuffer(row)
        }
        rows.writeStaticString("]")
        var reply = Reply(.encoded(rows))
        if size != nil {
            reply.page = Reply.Page(size: page.items.count, start: page.first.map(Self.key) ?? start, next: page.next.map(Self.key))
        }
        return reply
    }
}

extension Data {
    /// Base64 that is safe in URLs, without padding (RFC 4648 §5).
    var base64URL: String {
        String(base64EncodedString().compactMap { $0 == "+" ? "-" : $0 == "/" ? "_" : $0 == "=" ? nil : $0 })
    }
}
