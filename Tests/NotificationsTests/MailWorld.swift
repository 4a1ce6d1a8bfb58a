import Delivery
import Notifications
import Server
import TestKit
import Testing
import Voicemail

/// A server whose mail goes to a mail server of the test's, with a mailbox and its owner.
struct MailWorld {
    let server: TestServer
    let account: Account
    let user: User
    let mailbox: Mailbox
    let receiver: MailReceiver

    static func run(
        _ receiver: MailReceiver = MailReceiver(), box: JSONObject = [:], owner: JSONObject = ["email": "anna@example.org"],
        account accountFields: JSONObject = [:], news: Set<MailboxNews> = [], measuring: TestServer.Measuring = TestServer.Measuring(),
        _ configure: @escaping @Sendable (inout NoticeSettings) -> Void = { _ in },
        _ body: @Sendable (MailWorld) async throws -> Void
    ) async throws {
        try await receiver.run { port in
            let sender = try #require(MailAddress("voicemail@example.com"))
            try await TestServer.run(measuring: measuring) {
                $0.mail = MailServer(host: "127.0.0.1", port: port, security: .none, sender: sender, attemptSeconds: 600)
                $0.outbox.intervalMilliseconds = 10
                $0.limits.mailboxNews = news
                configure(&$0.notices)
            } _: { server in
                let service = server.service
                var account = try await server.makeAccount("Acme")
                if !accountFields.isEmpty { account = try await service.accounts.change(account.id, .patch(accountFields)) }
                let made = try await server.makeUser("anna", password: "correct horse", in: account)
                let user = try await service.users.change(made.id, .patch(owner), in: account)
                var fields: JSONObject = ["owner_id": .string(user.id)]
                fields.merge(box) { $1 }
                let mailbox = try await server.makeMailbox("3000", in: account, fields)
                try await body(MailWorld(server: server, account: account, user: user, mailbox: mailbox, receiver: receiver))
            }
        }
    }

    func leave(
        _ draft: MessageDraft = MessageDraft(callerName: "Bob", callerNumber: "2001"), audio: [UInt8]? = WAV.tones([440], milliseconds: 1500),
        from origin: DepositOrigin = .call
    ) async throws -> Message {
        try await server.leave(draft, audio: audio, from: origin, in: mailbox, of: account)
    }

    /// The mails that have come once as many are there, by who they are for.
    func mails(_ count: Int) async -> [String: MIMEPart] {
        await receiver.wait(for: count)
        return Dictionary(receiver.mails.map { ($0.receiver, $0.mime) }, uniquingKeysWith: { first, _ in first })
    }

    /// Waits until a message is as it should be, a minute at most.
    func until(_ id: String, _ isAsItShouldBe: @Sendable (Message?) -> Bool) async throws -> Message? {
        let end = ContinuousClock.now + .seconds(60)
        while true {
            let message = try await server.service.messages.find(anywhere: id)
            if isAsItShouldBe(message) || ContinuousClock.now > end { return message }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    func deliveries(_ state: Delivery.State? = nil) async throws -> [Delivery] {
        try await server.service.outbox.list(DeliveryQuery(state: state, limit: 100))
    }

    func isSettled() async throws {
        let end = ContinuousClock.now + .seconds(60)
        while try await !deliveries(.pending).isEmpty, ContinuousClock.now < end { try await Task.sleep(for: .milliseconds(5)) }
    }
}
