/// The owner of greetings, where these are files.
public enum GreetingShelf: Sendable, Hashable {
    /// A mailbox's own.
    case mailbox(Mailbox)
    /// The account's prompts, which belong to nobody.
    case prompts(account: Account)

    var account: String {
        switch self {
        case .mailbox(let mailbox): mailbox.accountID
        case .prompts(let account): account.id
        }
    }

    /// The owner of its documents.
    var ownerID: String {
        switch self {
        case .mailbox(let mailbox): mailbox.id
        case .prompts(let account): account.id
        }
    }

    func key(_ fileName: String) -> String { ownerID + "/" + fileName }

    /// Whether a greeting lies here, so that it may be changed here.
    func holds(_ greeting: Greeting) -> Bool { greeting.ownerID == ownerID }
}

extension Mailbox {
    /// Whether a greeting is listed here only because callers hear it here: it lies on another's shelf, or on none, and is its owner's to change.
    func borrows(_ greeting: Greeting) -> Bool { greetingInForceID == greeting.id && !GreetingShelf.mailbox(self).holds(greeting) }
}

/// The shelves that a request by number means: those of mailboxes of some kind, or of one of them.
public struct MeantShelves: Sendable {
    /// The mailbox that the request names; nil for any that fits.
    fileprivate let mailboxID: String?
    fileprivate let fits: @Sendable (Mailbox) -> Bool

    public init(of mailboxID: String? = nil, where fits: @escaping @Sendable (Mailbox) -> Bool) {
        self.mailboxID = mailboxID
        self.fits = fits
    }

    func contain(_ mailbox: Mailbox) -> Bool { (mailboxID == nil || mailboxID == mailbox.id) && fits(mailbox) }
}

extension AccountLook {
    /// Whether a mailbox whose shelf is meant lists the greeting of a number that it only borrows. Where the request names the mailbox, that one is
    /// read; else all of the account's are gone through, until one is found.
    func isBorrowed(serial: Int, by shelves: MeantShelves) throws -> Bool {
        guard let greeting = try reader.find(Greeting.self, serial: serial, in: account.id), greeting.hasAudio else { return false }
        func isBorrower(_ mailbox: Mailbox) -> Bool { mailbox.borrows(greeting) && shelves.contain(mailbox) }
        if let id = shelves.mailboxID {
            let named = try reader.find(Mailbox.self, id: id, attributes: Mailbox.ownAttributes)
            return named.map { $0.accountID == account.id && isBorrower($0) } ?? false
        }
        var isBorrowed = false
        try reader.each(Mailbox.self, DocumentQuery(kind: .mailbox, accountID: account.id, attributes: Mailbox.ownAttributes)) { mailbox in
            isBorrowed = isBorrower(mailbox)
            return !isBorrowed
        }
        return isBorrowed
    }
}

/// A greeting as lists of a shelf show it.
public struct ListedGreeting: Sendable, Hashable {
    /// The number it is known by.
    public let serial: Int
    /// With its extension; unique on its shelf.
    public let fileName: String
    /// Made by text to speech, not recorded or uploaded.
    public let isSynthesized: Bool
    /// The greeting's.
    public let id: String

    init(_ greeting: Greeting, fileName: String) {
        serial = greeting.serial
        self.fileName = fileName
        isSynthesized = greeting.isSynthesized
        id = greeting.id
    }

    public var suffix: String { GreetingName.suffix(of: fileName) }

    /// Without the extension.
    public var stem: String { String(fileName.dropLast(suffix.count)) }

    /// Names are compared byte by byte.
    func isCalled(_ name: String) -> Bool { fileName.utf8.elementsEqual(name.utf8) }
}

/// A greeting as a file of a shelf. It is a greeting like every other, and is listed with them (K§8).
public struct NamedGreeting: Sendable, Hashable {
    public let greeting: Greeting
    /// With its extension; unique on its shelf.
    public let fileName: String

    public var listed: ListedGreeting { ListedGreeting(greeting, fileName: fileName) }

    /// The number it is known by.
    public var serial: Int { greeting.serial }

    public var suffix: String { GreetingName.suffix(of: fileName) }
}

/// Where a greeting comes from.
public enum GreetingOrigin: Sendable, Hashable {
    case upload
    case recording
    /// With what was spoken and how.
    case speech(text: String, voice: JSONObject)

    var word: JSON {
        switch self {
        case .upload: "upload"
        case .recording: "recording"
        case .speech: "tts"
        }
    }
}
