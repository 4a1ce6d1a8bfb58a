/// Whose greetings are meant, where greetings are files.
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
