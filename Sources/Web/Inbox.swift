import Foundation
import HTTPFront
import HTTPTypes
import Voicemail

/// What of a mailbox is shown.
private struct View {
    let sight: MailboxSight
    let folder: ShownFolder
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
    func home(_ session: WebSession, _ visit: PageVisit) async throws -> FrontResponse { try await show(.new, of: nil, session, visit) }

    func folder(_ folder: ShownFolder, of mailboxID: String, _ session: WebSession, _ visit: PageVisit) async throws -> FrontResponse {
        let query = visit.request.query
        let start: ListingPlace? = if let name = query["box_name"], let id = query["box_id"] { (name: name, id: id) } else { nil }
        return try await show(folder, of: mailboxID, beside: start, session, visit)
    }

    /// To the list that a message is in, which begins with it.
    func lead(to place: MessagePlace, _ session: WebSession, _ visit: PageVisit) async throws -> FrontResponse {
        let message = try await message(place, session)
        // The lists show nothing that is older.
        guard message.timestamp >= service.mailboxes.cutoff(for: session.account),
            let folder = ShownFolder.allCases.first(where: { $0.stored == message.folder })
        else { throw VoicemailError.notFound(id: place.monthID) }
        return visit.redirect(to: "boxes/\(place.mailboxID)/\(folder.rawValue)?start=\(message.position.webKey)")
    }

    private func show(
        _ folder: ShownFolder, of mailboxID: String?, beside boxesStart: ListingPlace? = nil, _ session: WebSession, _ visit: PageVisit
    ) async throws -> FrontResponse {
        let account = session.account, mailboxes = service.mailboxes
        let start = visit.request.query["start"].flatMap { MessagePosition(web: $0) }
        let search = Search(visit.request.query), wanted = search.text.isEmpty ? nil : MessageSearch(search.text)
        // What retention has ended cannot be changed any more, and the owner's counts leave it out.
        let cutoff = mailboxes.cutoff(for: account)
        let sight = try await mailboxes.sight(of: mailboxID, by: session.listener, in: account, start: boxesStart, limit: Self.boxesOfPage) { mailbox, zone in
            let from = [cutoff, search.since?.begin(in: zone)].compactMap(\.self).max()
            let query = MessageQuery(scope: .mailbox(mailbox.id), from: from, to: search.until?.end(in: zone), start: start, folder: folder.stored)
            return MessageListing(query: query, limit: Self.pageSize, looks: wanted == nil ? nil : Self.looks) { message in
                message.accountID == account.id && wanted?.matches(message) != false
            }
        }
        guard let sight else {
            guard session.listener.isAdministrator else { throw WebFailure.noMailbox }
            // He makes the first one himself.
            return visit.redirect(to: "console/mailboxes")
        }
        return visit.page(.inbox) { set(View(sight: sight, folder: folder, search: search), start: start, visit, in: &$0) }
    }

    private func set(_ view: View, start: MessagePosition?, _ visit: PageVisit, in values: inout PageValues) {
        let folder = view.folder.rawValue, tally = view.sight.tally, page = view.sight.page
        let here = "\(visit.root)boxes/\(view.mailbox.id)/\(folder)"
        values.set(.title, "t.folder_" + folder)
        values.set(.heading, Self.heading(view.mailbox))
        values.set(.current, view.mailbox.id)
        // Said for each message, so it is as short as it may be: from the address of a folder.
        values.set(.messagesAt, visit.root == "../../" ? "messages/" : "\(visit.root)boxes/\(view.mailbox.id)/messages/")
        values.set(.folder, folder)
        values.set(.start, start?.webKey ?? "")
        values.set(.inNew, view.folder == .new)
        values.set(.inSaved, view.folder == .saved)
        values.set(.inTrash, view.folder == .trash)
        values.set(.empty, view.search.isEmpty ? "t.empty_" + folder : "t.search_none")
        values.set(.newTotal, tally.new)
        values.set(.savedTotal, tally.saved)
        values.set(.mayChange, visit.session.map { Mailboxes.tends($0.listener, view.mailbox) } ?? false)
        values.set(.hasMessages, !page.messages.isEmpty)
        MessageView.list(page.messages, ShownTimes(language: visit.pages?.language ?? "en", zone: view.sight.zone), in: &values)
        values.set(.hasPages, start != nil || page.next != nil)
        if view.search.isEmpty { values.set(.live, Self.state(of: tally)) }
        if tally.new > 0 { values.set(.newCount, tally.new) }
        let parameters = view.search.parameters
        if start != nil { values.set(.newest, here + (parameters.isEmpty ? "" : "?" + parameters.joined(separator: "&"))) }
        if let next = page.next {
            values.set(.older, "\(here)?" + (parameters + ["start=" + next.webKey]).joined(separator: "&"))
            values.set(.olderText, page.messages.count < Self.pageSize ? "t.search_on" : "t.older")
        }
        Self.list(view.sight.mailboxes.items, current: view.mailbox.id, as: .boxes, in: &values)
        if let next = view.sight.mailboxes.next {
            values.set(.moreBoxes, "\(here)?box_name=\(PercentEncoding.encode(next.name))&box_id=\(PercentEncoding.encode(next.id))")
        }
        if visit.request.query.contains("box_id") { values.set(.firstBoxes, here) }
        view.search.set(in: &values)
        tell(visit.request.query, in: &values)
    }

    static func heading(_ mailbox: Mailbox) -> String { mailbox.name.isEmpty ? mailbox.number : "\(mailbox.name) · \(mailbox.number)" }

    static func list(_ boxes: [HeardMailbox], current: String, as name: ValueName, in values: inout PageValues) {
        values.list(name, of: boxes) { values, box in
            values.set(.boxID, box.id)
            values.set(.boxNumber, box.number)
            values.set(.boxName, box.name)
            values.set(.isShared, box.isShared)
            values.set(.isCurrent, box.id == current)
            if box.tally.new > 0 { values.set(.boxNew, box.tally.new) }
        }
    }

    /// What the change before has done, as the address says it; only what is known is said.
    private func tell(_ query: Query, in values: inout PageValues) {
        guard let word = query["told"], Filing.outcomes.contains(word) else { return }
        values.set(.told, true)
        values.set(.toldText, "t.told_" + word)
        if query.contains("left") { values.set(.toldPart, true) }
        if let undo = query["undo"], let filing = Filing(undo), filing.ids.count == 1 { values.set(.undo, undo) }
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
