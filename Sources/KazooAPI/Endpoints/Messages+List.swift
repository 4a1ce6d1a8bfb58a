import HTTPFront
import NIOCore
import Voicemail

/// Listings of messages (K§7.1, K§7.2).
extension KazooDialect {
    /// Rows encoded and sent at a time when everything is asked for in one answer.
    static let streamedPage = 1000

    /// - Parameter box: nil for every mailbox of the account.
    func listMessages(of box: String?, _ call: KazooCall) async throws -> Reply {
        let list = try MessageList(of: box, call, in: try call.requireAccount(), service)
        let page: MessagePage<ListedMessage> =
            if case .page(let early)? = call.early, call.envelope.isEmpty { early } else { try await service.messages.show(list.shown) }
        guard list.paging.size == nil, page.next != nil else {
            var reply = Reply(.encoded(list.rows.array(page.messages)))
            if list.paging.size != nil {
                reply.page = Reply.Page(
                    size: page.messages.count, start: page.messages.first.map { Paging.key($0.position) } ?? list.paging.start,
                    next: page.next.map { Paging.key($0) })
            }
            return reply
        }
        return Reply(
            .rows { sink in
                try await stream(page, list.rows, to: sink) { start in
                    var rest = list.shown
                    rest.query.start = start
                    return try await service.messages.show(rest)
                }
            })
    }

    /// Everything, a page at a time, so that memory does not grow with the mailbox.
    private func stream(
        _ first: MessagePage<ListedMessage>, _ rows: MessageRows, to sink: ChunkWriter,
        then pageFrom: (MessagePosition) async throws -> MessagePage<ListedMessage>
    ) async throws {
        var page = first
        var isFirst = true
        while true {
            try await sink.write(rows.elements(page.messages, continues: !isFirst))
            isFirst = false
            guard let next = page.next else { return }
            page = try await pageFrom(next)
        }
    }
}

/// Messages as elements of a JSON array.
struct MessageRows: Sendable {
    let view: MessageView
    let namesMailbox: Bool

    func array(_ messages: [ListedMessage]) -> ByteBuffer {
        var writer = JSONWriter(capacity: 64 + messages.count * 360)
        writer.raw("[")
        write(messages, continues: false, &writer)
        writer.raw("]")
        return writer.finish()
    }

    /// - Parameter continues: whether elements went before.
    func elements(_ messages: [ListedMessage], continues: Bool) -> ByteBuffer {
        var writer = JSONWriter(capacity: 64 + messages.count * 360)
        write(messages, continues: continues, &writer)
        return writer.finish()
    }

    private func write(_ messages: [ListedMessage], continues: Bool, _ writer: inout JSONWriter) {
        // By span: iterating the array would copy each message, which is a dozen counted references.
        let messages = messages.span
        var months = MonthPrefixes()
        for index in messages.indices {
            if index > 0 || continues { writer.raw(",") }
            if namesMailbox {
                writer.raw("{")
                writer.key(messages[index].mailboxID, first: true)
            }
            view.write(messages[index], &months, to: &writer)
            if namesMailbox { writer.raw("}") }
        }
    }
}
