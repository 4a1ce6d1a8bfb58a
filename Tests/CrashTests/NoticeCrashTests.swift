import Foundation
import Server
import TestKit
import Testing
import Voicemail
import YeastarPSeriesAPI

/// Promise 2 for mail: whatever happened to a mailbox and was acknowledged is told of at least once, under one id, and what did not happen is not, whenever
/// the server is killed: a new message, what is done with it once that was told, its deletion, little room, a locked PIN, another greeting; in the words of
/// an account that has its own.
@Suite struct NoticeCrashTests {
    @Test("Every acknowledged change of a mailbox is mailed, whenever the server is killed, and nothing that did not happen")
    func acknowledgedChangesAreMailed() async throws {
        let kills = ProcessInfo.processInfo.environment["KILLS"].flatMap(Int.init) ?? 8
        let seed = ProcessInfo.processInfo.environment["SEED"].flatMap(UInt64.init) ?? UInt64.random(in: 1...UInt64(UInt32.max))
        // Slow enough to be cut off in the middle of.
        let receiver = MailReceiver(), worker = NoticeWorker()
        try await TemporaryDirectory.run { directory in
            let data = directory.path + "/data"
            let world = try await Self.prepare(data)
            try await receiver.run { port in
                var random = SeededRandom(seed: seed)
                for round in 1...kills {
                    let server = try await ServerProcess.start(in: data, environment: Self.environment(port))
                    // Once so much more has been acknowledged, and a moment later.
                    let goal = worker.acknowledged.count + Int.random(in: 2...30, using: &random)
                    let pause = Duration.milliseconds(Int.random(in: 0...20, using: &random))
                    try await withThrowingTaskGroup(of: Void.self) { tasks in
                        for lane in 0..<3 { tasks.addTask { await worker.work(from: 10_000 + round * 3000 + lane * 1001, world, port: server.port) } }
                        try await Patience.until { worker.acknowledged.count >= goal }
                        try await Task.sleep(for: pause)
                        server.kill()
                        try await tasks.waitForAll()
                    }
                }
                let last = try await ServerProcess.start(in: data, environment: Self.environment(port))
                let due = worker.acknowledged
                try await Patience.until { due.isSubset(of: Self.subjects(receiver)) }
                let missing = due.subtracting(Self.subjects(receiver))
                #expect(missing.isEmpty, "seed \(seed)")
                #expect(Set(due.map { $0.prefix { $0 != " " } }) == ["NEW", "NEARLY", "DELETED", "LOCKED", "GREETING"], "seed \(seed)")
                #expect(await last.stop() == 0)
            }
            // Nothing was told under two ids: each mailbox has each change once.
            let ids = Dictionary(grouping: receiver.mails, by: { $0.mime.subject }).mapValues { Set($0.compactMap { $0["Message-ID"] }) }
            #expect(ids.filter { $0.value.count != 1 }.isEmpty, "seed \(seed)")
            try await TestServer.run(in: data) { (server: TestServer) async throws in
                try await Self.compare(Self.subjects(receiver), of: world.account, with: server.service, seed)
            }
        }
    }

    /// Whether what was told has happened, acknowledged or not.
    private static func compare(_ subjects: Set<String>, of accountID: String, with service: VoicemailService, _ seed: UInt64) async throws {
        let account = try #require(try await service.accounts.find(accountID))
        for subject in subjects {
            let parts = subject.split(separator: " ").map(String.init)
            let mailbox = try #require(try await service.mailboxes.find(number: parts[1], of: account), "\(subject), seed \(seed)")
            let visible = try await service.mailboxes.tally(of: mailbox, in: account).total
            let removed = try await service.messages.trash(TrashQuery(scope: .mailbox(mailbox.id)), limit: 10).messages.count
            let isTrue =
                switch parts[0] {
                case "NEW", "NEARLY": visible + removed == 1
                case "DELETED": visible == 0
                case "GREETING": mailbox.published["media"]?["unavailable"] != nil
                default: true
                }
            #expect(isTrue, "\(subject), seed \(seed)")
        }
    }

    /// What a killed server was telling, the next but a few takes over.
    private static func environment(_ port: Int) -> [String: String] {
        [
            "AFTERTONE_OUTBOX_INTERVAL_MILLISECONDS": "10", "AFTERTONE_OUTBOX_LEASE_SECONDS": "1", "AFTERTONE_OUTBOX_NOTIFY_OF_CLIENT_MESSAGES": "true",
            "AFTERTONE_MAIL_HOST": "127.0.0.1", "AFTERTONE_MAIL_PORT": "\(port)", "AFTERTONE_MAIL_SECURITY": "none",
            "AFTERTONE_MAIL_FROM": "voicemail@example.com", "AFTERTONE_MAIL_NEARLY_FULL_PERCENT": "50",
            "AFTERTONE_MAIL_NOTICES": MailboxNews.allCases.map(\.rawValue).joined(separator: ","), "AFTERTONE_WEB_PIN_LOGINS": "true",
            // However many mailboxes are locked, their account is not.
            "AFTERTONE_LOGINS_MAXIMUM_FAILURES_OF_MAILBOX": "1", "AFTERTONE_LOGINS_MAXIMUM_FAILURES_OF_ACCOUNT": "1000000",
            "AFTERTONE_HTTP_TRUSTED_PROXIES": "127.0.0.1",
        ]
    }

    /// An account that words its mails itself, so that they say which change of which mailbox they are about.
    private static func prepare(_ data: String) async throws -> NoticeWorker.World {
        try await TestServer.run(in: data, clock: ManualClock(SystemClock().now)) { server in
            let account = try await server.makeAccount("Crash")
            let words = [
                "new_message": "NEW", "mailbox_nearly_full": "NEARLY", "message_deleted": "DELETED", "pin_locked": "LOCKED", "greeting_changed": "GREETING",
            ]
            try await server.service.mailTemplates.put(
                words.map { kind, word in
                    MailTemplateDraft(kind: kind, language: "en", subject: word + " {{voicemail.vmbox_number}}", text: word, html: "<p>\(word)</p>")
                }, in: account)
            let applications = Applications(server.service), issued = try await applications.create(name: "crash", in: account)
            let application = try await applications.logIn(issued.credential.handle, secret: issued.secret)
            let pair = try await applications.openPair(for: application, TokenRules())
            let greeting = try await server.service.greetings.create(["name": "Other"], id: nil, in: account)
            return NoticeWorker.World(
                account: account.id, token: try await server.makeToken(for: account, lifetime: 86_400), accessToken: pair.access, greeting: greeting.id)
        }
    }

    private static func subjects(_ receiver: MailReceiver) -> Set<String> { Set(receiver.mails.compactMap { $0.mime.subject }) }
}
