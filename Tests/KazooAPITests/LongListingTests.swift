import TestKit
import Testing
import Voicemail

/// Listings with more documents than are held at a time (K§2.10): `paginate=false` sends them as they are read.
@Suite struct LongListingTests {
    /// More than two of the pieces that are read at a time, and not a multiple of one.
    private static let count = 2_050

    /// Documents of a kind below an account, made in one transaction; their names are in the order of their numbers.
    private static func fill(_ server: TestServer, _ kind: DocumentKind, of account: Account) async throws -> [String] {
        let lineage = account.lineage + [account.id]
        let now = server.clock.now
        return try await server.service.store.write { writer in
            try (0..<count).map { number in
                let name = "n\(10_000 + number)"
                let id = HexID.random()
                var document = StoredDocument(
                    id: id, kind: kind, accountID: kind == .account ? id : account.id, name: name, scope: account.id, created: now)
                document.attributes = ["name": .string(name), "language": "en-us", "prompt_id": "vm-person", "odd": .bool(number % 2 == 1)]
                switch kind {
                case .mailbox:
                    document.key = name
                    document.attributes["mailbox"] = .string(name)
                case .account:
                    document.lookup = name
                    document.ownerID = account.id
                    document.hidden = ["lineage": JSON(lineage)]
                default: break
                }
                return try writer.insert(document).id
            }
        }
    }

    private static let listings: [(kind: DocumentKind, path: String)] = [
        (.mailbox, "vmboxes"), (.user, "users"), (.greeting, "media"), (.greeting, "media/languages/en-us"), (.greeting, "media/prompts/vm-person"),
        (.webhook, "webhooks"), (.account, "children"), (.account, "descendants"), (.account, "search?t=account&q=name&v=n1"),
    ]

    @Test(arguments: listings.indices) func aLongListIsSentAsItIsRead(_ index: Int) async throws {
        let (kind, path) = Self.listings[index]
        try await TestServer.run { server in
            let account = try await server.makeAccount("Above")
            let token = try await server.makeToken(for: account)
            let ids = try await Self.fill(server, kind, of: account)
            let url = "/v2/accounts/\(account.id)/\(path)\(path.contains("?") ? "&" : "?")"
            func listed(_ answer: Answer) -> [String] { answer.data.array?.compactMap { $0["id"]?.string ?? $0.string } ?? [] }

            let whole = try await server.send("GET", url + "paginate=false", token: token)
            #expect(whole.status == 200)
            #expect(whole["Transfer-Encoding"] == "chunked" && whole["Content-Length"] == nil)
            #expect(listed(whole) == ids)
            for key in ["page_size", "start_key", "next_start_key"] { #expect(whole.json[key] == nil) }
            #expect(whole.json["status"] == "success" && whole.json["revision"] != nil)

            // Filters leave rows out of a list that is sent in pieces, not pieces of it.
            let odd = try await server.send("GET", url + "paginate=false&filter_odd=true", token: token)
            #expect(listed(odd) == ids.indices.filter { $0 % 2 == 1 }.map { ids[$0] })

            let table = try await server.send("GET", url + "paginate=false&accept=csv", token: token)
            #expect(table["Content-Type"] == "text/csv")
            // Ids alone have no key to head a column with.
            if !path.hasPrefix("media/") { #expect(table.text.split(separator: "\r\n").count == Self.count + 1) }

            let page = try await server.send("GET", url + "page_size=2000", token: token)
            #expect(listed(page) == Array(ids.prefix(2000)))
            let next = try #require(page.json["next_start_key"]?.string)
            let last = try await server.send("GET", url + "page_size=2000&start_key=\(next)", token: token)
            #expect(listed(last) == Array(ids.dropFirst(2000)))
            #expect(last.json["page_size"] == .int(Self.count - 2000) && last.json["next_start_key"] == nil)
        }
    }

    @Test func manyGreetingsAreCounted() async throws {
        try await TestServer.run { server in
            let world = try await server.makeWorld()
            _ = try await Self.fill(server, .greeting, of: world.account)
            for (path, key) in [("languages", "en-us"), ("prompts", "vm-person")] {
                let answer = try await server.send("GET", world.accountPath + "/media/" + path, token: world.token)
                expect(answer.data, is: [.object([key: .int(Self.count)])])
            }
        }
    }

    /// A reseller's accounts are his alone, and those beside an account are for whoever is above it.
    @Test func accountsOfOthersAreNotRead() async throws {
        try await TestServer.run { server in
            let mine = try await server.makeAccount("Mine")
            let child = try await server.makeAccount("Child", below: mine)
            let grandchild = try await server.makeAccount("Grandchild", below: child)
            let twin = try await server.makeAccount("Child", below: mine)
            let other = try await server.makeAccount("Other")
            _ = try await Self.fill(server, .account, of: other)
            let master = try await server.makeAccount("Master", actsOnAllAccounts: true)
            func ids(_ path: String, of account: Account, as caller: Account) async throws -> [String] {
                let token = try await server.makeToken(for: caller)
                let answer = try await server.send("GET", "/v2/accounts/\(account.id)/\(path)", token: token)
                #expect(answer.status == 200)
                return answer.data.array?.compactMap { $0["id"]?.string } ?? []
            }
            let children = [child.id, twin.id].sorted()
            #expect(try await ids("descendants", of: mine, as: mine) == children + [grandchild.id])
            #expect(try await ids("search?t=account&q=name&v=c", of: mine, as: mine) == children)
            #expect(try await ids("search?t=account&q=name&v=M", of: mine, as: mine) == [mine.id])
            #expect(try await ids("search?t=account&q=name&v=n1", of: mine, as: mine) == [])
            #expect(try await ids("search?t=account&q=name&v=c&page_size=1", of: mine, as: mine) == [children[0]])
            #expect(try await ids("siblings", of: child, as: mine) == [twin.id])
            #expect(try await ids("siblings", of: child, as: child) == [])
            #expect(try await ids("siblings", of: mine, as: mine) == [])
            #expect(try await ids("siblings", of: mine, as: master) == [master.id, other.id])
        }
    }
}
