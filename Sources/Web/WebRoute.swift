import HTTPTypes
import Voicemail

/// The folders of a mailbox as its owner sees them.
enum ShownFolder: String, CaseIterable, Sendable {
    case new, saved, trash

    var stored: Folder {
        switch self {
        case .new: .new
        case .saved: .saved
        case .trash: .deleted
        }
    }
}

/// What a message is downloaded as.
enum DownloadForm: String, CaseIterable, Sendable {
    case stored, wav, mp3

    /// nil for the bytes as they are stored.
    var container: Rendition.Container? { Rendition.Container(rawValue: rawValue) }
}

/// What a path names, relative to where the page is.
enum WebRoute: Hashable, Sendable {
    case home, login, logout
    /// Where a link to a new password is asked for, and where it leads.
    case forgotten, reset
    /// Where somebody is logged in.
    case sessions
    /// Where an account is looked after.
    case console(ConsolePage)
    /// Recorded calls, and one of them by its id.
    case recordings
    case playRecording(String)
    /// The waveforms of its channels.
    case recordingPeaks(String)
    case recordingFile(String, DownloadForm)
    /// The interfaces, and one of them, for who writes programs.
    case reference
    case interface(String)
    /// Where a server that has nothing yet is set up.
    case setup
    case style, icon
    case script(String)
    case folder(mailbox: String, ShownFolder)
    /// Where messages of a mailbox are filed.
    case messages(mailbox: String)
    /// What happens in a mailbox, as it happens.
    case live(mailbox: String)
    /// A message, wherever it is filed: what links to it name.
    case message(MessagePlace)
    case play(MessagePlace)
    /// Its waveform.
    case peaks(MessagePlace)
    case file(MessagePlace, DownloadForm)
    case settings(mailbox: String)
    /// Where a greeting is sent to.
    case greeting(mailbox: String)
    /// A greeting by its number, to be heard.
    case hear(mailbox: String, String)

    /// - Parameter segments: below the page's own path.
    init?(_ segments: ArraySlice<String>) {
        let pieces = Array(segments)
        switch (pieces.count, pieces.first) {
        case (0, _): self = .home
        case (1, "login"): self = .login
        case (1, "logout"): self = .logout
        case (1, "forgotten"): self = .forgotten
        case (1, "reset"): self = .reset
        case (1, "sessions"): self = .sessions
        case (1, "setup"): self = .setup
        case (1, "recordings"): self = .recordings
        case (3, "recordings") where pieces[2] == "play": self = .playRecording(pieces[1])
        case (3, "recordings") where pieces[2] == "peaks": self = .recordingPeaks(pieces[1])
        case (4, "recordings") where pieces[2] == "file":
            guard let format = DownloadForm(rawValue: pieces[3]) else { return nil }
            self = .recordingFile(pieces[1], format)
        case (1, "reference"): self = .reference
        case (2, "reference"): self = .interface(pieces[1])
        case (1, "console"): self = .console(.overview)
        case (2, "console"):
            guard let page = ConsolePage(rawValue: pieces[1]) else { return nil }
            self = .console(page)
        case (1, "style.css"): self = .style
        case (1, "icon.svg"): self = .icon
        case (1, let name?) where Documents.scripts[name] != nil: self = .script(name)
        case (3, "boxes") where pieces[2] == "messages": self = .messages(mailbox: pieces[1])
        case (3, "boxes") where pieces[2] == "settings": self = .settings(mailbox: pieces[1])
        case (3, "boxes") where pieces[2] == "live": self = .live(mailbox: pieces[1])
        case (3, "boxes") where pieces[2] == "greeting": self = .greeting(mailbox: pieces[1])
        case (5, "boxes") where pieces[2] == "greetings" && pieces[4] == "play": self = .hear(mailbox: pieces[1], pieces[3])
        case (3, "boxes"):
            guard let folder = ShownFolder(rawValue: pieces[2]) else { return nil }
            self = .folder(mailbox: pieces[1], folder)
        case (4, "boxes") where pieces[2] == "messages": self = .message(MessagePlace(mailboxID: pieces[1], monthID: pieces[3]))
        case (5, "boxes") where pieces[2] == "messages" && pieces[4] == "play":
            self = .play(MessagePlace(mailboxID: pieces[1], monthID: pieces[3]))
        case (5, "boxes") where pieces[2] == "messages" && pieces[4] == "peaks":
            self = .peaks(MessagePlace(mailboxID: pieces[1], monthID: pieces[3]))
        case (6, "boxes") where pieces[2] == "messages" && pieces[4] == "file":
            guard let format = DownloadForm(rawValue: pieces[5]) else { return nil }
            self = .file(MessagePlace(mailboxID: pieces[1], monthID: pieces[3]), format)
        default: return nil
        }
    }

    /// First pieces of paths, for a page that shares the root with others.
    static let firstPieces: Set<String> = Set(
        ["login", "logout", "forgotten", "reset", "sessions", "setup", "console", "recordings", "reference", "style.css", "icon.svg", "boxes"]
            + Documents.scripts.keys)

    var methods: [HTTPRequest.Method] {
        switch self {
        case .login, .forgotten, .reset, .sessions, .setup, .settings, .console: [.get, .head, .post]
        case .logout, .messages, .greeting: [.post]
        default: [.get, .head]
        }
    }

    /// Whether its page records a greeting.
    var records: Bool {
        switch self {
        case .settings, .greeting: true
        default: false
        }
    }

    /// The page that somebody goes on with who has had to log in for this, below the page's own path; nil for none in particular.
    var comeback: String? {
        switch self {
        case .folder(let mailbox, let folder): HexID.isValid(mailbox) ? "boxes/\(mailbox)/\(folder.rawValue)" : nil
        case .messages(let mailbox): WebRoute.folder(mailbox: mailbox, .new).comeback
        case .message(let place): HexID.isValid(place.mailboxID) && place.isNamed ? "boxes/\(place.mailboxID)/messages/\(place.monthID)" : nil
        case .settings(let mailbox), .greeting(let mailbox): HexID.isValid(mailbox) ? "boxes/\(mailbox)/settings" : nil
        case .sessions, .recordings: label
        case .console(let page): "console/\(page.rawValue)"
        default: nil
        }
    }

    /// Whether who asks for it uses his session.
    var isUse: Bool {
        if case .live = self { false } else { true }
    }

    /// For metrics.
    var label: String {
        switch self {
        case .home: "home"
        case .login: "login"
        case .logout: "logout"
        case .forgotten: "forgotten"
        case .reset: "reset"
        case .sessions: "sessions"
        case .setup: "setup"
        case .reference: "reference"
        case .interface: "reference/{interface}"
        case .recordings: "recordings"
        case .playRecording: "recordings/{recording}/play"
        case .recordingPeaks: "recordings/{recording}/peaks"
        case .recordingFile: "recordings/{recording}/file/{format}"
        case .console(let page): "console/\(page.rawValue)"
        case .style: "style.css"
        case .icon: "icon.svg"
        case .script(let name): name
        case .folder: "boxes/{box}/{folder}"
        case .messages: "boxes/{box}/messages"
        case .live: "boxes/{box}/live"
        case .message: "boxes/{box}/messages/{message}"
        case .play: "boxes/{box}/messages/{message}/play"
        case .settings: "boxes/{box}/settings"
        case .greeting: "boxes/{box}/greeting"
        case .hear: "boxes/{box}/greetings/{greeting}/play"
        case .peaks: "boxes/{box}/messages/{message}/peaks"
        case .file: "boxes/{box}/messages/{message}/file/{format}"
        }
    }
}
