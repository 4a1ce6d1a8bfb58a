import Delivery
import KazooAPI
import Notifications
import Voicemail
import YeastarPSeriesAPI
import YeastarSSeriesAPI

/// How the server tells others what has happened. A further way is a line in `all`.
struct Channels: Sendable {
    let service: VoicemailService
    let configuration: Configuration

    /// - Parameter mail: nil where none is sent.
    func all(over push: any OutgoingHTTP, mail: (any OutgoingMail)?) -> [any DeliveryChannel] {
        let pushes: [any DeliveryChannel] = [
            ReportChannel(service: service, push: push), WebhookChannel(service: service, settings: configuration.pSeries, push: push),
            HookChannel(service: service, settings: configuration.kazoo.settings, push: push),
        ]
        guard let mail, configuration.mail != nil else { return pushes }
        let notices = configuration.notices
        return pushes + [
            RecoveryChannel(service: service, mail: mail, settings: notices), MessageMailChannel(service: service, mail: mail, settings: notices),
            MailboxMailChannel.ofFullMailboxes(service: service, mail: mail, settings: notices),
            MailboxMailChannel.ofNews(service: service, mail: mail, settings: notices),
        ]
    }
}

extension Installation {
    /// The server's ways of telling others, for who plans deliveries or ends them. They send nothing.
    public var channels: [any DeliveryChannel] {
        Channels(service: service, configuration: configuration).all(over: Unsent(), mail: Unsent())
    }
}

/// Sends nothing.
private struct Unsent: OutgoingHTTP, OutgoingMail {
    func send(_: OutgoingRequest) async throws(OutgoingHTTPError) -> Int { throw OutgoingHTTPError("nothing is sent here") }
    func send(_: MailMessage) async throws(OutgoingMailError) { throw OutgoingMailError("nothing is sent here") }
}
