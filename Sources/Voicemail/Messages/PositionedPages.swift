/// The same page of several mailboxes: some mailboxes are read in one go, and fewer where they hold much.
struct PositionedPages: Sendable {
    /// Mailboxes and messages that are held at once; of messages one page more.
    private static let mailboxes = 50, messages = 500

    let offset: Int
    let limit: Int

    func reading(_ ids: ArraySlice<String>) -> ListPart<PositionedMailbox>.Reading {
        { look in
            let group = Array(ids.prefix(Self.mailboxes))
            let boxes = try look.reader.find(Mailbox.self, ids: group, in: look.account.id).filter(\.holdsMessages)
            let pages = try pages(of: boxes, look.reader)
            let rest: ArraySlice<String>
            if pages.count < boxes.count { rest = ids.drop { $0 != boxes[pages.count].id } } else { rest = ids.dropFirst(group.count) }
            return ListPart(items: pages, next: rest.isEmpty ? nil : reading(rest))
        }
    }

    /// The pages of mailboxes of one account, one at least and as many as are held at once.
    func pages(of boxes: [Mailbox], _ reader: any StoreReader) throws -> [PositionedMailbox] {
        var pages: [(mailbox: Mailbox, page: PositionedPage)] = []
        var held = 0
        for (mailbox, tally) in zip(boxes, try reader.visibleTallies(boxes.map(\.id))) where held < Self.messages {
            let total = tally.total, first = min(max(0, offset), total), count = min(max(0, limit), total - first)
            let items = count > 0 ? try reader.visibleMessages(of: mailbox.id).page(from: first, limit: count) : []
            held += items.count
            pages.append((mailbox, PositionedPage(items: items, total: total)))
        }
        let facts = try reader.audioFacts(of: pages.flatMap { $0.page.items.map(\.message) })
        let members = try reader.members(of: pages.map(\.mailbox).filter { $0.group != nil })
        return pages.map { mailbox, page in
            PositionedMailbox(mailbox: mailbox, page: page, facts: facts, members: mailbox.group?.members.compactMap { members[$0] })
        }
    }
}
