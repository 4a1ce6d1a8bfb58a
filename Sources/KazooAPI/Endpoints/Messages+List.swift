import HTTPFront
import NIOCore
import Voicemail

/// Listings of messages (K§7.1, K§7.2).
extension KazooDialect {
    /// Rows encoded and sent at a time when everything is asked for in one answer.
    static let streamedPage = 1000

    /// - Parameter box: nil for every mailbox of the account; each row is then an object whose one key is its mailbox.
    func listMessages(of box: String?, _ call: Call) async throws -> Reply {
        let account = try call.requireAccount()
        let paging = try Paging(call)
        let window = try Window(call, account: account, service: service)
        let rows = MessageRows(view: MessageView(cutoff: service.mailboxes.cutoff(for: account)), namesMailbox: box == nil)
        let filters = Filters(call.request.query)
        let modified = try DocumentFilter.range("modified", call)
        let query = MessageQuery(
            scope: box.map { .mailbox($0) } ?? .account(account.id), from: window.from, to: window.to, start: try paging.messageStart(),
            ascending: paging.ascending, folder: Self.indexedFolder(filters))
        let show: @Sendable (MessageQuery) async throws -> MessagePage<ListedMessage> = { query in
            try await service.messages.show(query, limit: paging.size ?? Self.streamedPage) { message in
                message.accountID == account.id && modified?.contains(message.modified.unix) != false
                    && (filters.isEmpty || filters.pass(rows.view.object(message)))
            }
        }
        let page = try await show(query)
        guard paging.size == nil, page.next != nil else {
            var reply = Reply(.encoded(rows.array(page.messages)))
            if paging.size != nil {
                reply.page = Reply.Page(
                    size: page.messages.count, start: page.messages.first.map { Paging.key($0.position) } ?? paging.start,
                    next: page.next.map { Paging.key($0) })
            }
            return reply
        }
        return Reply(
            .rows { sink in
                try await stream(page, rows, to: sink) { start in
                    var rest = query
                    rest.start = start
                    return try await show(rest)
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

    /// A folder that an index can serve. What is shown as deleted also holds what retention has ended, so that one is not.
    private static func indexedFolder(_ filters: Filters) -> Folder? {
        switch filters.equality("folder") {
        case "new": .new
        case "saved": .saved
        default: nil
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
        for index in messages.indices {
            if index > 0 || continues { writer.raw(",") }
            if namesMailbox {
                writer.raw("{")
                writer.key(messages[index].mailboxID, first: true)
            }
            view.write(messages[index], to: &writer)
            if namesMailbox { writer.raw("}") }
        }
    }
}
