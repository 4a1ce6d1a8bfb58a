import HTTPTypes
import NIOCore
import TestKit
import Testing
import Voicemail
@testable import Web

/// Every form of a session, sent by everybody who may not.
@Suite("Every form, and everybody who may not send it")
struct FormTableTests {
    enum Caller: CaseIterable, Sendable {
        case nobody
        /// An administrator of another account.
        case otherAccount
        /// A user of the account who looks after nothing of it.
        case plainUser
        /// Who may, with a word of an earlier session.
        case stale
    }

    /// A form as a page has it.
    private struct Form {
        let route: WebRoute
        let path: String
        var fields: [(String, String)] = []
        /// Whether it is about what belongs to who sends it, so that others do it to themselves.
        var isOwn = false
        /// Whether it is about the account of who sends it, and so another's in another account.
        var isOfAccount = false
        /// Whether it is of the whole server, which no administrator of an account sees.
        var isOfServer = false
    }

    private struct Things {
        let message: Message
        let greeting: ListedGreeting
        let key: Credential
        let receiver: Webhook
        let group: Mailbox
        let delivery: Delivery
    }

    private static func forms(_ world: WebWorld, _ things: Things) -> [Form] {
        let box = world.box.id
        func messages(_ deed: String) -> Form {
            Form(
                route: .messages(mailbox: box), path: "/boxes/\(box)/messages",
                fields: [("from", "new"), ("message", things.message.monthID), ("do", deed), ("to", "3001"), ("note", "x")])
        }
        func settings(_ deed: String) -> Form {
            Form(
                route: .settings(mailbox: box), path: "/boxes/\(box)/settings",
                fields: [
                    ("do", deed), ("pin", "482915"), ("again", "482915"), ("addresses", "x@acme.example"), ("sends", "yes"),
                    ("temporary", String(things.greeting.serial)), ("zone", "Asia/Tokyo"), ("text", "hello"), ("language", "en"),
                ])
        }
        func console(_ page: ConsolePage, _ deed: String, _ fields: [(String, String)] = []) -> Form {
            Form(
                route: .console(page), path: "/console/\(page.rawValue)", fields: [("do", deed)] + fields,
                isOfAccount: page == .overview || deed == "make" && !page.isOfServer,
                isOfServer: page.isOfServer)
        }
        return ["new", "saved", "trash", "gone", "send", "copy", "move", "zip"].map(messages)
            + ["standard", "use \(things.greeting.serial)", "remove \(things.greeting.serial)", "temporary", "lasting", "pin", "mail", "zone", "speak"].map(
                settings)
            + [
                Form(route: .logout, path: "/logout", isOwn: true), Form(route: .sessions, path: "/sessions", fields: [("do", "all")], isOwn: true),
                Form(route: .sessions, path: "/sessions", fields: [("do", "end 0123456789abcdef")], isOwn: true),
                Form(
                    route: .sessions, path: "/sessions",
                    fields: [("do", "password"), ("present", "chief horse"), ("password", "eve horse"), ("again", "eve horse")], isOwn: true),
                Form(route: .sessions, path: "/sessions", fields: [("do", "language"), ("language", "fr")], isOwn: true),
                console(.overview, "recordings on"), console(.mailboxes, "make", [("number", "3999")]), console(.mailboxes, "owner \(box)", [("owner", "")]),
                console(.mailboxes, "remove \(box)"),
                console(.groups, "make", [("number", "3000"), ("mode", "share"), ("members", "3001")]),
                console(.groups, "set \(things.group.id)", [("mode", "broadcast"), ("members", "3001")]), console(.groups, "dissolve \(things.group.id)"),
                console(.users, "make", [("username", "eve"), ("password", "eve horse")]),
                console(.users, "password \(world.anna.id)", [("password", "eve horse")]), console(.users, "off \(world.anna.id)"),
                console(.users, "on \(world.anna.id)"), console(.list, "import", [("list", "account,mailbox\n\(world.account.id),3998")]),
                console(.list, "preview", [("list", "account,mailbox\n\(world.account.id),3998")]),
                console(.keys, "withdraw \(things.key.id)"), console(.receivers, "on \(things.receiver.id)"), console(.receivers, "off \(things.receiver.id)"),
                console(.receivers, "remove \(things.receiver.id)"), console(.outbox, "retry \(things.delivery.id)"),
                console(.outbox, "drop \(things.delivery.id)"), console(.logins, "lift x"), console(.accounts, "make", [("name", "Eve")]),
            ]
    }

    private static func things(_ world: WebWorld) async throws -> Things {
        let service = world.server.service, now = world.server.clock.now
        let audio = try await service.messages.receivingAudio(for: world.account.id) { intake in
            try await intake.write(.init(bytes: WAV.tones([440], milliseconds: 300)))
            return try await intake.finish(fileName: "hello.wav", policy: .playableOnly)
        }
        let group = try await world.server.makeMailbox("6300", in: world.account)
        try await service.groups.set(MailboxGroup(mode: .share, members: [world.othersBox.id]), of: group.id, in: world.account)
        let delivery = Delivery(
            channel: "mail", target: "anna@acme.example", accountID: world.account.id, eventSerial: 1, payload: [:], state: .dead, attempts: 7, due: now,
            failure: "550", created: now)
        try await service.store.write { try $0.insert(delivery) }
        return Things(
            message: try await world.leave(),
            greeting: try await service.greetings.put("hello.wav", audio: audio, origin: .upload, on: .mailbox(world.box)).listed,
            key: try await service.access.issueKey(CredentialDraft(.intake, name: "recorder"), in: world.account).credential,
            receiver: try await service.webhooks.create(
                ["name": "crm", "uri": "http://crm.example/hook", "hook": "object"], id: nil, in: world.account),
            group: group, delivery: delivery)
    }

    /// What a change of anything changes.
    private static func state(_ world: WebWorld) async throws -> [String] {
        let service = world.server.service
        let events = try await service.store.read { try $0.events(after: 0, limit: 10_000) }.map { "\($0.serial) \($0.kind.rawValue)" }
        let keys = try await service.access.credentials(of: world.account).map(\.id).sorted()
        let deliveries = try await service.outbox.list(DeliveryQuery(state: .dead, limit: 100)).map { "\($0.id) \($0.state)" }
        let accounts = try await service.accounts.list(below: nil, ListingRange(limit: 100)) { "\($0.name) \($0.letsOwnersHearRecordings)" }.items
        return events + keys + deliveries + accounts
    }

    private static func browser(of caller: Caller, _ world: WebWorld) async throws -> (Browser, form: String) {
        let browser = Browser(world.server)
        switch caller {
        case .nobody: return (browser, try #require(try await browser.get("/login").field("form")))
        case .otherAccount:
            let other = try await world.server.makeAccount("Other")
            let user = try await world.server.makeUser("chief", password: "chief horse", in: other)
            _ = try await world.server.service.users.change(user.id, .patch(["priv_level": "admin"]), in: other)
            try await browser.logIn(account: "Other", user: "chief", password: "chief horse")
        case .plainUser: try await browser.logIn(user: "bert", password: "other horse")
        case .stale:
            let chief = try await world.server.makeUser("chief", password: "chief horse", in: world.account)
            _ = try await world.server.service.users.change(chief.id, .patch(["priv_level": "admin"]), in: world.account)
            try await browser.logIn(user: "chief", password: "chief horse")
            let old = try #require(try await browser.get("/").field("form"))
            await browser.setCookie(Cookie.session.rawValue, nil)
            try await browser.logIn(user: "chief", password: "chief horse")
            return (browser, old)
        }
        // Another account has no mailbox.
        return (browser, try #require(try await browser.get("/sessions").field("form")))
    }

    @Test(arguments: Caller.allCases)
    func refused(_ caller: Caller) async throws {
        try await WebWorld.run { world in
            let things = try await Self.things(world), (browser, word) = try await Self.browser(of: caller, world)
            let before = try await Self.state(world)
            for form in Self.forms(world, things) {
                // In another account there are pages of the same name, but nothing of this one on them.
                let isList = form.route == .console(.list)
                if caller == .otherAccount || caller == .plainUser, form.isOwn { continue }
                if caller == .otherAccount, form.isOfAccount { continue }
                let answer = try await browser.post(form.path, [("form", word)] + form.fields)
                let expected =
                    switch caller {
                    case .nobody: 303
                    case .stale: form.isOfServer ? 404 : 403
                    case .otherAccount: isList ? 400 : 404
                    case .plainUser: 404
                    }
                #expect(answer.status == expected, "\(caller): \(form.path) \(form.fields.first { $0.0 == "do" }?.1 ?? "")")
                if caller == .nobody { #expect(answer["Location"]?.hasSuffix("/login") == true) }
                #expect(!answer.text.contains("Bob") && !answer.text.contains("recorder"))
            }
            #expect(try await Self.state(world) == before)
        }
    }

    @Test("A sound goes nowhere from who may not send one", arguments: Caller.allCases)
    func sound(_ caller: Caller) async throws {
        try await WebWorld.run { world in
            let things = try await Self.things(world), (browser, word) = try await Self.browser(of: caller, world)
            let before = try await Self.state(world)
            let body = "--b\r\nContent-Disposition: form-data; name=\"form\"\r\n\r\n\(word)\r\n--b\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n"
            let bytes = Array(body.utf8) + WAV.tones([440], milliseconds: 300) + Array("\r\n--b--\r\n".utf8)
            let answer = try await browser.post("/boxes/\(world.box.id)/greeting", body: bytes, type: "multipart/form-data; boundary=b")
            #expect(answer.status == (caller == .nobody ? 303 : caller == .stale ? 403 : 404))
            #expect(try await Self.state(world) == before)
            #expect(try await world.server.service.greetings.list(on: .mailbox(world.box)).map(\.id) == [things.greeting.id])
        }
    }

    @Test("No form is left out, of any route")
    func noneIsLeftOut() async throws {
        try await WebWorld.run { world in
            let tried = Set(Self.forms(world, try await Self.things(world)).map(\.route.label))
            // A visitor's own, which have tests beside them; and the one with a sound.
            let others: Set = ["login", "forgotten", "reset", "setup", "boxes/{box}/greeting"]
            let taking = WebRoute.samples.filter { $0.methods.contains(.post) }.map(\.label)
            #expect(Set(taking) == tried.union(others))
        }
    }
}

extension WebRoute {
    /// One of each. A case that is missing does not compile.
    static let samples: [WebRoute] = {
        let place = MessagePlace(mailboxID: HexID.random(), monthID: "201605-" + HexID.random()), id = HexID.random()
        func isHere(_ route: WebRoute) -> Bool {
            switch route {
            case .home, .login, .logout, .forgotten, .reset, .sessions, .console, .recordings, .playRecording, .recordingPeaks, .recordingFile, .reference,
                .interface, .setup,
                .style, .icon, .script, .folder, .messages, .live, .message, .play, .peaks, .file, .settings, .greeting, .hear:
                true
            }
        }
        let samples: [WebRoute] = [
            .home, .login, .logout, .forgotten, .reset, .sessions, .recordings, .playRecording(id), .recordingPeaks(id), .recordingFile(id, .wav), .reference,
            .interface("kazoo"),
            .setup, .style, .icon, .script("inbox.js"), .folder(mailbox: id, .new), .messages(mailbox: id), .live(mailbox: id), .message(place), .play(place),
            .peaks(place),
            .file(place, .mp3), .settings(mailbox: id), .greeting(mailbox: id), .hear(mailbox: id, "1"),
        ]
        return (samples + ConsolePage.allCases.map { .console($0) }).filter(isHere)
    }()
}
