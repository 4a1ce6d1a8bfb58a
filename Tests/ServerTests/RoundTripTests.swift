import Crypto
import Foundation
import PostgresStore
import Server
import TestKit
import Testing
import Voicemail
import YeastarPSeriesAPI
import YeastarSSeriesAPI

/// How often a request waits for a PostgreSQL database. Each wait costs what the network between the two takes.
struct RoundTripTests {
    /// The most that each may take, once connections are open, statements prepared and what follows each other known (`docs/scale.md`).
    private static let most = [
        "deposit of a message, in one request": 3,
        "page of 50 messages": 1,
        "ranged download of a message": 1,
        "a message": 2,
        "message moved to another folder": 4,
        "message deleted": 4,
        "list of mailboxes": 2,
        "login with a user's name": 6,
        "P-Series: page of messages": 2,
        "P-Series: list of recordings": 2,
        "P-Series: link to a message": 5,
        "P-Series: download by a link": 2,
        "recording put": 7,
        "recording put, of the same second and numbers as twenty others": 17,
        "S-Series: messages of an extension": 2,
        "S-Series: random for a message": 5,
    ]

    @Test("Requests wait for the database as often as is written down, and not more often")
    func counted() async throws {
        try await PostgresCluster.shared.value.withDatabase { url in
            try await TestServer.run({
                $0.postgres = PostgresOptions(url: url, pool: 2)
                // What is told of a change is planned beside the answer.
                $0.outbox.isOn = false
            }) { server in
                let store = try #require(server.installation.store as? PostgresStore)
                let world = try await server.makeWorld()
                let path = world.boxPath + "/messages", sound = WAV.tones([440], milliseconds: 300)
                let message = try await server.leave(audio: sound, in: world.mailbox, of: world.account)
                for number in 0..<60 { _ = try await server.leave(audio: number < 30 ? sound : nil, in: world.mailbox, of: world.account) }
                let key = try await server.service.access.issueKey(CredentialDraft(.intake, name: "recorder"), in: world.account).secret
                let application = try await Applications(server.service).create(name: "crm", permissions: nil, addresses: [], in: world.account)
                let pair = try await Applications(server.service).openPair(
                    for: Applications(server.service).logIn(application.credential.handle, secret: application.secret), TokenRules(maximumLive: 99))
                let user = try await APIUsers(server.service).create(name: nil, in: world.account)
                let secret = HexID.encode(Insecure.MD5.hash(data: Data(user.secret.utf8)))
                let login: JSON = ["username": .string(user.credential.handle), "password": .string(secret)]
                let entry = try await server.send("POST", "/api/v1.1.0/login", json: login)
                let session = try #require(entry.json["token"]?.string, "\(entry.text)")
                for number in 0..<20 {
                    let put = try await server.send(
                        "PUT", "/intake/recordings/before\(number).wav?caller=1&callee=2", headers: ["Authorization": "Bearer \(key)"], body: sound)
                    #expect(put.status < 300)
                }
                var spare: [Message] = []
                for _ in 0..<40 { spare.append(try await server.leave(in: world.mailbox, of: world.account)) }
                var number = 0
                let kazoo: [String: () async throws -> Answer] = [
                    "deposit of a message, in one request": {
                        try await server.send("PUT", path, headers: ["Content-Type": "audio/wav"], token: world.token, body: sound)
                    },
                    "page of 50 messages": { try await server.send("GET", path + "?page_size=50", token: world.token) },
                    "ranged download of a message": {
                        try await server.send("GET", "\(path)/\(message.monthID)/raw", headers: ["Range": "bytes=0-99"], token: world.token)
                    },
                    "recording put": {
                        number += 1
                        return try await server.send(
                            "PUT", "/intake/recordings/r\(number).wav?caller=\(number)&callee=2", headers: ["Authorization": "Bearer \(key)"], body: sound)
                    },
                    "recording put, of the same second and numbers as twenty others": {
                        number += 1
                        return try await server.send(
                            "PUT", "/intake/recordings/r\(number).wav?caller=1&callee=2", headers: ["Authorization": "Bearer \(key)"], body: sound)
                    },
                    "login with a user's name": {
                        let digest = LoginDigest.md5.digest(TestWorld.username, TestWorld.password)
                        return try await server.send("PUT", "/v2/user_auth", data: ["credentials": .string(digest), "account_name": "Acme"])
                    },
                    "list of mailboxes": { try await server.send("GET", world.accountPath + "/vmboxes", token: world.token) },
                    "a message": { try await server.send("GET", "\(path)/\(message.monthID)", token: world.token) },
                    "message moved to another folder": {
                        number += 1
                        let folder: JSON = number % 2 == 0 ? "saved" : "new"
                        return try await server.send("POST", "\(path)/\(message.monthID)", token: world.token, data: ["folder": folder])
                    },
                    "message deleted": {
                        number += 1
                        return try await server.send("DELETE", "\(path)/\(spare[number % spare.count].monthID)", token: world.token)
                    },
                ]
                let id = "\(message.timestamp.unix)-" + String(format: "%08x", message.serial)
                let call = "?access_token=\(pair.access)"
                let link = try await server.send("GET", "/openapi/v1.0/vm/download\(call)&msg_id=\(id)")
                let resource = try #require(link.json["download_resource_url"]?.string, "\(link.text)")
                let pSeries: [String: () async throws -> Answer] = [
                    "P-Series: page of messages": { try await server.send("GET", "/openapi/v1.0/vm/get\(call)&number=3000") },
                    "P-Series: list of recordings": { try await server.send("GET", "/openapi/v1.0/recording/list\(call)") },
                    "P-Series: link to a message": { try await server.send("GET", "/openapi/v1.0/vm/download\(call)&msg_id=\(id)") },
                    "P-Series: download by a link": { try await server.send("GET", "\(resource)\(call)") },
                ]
                let sSeries: [String: () async throws -> Answer] = [
                    "S-Series: messages of an extension": {
                        try await server.send("POST", "/api/v1.1.0/voicemail/query?token=\(session)", json: ["extid": "3000"])
                    },
                    "S-Series: random for a message": {
                        try await server.send(
                            "POST", "/api/v1.1.0/voicemail/get_random?token=\(session)", json: ["extid": "3000", "voicemailfile": "msg0000.wav"])
                    },
                ]
                let requests = kazoo.merging(pSeries) { $1 }.merging(sSeries) { $1 }
                try await Self.countDepositsWithIDs(at: server, world, store)
                for (name, request) in requests.sorted(by: { $0.key < $1.key }) {
                    try await Self.count(name, atMost: Self.most[name] ?? 0, store) {
                        let answer = try await request()
                        #expect((200..<300).contains(answer.status), "\(name): \(answer.text)")
                    }
                }
            }
        }
    }

    /// Makes a request again and again.
    private static func count(_ name: String, atMost most: Int, _ store: PostgresStore, _ request: () async throws -> Void) async throws {
        var counts: [Int] = []
        for _ in 0..<15 {
            try await Task.sleep(for: .milliseconds(30))
            let before = store.roundTrips
            try await request()
            counts.append(store.roundTrips - before)
        }
        // The first ones learn; on a busy machine the server does something of its own beside most of the others.
        #expect(counts.dropFirst(4).sorted()[2] <= most, "\(name): \(counts)")
    }

    @Test("Every list of every interface waits for the database twice at most: for who asks, and for what is listed")
    func listings() async throws {
        try await CountedServer.run { server, store in
            let lists = try await ListedWorld(server).lists
            for (name, list) in lists {
                try await Self.count(name, atMost: 2, store) {
                    let answer = try await list.ask(server)
                    #expect(answer.status == 200 && answer.text.contains(list.mark), "\(name): \(answer.text)")
                }
            }
        }
    }

    @Test("A ranged download waits for the database twice at most, whatever is downloaded")
    func downloads() async throws {
        try await CountedServer.run { server, store in
            for (name, download) in try await ListedWorld(server).downloads {
                try await Self.count(name, atMost: 2, store) {
                    let answer = try await download(server)
                    #expect(answer.status == 206 && answer.bytes.count == 100, "\(name): \(answer.text)")
                }
            }
        }
    }

    /// Deposits that bring their ids, as those by telephone do: no two of them ask the same.
    private static func countDepositsWithIDs(at server: TestServer, _ world: TestWorld, _ store: PostgresStore) async throws {
        var least = Int.max
        for _ in 0..<12 {
            let before = store.roundTrips
            _ = try await server.leave(MessageDraft(id: HexID.random(), callerNumber: "2001"), in: world.mailbox, of: world.account)
            least = min(least, store.roundTrips - before)
        }
        #expect(least <= 3, "\(least)")
    }

    @Test("A page of call records asks as often for twenty callers as for two")
    func callRecords() async throws {
        try await PostgresCluster.shared.value.withDatabase { url in
            try await TestServer.run({
                $0.postgres = PostgresOptions(url: url, pool: 2)
                $0.outbox.isOn = false
            }) { server in
                let store = try #require(server.installation.store as? PostgresStore)
                let world = try await server.makeWorld(), service = server.service
                func leave(_ numbers: Range<Int>) async throws {
                    for number in numbers {
                        let draft = MessageDraft(callerNumber: String(5000 + number))
                        _ = try await service.messages.deposit(draft, mailboxID: world.mailbox.id, in: world.account, from: .filing())
                    }
                }
                func trips(of count: Int) async throws -> Int {
                    let span = Timestamp.plausible
                    var least = Int.max
                    for _ in 0..<12 {
                        let before = store.roundTrips
                        let query = CallRecordQuery(
                            from: Timestamp(unix: span.lowerBound), to: Timestamp(unix: span.upperBound), kinds: [.message])
                        let page = try await service.callRecords.list(query, of: world.account, offset: 0, limit: 50)
                        #expect(page.records.count == count)
                        least = min(least, store.roundTrips - before)
                    }
                    return least
                }
                try await leave(0..<2)
                let few = try await trips(of: 2)
                try await leave(2..<20)
                let many = try await trips(of: 20)
                #expect(few == many)
            }
        }
    }
}
