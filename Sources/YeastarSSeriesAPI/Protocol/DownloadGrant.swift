import Voicemail

/// What a random word opens (S§3.2, S§4.1, S§5.1): for thirty seconds, once.
struct DownloadGrant: Sendable {
    let subject: Subject
    /// The token it was issued to, as its hash.
    let tokenHash: String
    /// Where that token's client logged in from; nil when that is unknown.
    let client: NetworkAddress?
    /// May download besides the client itself.
    let allowedAddress: NetworkAddress?

    enum Subject: Sendable, Hashable {
        /// A message for life, under the name and status it had when the random was issued.
        case message(id: String, mailboxID: String, fileName: String, folder: Folder)
        case recording(id: String, name: String)
        /// The extensions asked for, nil for all of them, and both ends of the time as clients write them.
        case callRecords(Set<String>?, start: String, end: String)
    }

    /// Seconds a random lives.
    static let lifetime = 30

    /// Randoms of one user at once; beyond these his oldest end.
    static let most = 200
}

/// As it is kept with its ticket.
extension DownloadGrant {
    init?(_ details: JSONObject) {
        guard let subject = Subject(details), let tokenHash = details["token"]?.string else { return nil }
        self.init(
            subject: subject, tokenHash: tokenHash, client: details["client"]?.string.flatMap(NetworkAddress.init),
            allowedAddress: details["allowed"]?.string.flatMap(NetworkAddress.init))
    }

    var details: JSONObject {
        var details = subject.details
        details["token"] = .string(tokenHash)
        if let client { details["client"] = .string(client.description) }
        if let allowedAddress { details["allowed"] = .string(allowedAddress.description) }
        return details
    }
}

extension DownloadGrant.Subject {
    fileprivate init?(_ details: JSONObject) {
        func text(_ key: String) -> String { details[key]?.string ?? "" }
        switch details["opens"]?.string {
        case "message"?:
            guard let folder = Folder(rawValue: text("folder")) else { return nil }
            self = .message(id: text("id"), mailboxID: text("mailbox"), fileName: text("file"), folder: folder)
        case "recording"?: self = .recording(id: text("id"), name: text("name"))
        case "calls"?:
            let extensions = details["extensions"]?.array.map { Set($0.compactMap(\.string)) }
            self = .callRecords(extensions, start: text("start"), end: text("end"))
        default: return nil
        }
    }

    fileprivate var details: JSONObject {
        switch self {
        case .message(let id, let mailboxID, let fileName, let folder):
            [
                "opens": "message", "id": .string(id), "mailbox": .string(mailboxID), "file": .string(fileName), "folder": .string(folder.rawValue),
            ]
        case .recording(let id, let name): ["opens": "recording", "id": .string(id), "name": .string(name)]
        case .callRecords(let extensions, let start, let end):
            [
                "opens": "calls", "extensions": extensions.map { JSON($0.sorted()) } ?? .null, "start": .string(start), "end": .string(end),
            ]
        }
    }
}
