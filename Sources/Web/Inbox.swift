import Foundation
import HTTPFront
import HTTPTypes
import Voicemail

/// What of a mailbox is shown.
private struct View {
    let sight: MailboxSight
    let shelf: Shelf
    let search: Search

    var mailbox: Mailbox { sight.mailbox }
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
    func home(_ session: Session, _ visit: Visit) async throws -> FrontResponse { try await show(.new, of: nil, session, visit) }

    func folder(_ shelf: Shelf, of mailboxID: String, _ session: Session, _ visit: Visit) async throws -> FrontResponse {
        let query = visit.request.query
        let start: ListingPlace? = if let name = query["box_name"], let id = query["box_id"] { (name: name, id: id) } else { nil }
        return try await show(shelf, of: mailboxID, beside: start, session, visit)
    }

    private func show(
        _ shelf: Shelf, of mailboxID: String?, beside boxesStart: ListingPlace? = nil, _ session: Session, _ visit: Visit
    ) async throws -> FrontResponse {
        let account = session.account, mailboxes = service.mailboxes
        let start = visit.request.query["start"].flatMap { MessagePosition(web: $0) }
        let search = Search(visit.request.query), wanted = MessageSearch(search.text)
        // What retention has ended cannot be changed any more, and the owner's counts leave it out.
        let cutoff = mailboxes.cutoff(for: account)
        let sight = try await mailboxes.sight(of: mailboxID, by: session.listener, in: account, start: boxesStart, limit: Self.boxesOfPage) { mailbox, zone in
            let from = [cutoff, search.since?.begin(in: zone)].compactMap(\.self).max()
            let query = MessageQuery(scope: .mailbox(mailbox.id), from: from, to: search.until?.end(in: zone), start: start, folder: shelf.folder)
            return MessageListing(query: query, limit: Self.pageSize, looks: wanted == nil ? nil : Self.looks) { message in
                message.accountID == account.id && wanted?.matches(message) != false
            }
        }
        guard let sight else {
            guard session.listener.isAdministrator else { throw WebFailure.noMailbox }
            // He makes the first one himself.
            return visit.redirect(to: "console/mailboxes")
        }
        return visit.page(.inbox, values(of: View(sight: sight, shelf: shelf, search: search), start: start, visit))
    }

    private func values(of view: View, start: MessagePosition?, _ visit: Visit) -> [String: Any] {
        let here = "\(visit.root)boxes/\(view.mailbox.id)/\(view.shelf.rawValue)"
        let times = ShownTimes(language: visit.pages?.language ?? "en", zone: view.sight.zone)
        var values: [String: Any] = [
            "title": "t.folder_" + view.shelf.rawValue, "heading": Self.heading(view.mailbox), "current": view.mailbox.id, "folder": view.shelf.rawValue,
            "start": start?.webKey ?? "", "in_new": view.shelf == .new, "in_saved": view.shelf == .saved, "in_trash": view.shelf == .trash,
            "empty": view.search.isEmpty ? "t.empty_" + view.shelf.rawValue : "t.search_none", "new_total": view.sight.tally.new,
            "saved_total": view.sight.tally.saved,
            "has_messages": !view.sight.page.messages.isEmpty, "messages": MessageView.rows(of: view.sight.page.messages, times),
            "may_change": visit.session.map { Mailboxes.tends($0.listener, view.mailbox) } ?? false,
            "boxes": view.sight.mailboxes.items.map { Self.row(of: $0, isCurrent: $0.id == view.mailbox.id) },
        ]
        values["has_pages"] = start != nil || view.sight.page.next != nil
        if view.search.isEmpty { values["live"] = Self.state(of: view.sight.tally) }
        if view.sight.tally.new > 0 { values["new_count"] = view.sight.tally.new }
        let parameters = view.search.parameters
        if start != nil { values["newest"] = here + (parameters.isEmpty ? "" : "?" + parameters.joined(separator: "&")) }
        if let next = view.sight.page.next {
            values["older"] = "\(here)?" + (parameters + ["start=" + next.webKey]).joined(separator: "&")
            values["older_text"] = view.sight.page.messages.count < Self.pageSize ? "t.search_on" : "t.older"
        }
        if let next = view.sight.mailboxes.next {
            values["more_boxes"] = "\(here)?box_name=\(PercentEncoding.encode(next.name))&box_id=\(PercentEncoding.encode(next.id))"
        }
        if visit.request.query.contains("box_id") { values["first_boxes"] = here }
        values.merge(view.search.values) { $1 }
        values.merge(told(visit.request.query)) { $1 }
        return values
    }

    static func heading(_ mailbox: Mailbox) -> String { mailbox.name.isEmpty ? mailbox.number : "\(mailbox.name) · \(mailbox.number)" }

    static func row(of box: HeardMailbox, isCurrent: Bool) -> PageRow {
        var row = PageRow()
        row.set(BoxName.id, .text(box.id))
        row.set(BoxName.number, .text(box.number))
        row.set(BoxName.name, .text(box.name))
        row.set(BoxName.isShared, .flag(box.isShared))
        row.set(BoxName.isCurrent, .flag(isCurrent))
        if box.tally.new > 0 { row.set(BoxName.new, .number(box.tally.new)) }
        return row
    }

    private enum BoxName {
        static let id = ValueName("box_id"), number = ValueName("box_number"), name = ValueName("box_name"), new = ValueName("box_new")
        static let isShared = ValueName("is_shared"), isCurrent = ValueName("is_current")
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
