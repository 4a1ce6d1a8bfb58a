/// What became of PINs when the server's key was renewed.
public struct ResealedPINs: Sendable, Equatable {
    /// Sealed under the new key, by this attempt or by one before.
    public var sealed = 0
    /// Neither key opens them. They stay as they are, and open nothing.
    public var unreadable = 0

    public init(sealed: Int = 0, unreadable: Int = 0) {
        self.sealed = sealed
        self.unreadable = unreadable
    }
}

extension StoreWriter {
    /// Seals all PINs under another key. One that is sealed under it already stays as it is.
    public func resealPINs(from old: Secrets, to new: Secrets) throws -> ResealedPINs {
        var result = ResealedPINs(), start: (name: String, id: String)?
        repeat {
            let page = try mailboxes(from: start)
            for var document in page.prefix(mailboxesOfPage) {
                guard let secret = document.secret else { continue }
                if new.open(secret, of: document.id) != nil {
                    result.sealed += 1
                } else if let pin = old.open(secret, of: document.id) {
                    document.secret = try new.seal(pin, of: document.id)
                    try update(document)
                    result.sealed += 1
                } else {
                    result.unreadable += 1
                }
            }
            start = page.count > mailboxesOfPage ? page.last.map { ($0.name, $0.id) } : nil
        } while start != nil
        return result
    }

    /// A page of all accounts' mailboxes, and the one behind it.
    private func mailboxes(from start: (name: String, id: String)?) throws -> [StoredDocument] {
        var page: [StoredDocument] = []
        try documents(DocumentQuery(kind: .mailbox, start: start)) { document in
            page.append(document)
            return page.count <= mailboxesOfPage
        }
        return page
    }
}

private let mailboxesOfPage = 200
