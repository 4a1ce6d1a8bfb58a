import HTTPFront
import HTTPTypes
import NIOCore
import Voicemail

/// One request, where it stands below the page's path, and who asks.
struct PageVisit: Sendable {
    let request: FrontRequest
    /// The way from where the request went to the page's own path: links are relative, so that they hold behind a proxy that has another.
    let root: String
    var session: WebSession?

    /// - Parameter path: of the page.
    init(_ request: FrontRequest, at path: String) {
        self.request = request
        let depth = request.path.utf8.dropFirst(path.utf8.count).count(where: { $0 == UInt8(ascii: "/") })
        root = depth == 0 ? "./" : String(repeating: "../", count: depth)
    }

    /// Languages, best first: what is set for the user or his account, else what his browser asks for.
    private var languages: [String] {
        [session?.user?.language, session?.account.language].compactMap(\.self) + AcceptLanguage.tags(request.headers[.acceptLanguage])
    }

    var pages: Pages? { Pages.inLanguage(languages) }

    /// - Parameters:
    ///   - more: values of this page, under their names.
    ///   - fill: sets those that there are many of, or that are asked for much.
    func page(
        _ kind: Pages.Kind, _ more: [String: Any] = [:], status: HTTPResponse.Status = .ok, _ fill: (inout PageValues) -> Void = { _ in }
    ) -> FrontResponse {
        let pages = pages
        let bytes = pages?.render(kind) { values in
            values.set(.root, root)
            values.set(.home, root)
            if let session {
                values.set(.form, session.form)
                values.set(.userName, session.shownName)
                values.set(.accountName, session.account.name)
                values.set(.administers, session.listener.isAdministrator)
                values.set(.hearsRecordings, Recordings.hears(session.listener, in: session.account))
            }
            values.set(more)
            fill(&values)
        }
        var response = FrontResponse(status: status, contentType: "text/html; charset=utf-8", bytes: bytes ?? ByteBuffer())
        response.headers[.contentLanguage] = pages?.language
        return response
    }

    func page(of failure: WebFailure) -> FrontResponse {
        // The link back would lead a user without a mailbox to this page again.
        page(.plain, ["title": "t." + failure.key, "more": "t.\(failure.key)_more", "leads_back": failure != .noMailbox], status: failure.status)
    }

    /// To a page below the page's own path.
    func redirect(to place: String) -> FrontResponse { FrontResponse(status: .seeOther, headers: [.location: root + place]) }
}

extension User {
    /// What he is called on a page.
    var shownName: String {
        let name = [firstName, lastName].compactMap(\.self).filter { !$0.isEmpty }.joined(separator: " ")
        // A user that was made without a name has the user name for both.
        return name.isEmpty || firstName == username && lastName == username ? username ?? self.name : name
    }
}
