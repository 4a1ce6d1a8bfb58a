import Foundation
@testable import SQLiteStore
import TestKit
import Testing
import Voicemail
import YeastarPSeriesAPI
import YeastarSSeriesAPI

/// Lists of things that each hold as much as may be kept, over HTTP and in a process of its own: what the process holds at its worst
/// follows what the lists show.
@Suite struct ListingMemoryTests {
    private static let count = 120
    /// Bytes the process may have held more than before; all of one kind in memory are more than twice that.
    private static let growth = 56 << 20

    /// Much memory for its length: a list of lists.
    private static let attributes =
        "json_set(attributes, '$.flags', json('[' || rtrim(replace(hex(zeroblob(7500)), '00', '[0],'), ',') || ']'), '$.mailbox', printf('%d', 10000 + n))"

    private static func copies(_ owner: String) -> String {
        """
        WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < \(count))
        INSERT INTO document (id, kind, account_id, name, key, scope, lookup, label, owner_id, attributes, hidden, blob_id, revision, created, modified)
        SELECT printf('%s%026x', substr(id, 1, 6), n), kind, account_id, printf('%s%06d', name, n), iif(kind = 'mailbox', printf('%d', ?1 + n), NULL), scope,
        lookup, iif(kind = 'mailbox', printf('%d', ?1 + n), NULL), \(owner), \(attributes), hidden, blob_id, 1, created, modified FROM number CROSS JOIN document WHERE document.id = ?2
        """
    }

    @Test func listsHoldWhatTheyShow() async throws {
        try await TemporaryDirectory.run { directory in
            let data = directory.path + "/data"
            let world = try await Self.prepare(data)
            try await CommandLineProgram.running(["serve", "--data", data, "--listen", "127.0.0.1:0"]) { program in
                let server = RemoteServer(port: try #require(await program.port()))
                for path in world.warming { #expect(try await server.send("GET", path, token: world.token).status == 200) }
                for (method, path, rows) in world.lists {
                    try "5".write(toFile: "/proc/\(program.id)/clear_refs", atomically: false, encoding: .utf8)
                    let before = try program.memory("VmHWM")
                    let answer = try await server.send(method, path, token: world.token)
                    #expect(answer.status == 200, "\(path)")
                    #expect(answer.text.split(separator: #""\#(rows)""#).count > Self.count / 2, "\(path): \(answer.text.prefix(200))")
                    let peak = try program.memory("VmHWM")
                    #expect(peak - before < Self.growth, "\(path): \(before >> 20) MiB before, \(peak >> 20) MiB at worst")
                }
            }
        }
    }

    private struct Lists: Sendable {
        let token: String
        let warming: [String]
        /// Method, path, and the name of a field that every row has.
        let lists: [(String, String, String)]
    }

    private static func prepare(_ data: String) async throws -> Lists {
        let (lists, templates) = try await TestServer.run(in: data, clock: ManualClock(SystemClock().now)) { server in
            let world = try await server.makeWorld()
            let service = server.service
            let group = try await server.makeMailbox("6000", in: world.account)
            _ = try await service.groups.set(MailboxGroup(mode: .share, members: [world.mailbox.id]), of: group.id, in: world.account)
            let greeting = try await service.greetings.create(["name": "G"], id: nil, in: world.account)
            let application = try await Applications(service).create(name: "crm", in: world.account)
            let pair = try await Applications(service).openPair(
                for: Applications(service).logIn(application.credential.handle, secret: application.secret), TokenRules())
            let user = try await APIUsers(service).create(name: nil, in: world.account)
            let tokens = try await APIUsers(service).open(user.credential, details: [:])
            func pSeries(_ endpoint: String) -> String { "/openapi/v1.0/\(endpoint)?access_token=\(pair.access)" }
            func sSeries(_ endpoint: String) -> String { "/api/\(endpoint)?token=\(tokens.access)" }
            let lists = Lists(
                token: world.token, warming: ["/v2/accounts/\(world.account.id)", pSeries("extension/list"), sSeries("v1.1.0/deviceinfo/query")],
                lists: [
                    ("GET", pSeries("extension/list"), "caller_id_name"), ("GET", pSeries("vm_group/list"), "member_list"),
                    ("GET", sSeries("v1.1.0/extensionlist/query"), "extnumber"), ("POST", sSeries("v1.1.0/extension/query"), "extnumber"),
                    ("GET", world.accountPath + "/vmboxes?paginate=false&filter_not_mailbox=1", "mailbox"),
                    ("GET", world.accountPath + "/users?page_size=10000", "first_name"), ("GET", world.accountPath + "/media?page_size=10000", "media_source"),
                ])
            return (lists, (world.mailbox.id, group.id, world.user.id, greeting.id))
        }
        let store = try SQLiteStore(path: data + "/aftertone.sqlite", options: StoreOptions(readers: 1))
        let (mailbox, group, user, greeting) = templates
        _ = try await store.transaction { writer in
            for (id, first, owner) in [
                (user, 0, "owner_id"), (mailbox, 10_000, "printf('\(user.prefix(6))%026x', n)"), (group, 20_000, "NULL"), (greeting, 0, "owner_id"),
            ] {
                try writer.execute(Self.copies(owner)) {
                    $0.bind(first)
                    $0.bind(id)
                }
            }
        }
        try store.close()
        return lists
    }
}
