import HTTPFront
import Voicemail

/// What a request lists of the messages of a mailbox, or of an account (K§7.1, K§7.2).
struct MessageList: Sendable {
    let paging: Paging
    let rows: MessageRows
    let shown: ShownMessages

    /// How far back a listing goes is asked of the store in steps of so many seconds, so that the store is asked the same for a while. One that
    /// begins there asks for the second.
    private static let step = 900

    /// - Parameter box: nil for every mailbox of the account; each row is then an object whose one key is its mailbox.
    init(of box: String?, _ call: KazooCall, in account: Account, _ service: VoicemailService) throws {
        let paging = try Paging(call)
        let window = try Window(call, account: account, service: service)
        let rows = MessageRows(view: MessageView(cutoff: service.mailboxes.cutoff(for: account)), namesMailbox: box == nil)
        let filters = Filters(call.request.query)
        let modified = try DocumentFilter.range("modified", call)
        let query = MessageQuery(
            scope: box.map { .mailbox($0) } ?? .account(account.id),
            from: paging.ascending ? window.from : Timestamp(unix: window.from.unix.roundedDown(to: Self.step)), to: window.to,
            start: try paging.messageStart(), ascending: paging.ascending, folder: Self.indexedFolder(filters))
        shown = ShownMessages(query: query, since: window.from, limit: paging.size ?? KazooDialect.streamedPage) { message in
            message.accountID == account.id && modified?.contains(message.modified.unix) != false
                && (filters.isEmpty || filters.pass(rows.view.object(message)))
        }
        self.paging = paging
        self.rows = rows
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

extension Int {
    fileprivate func roundedDown(to step: Int) -> Int { self - (self % step + step) % step }
}
