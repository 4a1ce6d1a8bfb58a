import AsyncHTTPClient
import Delivery
import Foundation
import NIOCore
import NIOHTTP1
import Server
import Synchronization
import TestKit
import Testing
import Voicemail
import YeastarPSeriesAPI

/// What becomes of a message once its people were told (K§10.6), when the server is killed between two steps of telling them.
@Suite struct AfterNotifyCrashTests {
    enum Wish: String, CaseIterable {
        case save = "save_after_notify", delete = "delete_after_notify"
    }

    /// When the server is killed.
    enum Moment: Hashable {
        /// The mail server has the mail, and has not said so.
        case beforeTheAnswer
        /// It has said so, so many milliseconds ago: what follows is written down within 50.
        case afterTheAnswer(Int)
    }

    private static let moments: [Moment] = [.beforeTheAnswer] + [0, 2, 10, 30, 60].map { .afterTheAnswer($0) }

    @Test("The message is told of, and then filed or removed, once", arguments: Wish.allCases, moments)
    func killed(_ wish: Wish, _ moment: Moment) async throws {
        // nil before it was started and after it was killed.
        let running = Mutex<TestKit.ServerProcess?>(nil)
        let kill: @Sendable () -> Void = {
            running.withLock { server in
                server?.kill()
                server = nil
            }
        }
        let receiver = MailReceiver(
            .none,
            .calls(before: { if moment == .beforeTheAnswer { kill() } }) {
                guard case .afterTheAnswer(let pause) = moment else { return }
                Task {
                    try await Task.sleep(for: .milliseconds(pause))
                    kill()
                }
            })
        try await TemporaryDirectory.run { directory in
            let data = directory.path + "/data", world = try await Self.prepare(data, wish)
            try await receiver.run { port in
                let first = try await ServerProcess.start(in: data, environment: Self.environment(port))
                running.withLock { $0 = first }
                // It may be dead before it answers.
                try? await Self.leave(world, port: first.port)
                try #require(try await Patience.until { running.withLock { $0 == nil } })
                if moment == .beforeTheAnswer {
                    // Nobody knows that it was told: as long as nobody takes a mail, it is new.
                    try await Self.later(hours: 2, in: data, mailingTo: FreePort.draw()) { server in
                        let outbox = server.service.outbox
                        try #require(try await Patience.until { try await outbox.list(DeliveryQuery(limit: 9)).first?.attempts == 1 })
                        #expect(try await Self.message(world, port: server.port)?["folder"] == "new")
                    }
                }
                try await Self.later(hours: 3, in: data, mailingTo: port) { server in
                    let wished = wish == .save ? JSON.string("saved") : nil
                    try #require(try await Patience.until { try await Self.message(world, port: server.port)?["folder"] == wished })
                    // Told once more at most, under the same id.
                    #expect((moment == .beforeTheAnswer ? 2...2 : 1...2).contains(receiver.mails.count))
                    #expect(Set(receiver.mails.compactMap { $0["Message-ID"] }).count == 1)
                    #expect(try await server.service.outbox.totals() == DeliveryTotals())
                    let shown = try await Self.message(world, port: server.port)?["media_id"]?.string
                    let trash = try await server.service.messages.trash(TrashQuery(scope: .mailbox(world.mailbox)), limit: 10).messages
                    #expect(trash.count == (wish == .save ? 0 : 1))
                    let kept = try await server.service.messages.find(anywhere: String(shown?.suffix(32) ?? ""))
                    #expect((kept ?? trash.first?.message)?.notices.map(\.outcome) == [.sent])
                }
            }
        }
    }

    private struct World: Sendable {
        let account: String
        let mailbox: String
        let token: String
        let accessToken: String
    }

    /// Of the server that is killed: what it has claimed is its own for longer than any machine lets it wait, so it tells nothing twice by itself.
    private static func environment(_ port: Int) -> [String: String] {
        [
            "AFTERTONE_OUTBOX_INTERVAL_MILLISECONDS": "10", "AFTERTONE_OUTBOX_LEASE_SECONDS": "3600", "AFTERTONE_OUTBOX_NOTIFY_OF_CLIENT_MESSAGES": "true",
            "AFTERTONE_MAIL_HOST": "127.0.0.1", "AFTERTONE_MAIL_PORT": "\(port)", "AFTERTONE_MAIL_SECURITY": "none",
            "AFTERTONE_MAIL_FROM": "voicemail@example.com",
        ]
    }

    /// Runs a server when the dead one's claims are over. In this process, where time passes for a test: its own do not run out.
    private static func later(hours: Int, in data: String, mailingTo port: Int, _ body: @Sendable (TestServer) async throws -> Void) async throws {
        let sender = try #require(MailAddress("voicemail@example.com")), clock = ManualClock(SystemClock().now.advanced(by: hours * 3600))
        let configure: (inout Configuration) -> Void = {
            $0.mail = MailServer(host: "127.0.0.1", port: port, security: .none, sender: sender, attemptSeconds: 600)
            $0.outbox.intervalMilliseconds = 10
        }
        try await TestServer.run(in: data, clock: clock, configure, body)
    }

    private static func prepare(_ data: String, _ wish: Wish) async throws -> World {
        try await TestServer.run(in: data, clock: ManualClock(SystemClock().now)) { server in
            let account = try await server.makeAccount("Crash")
            let mailbox = try await server.makeMailbox("3000", in: account, ["notify_email_addresses": ["anna@example.org"], wish.rawValue: true])
            let applications = Applications(server.service), issued = try await applications.create(name: "crash", in: account)
            let application = try await applications.logIn(issued.credential.handle, secret: issued.secret)
            let pair = try await applications.openPair(for: application, TokenRules())
            return World(
                account: account.id, mailbox: mailbox.id, token: try await server.makeToken(for: account, lifetime: 86_400), accessToken: pair.access)
        }
    }

    private static func leave(_ world: World, port: Int) async throws {
        let body = JSON.object(["vm_from_number": "2001", "vm_to_number": "3000"]).encoded
        _ = try await send("POST", "http://127.0.0.1:\(port)/openapi/v1.0/vm/create?access_token=\(world.accessToken)", body, world)
    }

    /// The message as clients see it; nil where they see none.
    private static func message(_ world: World, port: Int) async throws -> JSON? {
        let path = "/v2/accounts/\(world.account)/vmboxes/\(world.mailbox)/messages"
        return try await send("GET", "http://127.0.0.1:\(port)\(path)", nil, world)["data"]?.array?.first
    }

    private static func send(_ method: String, _ url: String, _ body: String?, _ world: World) async throws -> JSON {
        var request = HTTPClientRequest(url: url)
        request.method = .RAW(value: method)
        request.headers.add(name: "X-Auth-Token", value: world.token)
        request.headers.add(name: "Content-Type", value: "application/json")
        // No connection outlives its server, whose port another may be given.
        request.headers.add(name: "Connection", value: "close")
        if let body { request.body = .bytes(ByteBuffer(string: body)) }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(60))
        return try JSON.parse(Array(buffer: try await response.body.collect(upTo: 1 << 20)))
    }
}
