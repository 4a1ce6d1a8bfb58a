import HTTPFront
import Voicemail

/// Where in a mailbox somebody is: a folder, what he looks for in it, and the page. Forms carry it along, so that he comes back there.
struct ListPlace {
    let folder: ShownFolder
    let search: Search
    let start: MessagePosition?

    init(_ form: Query) {
        folder = form["from"].flatMap(ShownFolder.init) ?? .new
        search = Search(form)
        start = form["start"].flatMap { MessagePosition(web: $0) }
    }

    /// Below the page's own path.
    /// - Parameter more: further parameters.
    func address(in mailbox: Mailbox, _ more: [String]) -> String {
        let parameters = search.parameters + (start.map { ["start=" + $0.webKey] } ?? []) + more
        return "boxes/\(mailbox.id)/\(folder.rawValue)" + (parameters.isEmpty ? "" : "?" + parameters.joined(separator: "&"))
    }

    /// For a form's hidden fields.
    func set(in values: inout PageValues) {
        search.set(in: &values)
        values.set(.folder, folder.rawValue)
        values.set(.start, start?.webKey ?? "")
    }
}
