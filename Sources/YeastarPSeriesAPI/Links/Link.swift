import Foundation
import Voicemail

/// What a link leads to.
enum LinkTarget: Sendable, Hashable {
    /// - Parameter fileName: what the answer called it, whatever name another interface has given it since.
    case greeting(id: String, fileName: String)
    case message(id: String)
    /// - Parameter format: nil for the file as it was stored.
    case recording(id: String, format: PSeriesSettings.RecordingFormat?)

    init?(_ details: JSONObject) {
        guard let id = details["id"]?.string else { return nil }
        switch details["link"]?.string {
        case "greeting"?: self = .greeting(id: id, fileName: details["file"]?.string ?? "")
        case "message"?: self = .message(id: id)
        case "recording"?: self = .recording(id: id, format: details["format"]?.string.flatMap(PSeriesSettings.RecordingFormat.init))
        default: return nil
        }
    }

    fileprivate var details: JSONObject {
        switch self {
        case .greeting(let id, let fileName): ["link": "greeting", "id": .string(id), "file": .string(fileName)]
        case .message(let id): ["link": "message", "id": .string(id)]
        case .recording(let id, let format):
            ["link": "recording", "id": .string(id), "format": format.map { .string($0.rawValue) } ?? .null]
        }
    }

    /// What an application must be allowed to fetch it: the same as to be given the link.
    var permission: ApplicationPermission {
        switch self {
        case .greeting, .message: .voicemail
        case .recording: .downloadRecordings
        }
    }
}

/// The kinds of links, as their names begin (P§4.1).
enum LinkKind: String, Sendable {
    case greeting = "PBX-VoicemailGreeting"
    case message = "PBX-Voicemail"
    case recording = "Recording"
}

/// A link that was handed out. Its name is the only key to it, so the store keeps a hash of the name, as of every token.
struct Link: Sendable {
    /// The last component of the URL.
    let name: String

    var url: String { "/api/download/" + name }
}

extension PSeriesDialect {
    /// Hands out a link. It ends with what it leads to and with the application, but not with the token (P§12).
    /// - Parameter isOpen: whether whoever has the name may fetch it, as from `play`; otherwise a token is needed (P§4).
    /// - Throws: `VoicemailError.limitReached`.
    func link(to target: LinkTarget, kind: LinkKind, fileExtension: String, isOpen: Bool, _ call: PSeriesCall) async throws -> Link {
        let at = service.clock.now.fields(in: call.zone)
        let name =
            [kind.rawValue, settings.firmware, "download", at.date("") + at.time(""), Secrets.randomText(16)].joined(separator: "-")
            + "." + fileExtension
        var details = target.details
        details["open"] = .bool(isOpen)
        try await service.tickets.open(
            name,
            TicketDraft(
                .pSeriesLink, accountID: call.account.id, credentialID: call.application.credential.id, lifetime: settings.linkLifetime,
                details: details),
            of: call.application.credential, within: links)
        return Link(name: name)
    }
}
