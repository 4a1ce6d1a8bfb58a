import Voicemail

/// Which kind of box an endpoint is about.
enum BoxKind: Sendable {
    case `extension`, group

    /// What greetings call it.
    var module: String {
        switch self {
        case .extension: "extension"
        case .group: "groupvoicemail"
        }
    }

    func fits(_ mailbox: Mailbox) -> Bool { (mailbox.group != nil) == (self == .group) }
}

extension PSeriesDialect {
    /// The box of a number.
    /// - Throws: `PSeriesFailure.notFound` also for a box of the other kind.
    func box(_ number: String, _ kind: BoxKind, of account: Account) async throws -> Mailbox {
        guard let mailbox = try await service.mailboxes.find(number: number, of: account), kind.fits(mailbox) else { throw PSeriesFailure.notFound }
        return mailbox
    }
}
