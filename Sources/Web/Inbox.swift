import Foundation
import HTTPFront
import HTTPTypes
import Voicemail

/// What of a mailbox is shown.
private struct View {
    let mailbox: Mailbox
    let shelf: Shelf
    let search: Search
    let page: MessagePage<Message>
    let zone: TimeZone
    let boxes: ListingPage<HeardMailbox>
    let counts: Tally
}

/// The list of a mailbox's messages, and of mailboxes beside it.
extension WebDialect {
    /// Messages of a page.
    static let pageSize = 50
    /// Messages that are looked at for a page where names or numbers are looked for.
    static let looks = 2000
    /// Mailboxes of a page that are not the user's own.
    static let boxesOfPage = 100

    /// The first mailbox's new messages: nobody has to choose before there is something to see.
    func home(_ session: Session, _ visit: Visit) async throws -> FrontResponse {
        let boxes = try await service.mailboxes.heard(by: session.listener, in: session.account, limit: Self.boxesOfPage)
        guard let first = boxes.items.first else { throw WebFailure.noMailbox }
        return try await show(.new, of: try await service.mailboxes.heard(first.id, by: session.listener, in: session.account), boxes, session, visit)
    }

    func folder(_ shelf: Shelf, of mailboxID: String, _ session: Session, _ visit: Visit) async throws -> FrontResponse {
        let mailbox = try await service.mailboxes.heard(mailboxID, by: session.listener, in: session.account)
        let query = visit.request.query
        let start: ListingPlace? = if let name = query["box_name"], let id = query["box_id"] { (name: name, id: id) } else { nil }
        let boxes = try await service.mailboxes.heard(by: session.listener, in: session.account, start: start, limit: Self.boxesOfPage)
        return try await show(shelf, of: mailbox, boxes, session, visit)
    }

    private func show(
        _ shelf: Shelf, of mailbox: Mailbox, _ boxes: ListingPage<HeardMailbox>, _ session: Session, _ visit: Visit
    ) async throws -> FrontResponse {
        let account = session.account, mailboxes = service.mailboxes
        let start = visit.request.query["start"].flatMap { MessagePosition(web: $0) }
        let zone = try await mailboxes.timeZone(of: mailbox, account: account)
        let search = Search(visit.request.query), wanted = MessageSearch(search.text)
        // What retention has ended cannot be changed any more, and the owner's counts leave it out.
        let from = [mailboxes.cutoff(for: account), search.since?.begin(in: zone)].compactMap(\.self).max()
        let query = MessageQuery(scope: .mailbox(mailbox.id), from: from, to: search.until?.end(in: zone), start: start, folder: shelf.folder)
        let listing = MessageListing(query: query, limit: Self.pageSize, looks: wanted == nil ? nil : Self.looks) { message in
            message.accountID == account.id && wanted?.matches(message) != false
        }
        let page = try await service.messages.list(listing)
        let counts: Tally =
            if let listed = boxes.items.first(where: { $0.id == mailbox.id }) { listed.tally } else {
                try await mailboxes.tally(of: mailbox, in: account)
            }
        let view = View(mailbox: mailbox, shelf: shelf, search: search, page: page, zone: zone, boxes: boxes, counts: counts)
        return visit.page(.inbox, values(of: view, start: start, visit))
    }

    private func values(of view: View, start: MessagePosition?, _ visit: Visit) -> [String: Any] {
        let here = "\(visit.root)boxes/\(view.mailbox.id)/\(view.shelf.rawValue)"
        let times = ShownTimes(language: visit.pages?.language ?? "en", zone: view.zone)
        var values: [String: Any] = [
            "title": "t.folder_" + view.shelf.rawValue, "heading": Self.heading(view.mailbox), "current": view.mailbox.id, "folder": view.shelf.rawValue,
            "start": start?.webKey ?? "", "in_new": view.shelf == .new, "in_saved": view.shelf == .saved, "in_trash": view.shelf == .trash,
            "empty": view.search.isEmpty ? "t.empty_" + view.shelf.rawValue : "t.search_none", "new_total": view.counts.new, "saved_total": view.counts.saved,
            "has_messages": !view.page.messages.isEmpty, "messages": view.page.messages.map { MessageView.values(of: $0, times) },
            "may_change": visit.session.map { Mailboxes.tends($0.listener, view.mailbox) } ?? false,
            "boxes": view.boxes.items.map { Self.values(of: $0, isCurrent: $0.id == view.mailbox.id) },
        ]
        values["has_pages"] = start != nil || view.page.next != nil
        if view.search.isEmpty { values["live"] = Self.state(of: view.counts) }
        if view.counts.new > 0 { values["new_count"] = view.counts.new }
        let parameters = view.search.parameters
        if start != nil { values["newest"] = here + (parameters.isEmpty ? "" : "?" + parameters.joined(separator: "&")) }
        if let next = view.page.next {
            values["older"] = "\(here)?" + (parameters + ["start=" + next.webKey]).joined(separator: "&")
            values["older_text"] = view.page.messages.count < Self.pageSize ? "t.search_on" : "t.older"
        }
        if let next = view.boxes.next {
            values["more_boxes"] = "\(here)?box_name=\(PercentEncoding.encode(next.name))&box_id=\(PercentEncoding.encode(next.id))"
        }
        if visit.request.query.contains("box_id") { values["first_boxes"] = here }
        values.merge(view.search.values) { $1 }
        values.merge(told(visit.request.query)) { $1 }
        return values
    }

    static func heading(_ mailbox: Mailbox) -> String { mailbox.name.isEmpty ? mailbox.number : "\(mailbox.name) · \(mailbox.number)" }

    static func values(of box: HeardMailbox, isCurrent: Bool) -> [String: Any] {
        var values: [String: Any] = [
            "box_id": box.id, "box_number": box.number, "box_name": box.name, "is_shared": box.isShared, "is_current": isCurrent,
        ]
        if box.tally.new > 0 { values["box_new"] = box.tally.new }
        return values
    }

    /// What the change before has done, as the address says it; only what is known is said.
    private func told(_ query: Query) -> [String: Any] {
        guard let word = query["told"], Filing.outcomes.contains(word) else { return [:] }
        var values: [String: Any] = ["told": true, "told_text": "t.told_" + word]
        if query.contains("left") { values["told_part"] = true }
        if let undo = query["undo"], let filing = Filing(undo), filing.ids.count == 1 { values["undo"] = undo }
        return values
    }
}

/// Where a page starts, as its address has it.
extension MessagePosition {
    var webKey: String { "\(timestamp.unix)_\(serial)" }

    init?(web key: String) {
        let parts = key.split(separator: "_", omittingEmptySubsequences: false)
        guard parts.count == 2, let unix = Int(parts[0]), Timestamp.plausible.contains(unix), let serial = Int(parts[1]) else { return nil }
        self.init(timestamp: Timestamp(unix: unix), serial: serial)
    }
}
