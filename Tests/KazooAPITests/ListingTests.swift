import TestKit
import Testing
import Voicemail

/// Pages, filters, windows and forms of listings (K§2.9 to K§2.11, K§6.4).
@Suite struct ListingTests {
    /// Thirteen messages over two months, six of them new: the vendor's own regression test.
    private func thirteen(_ server: TestServer, _ world: TestWorld) async throws -> [Message] {
        var messages: [Message] = []
        for number in 0..<13 {
            let folder: Folder = number % 2 == 1 ? .new : .saved
            let when = server.clock.now.advanced(by: -number * 5 * 86_400 / 2)
            messages.append(
                try await server.leave(
                    MessageDraft(callerNumber: "20\(number)", folder: folder, timestamp: when), in: world.mailbox, of: world.account))
        }
        return messages
    }

    private func pages(_ server: TestServer, _ path: String, _ token: String) async throws -> [[String]] {
        var pages: [[String]] = []
        var start: String?
        repeat {
            let answer = try await server.send("GET", path + (start.map { "&start_key=" + $0 } ?? ""), token: token)
            #expect(answer.status == 200)
            let ids = answer.data.array?.compactMap { $0["media_id"]?.string ?? $0["id"]?.string } ?? []
            #expect(answer.json["page_size"]?.int == ids.count)
            if let start { #expect(answer.json["start_key"]?.string == start) }
            pages.append(ids)
            start = answer.json["next_start_key"]?.string
            if let start { #expect(!start.isEmpty && start.wholeMatch(of: /[A-Za-z0-9._~-]+/) != nil) }
        } while start != nil && pages.count < 50
        return pages
    }

    @Test func pagesAreFilledThroughFilters() async throws {
        try await TestServer.run { server in
            let world = try await server.makeWorld()
            let messages = try await thirteen(server, world)
            let new = messages.filter { $0.folder == .new }.map(\.monthID)
            let path = world.boxPath + "/messages?page_size=5"
            #expect(try await pages(server, path + "&filter_not_folder=saved", world.token) == [Array(new[..<5]), Array(new[5...])])
            #expect(try await pages(server, path + "&filter_folder=new", world.token) == [Array(new[..<5]), Array(new[5...])])
            let all = messages.map(\.monthID)
            #expect(try await pages(server, path, world.token) == [Array(all[0..<5]), Array(all[5..<10]), Array(all[10...])])
            #expect(try await pages(server, path + "&ascending=true", world.token).flatMap { $0 } == all.reversed())
            #expect(try await pages(server, world.boxPath + "/messages?page_size=13", world.token) == [all])
            let whole = try await server.send("GET", world.boxPath + "/messages?paginate=false&filter_folder=new", token: world.token)
            #expect(whole.mediaIDs == new)
            for key in ["page_size", "start_key", "next_start_key"] { #expect(whole.json[key] == nil) }
        }
    }

    @Test func pagingParametersAreJudged() async throws {
        try await TestServer.run { server in
            let world = try await server.makeWorld()
            for query in ["page_size=0", "page_size=-1", "page_size=x", "page_size=", "start_key=x", "start_key=1-2-3"] {
                for path in ["/vmboxes", "/vmboxes/\(world.mailbox.id)/messages", "/vmboxes/messages", "/users", "/media", "/webhooks", "/descendants"] {
                    let answer = try await server.send("GET", world.accountPath + path + "?" + query, token: world.token)
                    #expect(answer.status == 404, "\(path)?\(query)")
                    #expect(answer.json["message"] == "faulty_request")
                }
            }
            #expect(try await server.send("GET", world.boxPath + "/messages?", token: world.token).status == 200)
            #expect(try await server.send("GET", world.boxPath + "/messages?_=1&unknown=x&descending=false", token: world.token).status == 200)
        }
    }

    @Test func boxesAreListedByNameAcrossPages() async throws {
        try await TestServer.run { server in
            let world = try await server.makeWorld()
            var names = ["Box 3000"]
            for number in 0..<7 {
                names.append("n\(number % 3)")
                _ = try await server.makeMailbox("4\(number)", in: world.account, ["name": .string("n\(number % 3)")])
            }
            let listed = try await pages(server, world.accountPath + "/vmboxes?page_size=3", world.token)
            #expect(listed.map(\.count) == [3, 3, 2])
            #expect(Set(listed.flatMap { $0 }).count == 8)
            let whole = try await server.send("GET", world.accountPath + "/vmboxes?paginate=false", token: world.token)
            #expect(whole.data.array?.compactMap { $0["name"]?.string } == names.sorted())
        }
    }

    @Test func filtersOfBoxesSeeTheWholeDocument() async throws {
        try await TestServer.run { server in
            let world = try await server.makeWorld()
            let owner = String(repeating: "a", count: 32)
            _ = try await server.makeMailbox("1", in: world.account, ["owner_id": .string(owner), "x": ["y": 5], "empty": ""])
            func numbers(_ query: String) async throws -> [String] {
                try await server.send("GET", world.accountPath + "/vmboxes?" + query, token: world.token).data.array?.compactMap { $0["mailbox"]?.string } ?? []
            }
            #expect(try await numbers("filter_mailbox=1") == ["1"])
            #expect(try await numbers("filter_owner_id=\(owner)") == ["1"])
            #expect(try await numbers("filter_x.y=5") == ["1"])
            #expect(try await numbers("filter_x.y=%5B%224%22,%225%22%5D") == ["1"])
            #expect(try await numbers("filter_not_x.y=5") == ["3000"])
            #expect(try await numbers("filter_not_mailbox=%5B%221%22,%223000%22%5D") == [])
            #expect(try await numbers("has_key=x") == ["1"])
            #expect(try await numbers("key_missing=x") == ["3000"])
            #expect(try await numbers("has_key=empty") == ["1"])
            #expect(try await numbers("has_value=empty") == [])
            #expect(try await numbers("value_missing=x.y") == ["3000"])
            #expect(try await numbers("missing_value=x.y") == ["3000"])
            #expect(try await numbers("filter_check_if_owner=true&filter_mailbox=3000") == ["3000"])
            #expect(try await numbers("filter_name=none") == [])
            let now = server.clock.now.gregorian
            #expect(try await numbers("created_from=\(now)&created_to=\(now)").count == 2)
            #expect(try await numbers("created_from=\(now + 1)") == [])
            #expect(try await numbers("modified_to=\(now - 1)") == [])
            let owned = try await server.send("GET", "\(world.accountPath)/users/\(owner)/vmboxes", token: world.token)
            #expect(owned.data.array?.compactMap { $0["mailbox"]?.string } == ["1"])
        }
    }

    @Test func filtersOfMessagesSeeTheirMetadata() async throws {
        try await TestServer.run { server in
            let world = try await server.makeWorld()
            let one = try await server.leave(MessageDraft(callerName: "", callerNumber: "1001", folder: .new), in: world.mailbox, of: world.account)
            let two = try await server.leave(MessageDraft(callerName: "B", callerNumber: "1002", folder: .deleted), in: world.mailbox, of: world.account)
            func ids(_ query: String) async throws -> Set<String> {
                Set(try await server.send("GET", world.boxPath + "/messages?" + query, token: world.token).mediaIDs)
            }
            #expect(try await ids("") == [one.monthID, two.monthID])
            #expect(try await ids("filter_caller_id_number=1001") == [one.monthID])
            #expect(try await ids("filter_folder=deleted") == [two.monthID])
            #expect(try await ids("filter_folder=%5B%22new%22,%22deleted%22%5D") == [one.monthID, two.monthID])
            #expect(try await ids("filter_length=1") == [one.monthID, two.monthID])
            #expect(try await ids("has_key=call_id") == [one.monthID, two.monthID])
            #expect(try await ids("has_value=caller_id_name") == [two.monthID])
            #expect(try await ids("key_missing=nothing&filter_not_folder=new") == [two.monthID])
        }
    }

    @Test func theWindowOfAListing() async throws {
        try await TestServer.run { server in
            let world = try await server.makeWorld()
            let now = server.clock.now
            let retention = 93 * 86_400 + 3600
            let ages = [-3600, 0, 2_682_000, 2_682_001, retention, retention + 1]
            var ids: [String] = []
            for age in ages {
                ids.append(try await server.leave(MessageDraft(timestamp: now.advanced(by: -age)), in: world.mailbox, of: world.account).monthID)
            }
            func list(_ query: String) async throws -> [String] {
                try await server.send("GET", world.boxPath + "/messages?" + query, token: world.token).mediaIDs
            }
            // A clock that runs ahead hides nothing (K§12-41).
            #expect(try await list("") == Array(ids[0...4]))
            #expect(try await list("created_to=\(now.gregorian)") == Array(ids[1...4]))
            #expect(try await list("created_from=\(now.gregorian - 2_682_000)") == Array(ids[0...2]))
            #expect(try await list("created_from=\(now.gregorian - retention - 1)&created_to=\(now.gregorian - retention - 1)") == [ids[5]])
            func failure(_ query: String) async throws -> JSON {
                try await server.send("GET", world.boxPath + "/messages?" + query, token: world.token).envelope
            }
            let from = now.gregorian - 2_682_001
            expect(
                try await failure("created_from=\(from)"),
                is: validation(
                    "created_from", "date_range",
                    [
                        "message": .string("created_to \(now.gregorian) is more than 2682000 seconds from created_from \(from)"), "cause": .int(now.gregorian),
                    ]))
            expect(
                try await failure("created_from=5000&created_to=4000"),
                is: validation(
                    "created_from", "date_range",
                    [
                        "message": "created_to 4000 is prior to created_from 5000", "cause": 5000,
                    ]))
            #expect(try await server.send("GET", world.boxPath + "/messages?created_from=soon", token: world.token).status == 400)
            // A mailbox that is not there lists nothing (K§7.1).
            let none = try await server.send("GET", "\(world.accountPath)/vmboxes/\(HexID.random())/messages", token: world.token)
            #expect(none.status == 200)
            #expect(none.data == [])
        }
    }

    @Test func aListAsCSV() async throws {
        try await TestServer.run { server in
            let world = try await server.makeWorld()
            let draft = MessageDraft(
                callID: "c", callerName: "=1+1,\"x\"", callerNumber: "1", from: "a@b", to: "c@d", lengthMilliseconds: 5, timestamp: server.clock.now)
            let message = try await server.leave(draft, in: world.mailbox, of: world.account)
            let expected =
                "call_id,caller_id_name,caller_id_number,folder,from,length,media_id,timestamp,to\r\n"
                + "c,\"'=1+1,\"\"x\"\"\",1,new,a@b,5,\(message.monthID),\(server.clock.now.gregorian),c@d\r\n"
            for (query, accept) in [
                ("?accept=csv", nil), ("?accept=text/csv", "application/json"), ("", "text/csv"), ("?paginate=false", "text/comma-separated-values"),
            ] {
                let answer = try await server.send(
                    "GET", world.boxPath + "/messages" + query, headers: accept.map { ["Accept": $0] } ?? [:], token: world.token)
                #expect(answer.status == 200)
                #expect(answer["Content-Type"] == "text/csv")
                #expect(answer["Content-Disposition"] == #"attachment; filename="result.csv""#)
                #expect(answer.text == expected)
            }
            let named = try await server.send("GET", world.boxPath + "/messages?accept=csv", headers: ["X-File-Name": "m.csv"], token: world.token)
            #expect(named["Content-Disposition"] == #"attachment; filename="m.csv""#)
            let empty = try await server.send("GET", world.accountPath + "/webhooks?accept=csv", token: world.token)
            #expect(empty.status == 200)
            #expect(empty.bytes.isEmpty)
        }
    }

    @Test func answersInOtherClothes() async throws {
        try await TestServer.run { server in
            let world = try await server.makeWorld()
            let pretty = try await server.send("GET", world.boxPath + "?pretty_print=true", token: world.token)
            #expect(pretty.text.hasPrefix("{\n  \"data\": {\n"))
            let plain = try await server.send("GET", world.boxPath, token: world.token)
            expect(pretty.envelope, is: plain.envelope)
            let called = try await server.send("GET", world.boxPath + "?jsonp=app.got", token: world.token)
            #expect(called["Content-Type"] == "application/javascript")
            #expect(called.text.hasPrefix("app.got({") && called.text.hasSuffix("});"))
            let hostile = try await server.send("GET", world.boxPath + "?jsonp=alert(1)//", token: world.token)
            #expect(hostile["Content-Type"] == "application/json")
            let tag = try #require(plain["ETag"])
            #expect(plain.json["revision"]?.string == tag.replacing("\"", with: ""))
            #expect(try await server.send("GET", world.boxPath, headers: ["If-None-Match": tag], token: world.token).status == 304)
            let changed = try await server.send("PATCH", world.boxPath, headers: ["If-Match": "\"stale\""], token: world.token, data: ["k": 1])
            #expect(changed["ETag"] != tag)
            #expect(try await server.send("GET", world.boxPath, headers: ["If-None-Match": tag], token: world.token).status == 200)
            let identified = try await server.send("GET", world.boxPath, headers: ["X-Request-ID": "mine-1"], token: world.token)
            #expect(identified.json["request_id"] == "mine-1")
            #expect(identified["X-Request-ID"] == "mine-1")
            #expect(plain.json["request_id"]?.string?.wholeMatch(of: /[0-9a-f]{32}/) != nil)
            #expect(plain.json["timestamp"]?.string == server.clock.now.iso8601)
        }
    }

    /// A list that is streamed is wrapped as one that is held.
    @Test func longListsAreWrappedForCallbacks() async throws {
        try await TestServer.run { server in
            let world = try await server.makeWorld()
            for _ in 0..<1001 { _ = try await server.leave(in: world.mailbox, of: world.account) }
            let path = world.boxPath + "/messages?paginate=false"
            for query in ["", "&pretty_print=true"] {
                let called = try await server.send("GET", path + "&jsonp=app.got" + query, token: world.token)
                #expect(called["Content-Type"] == "application/javascript")
                #expect(called.text.hasPrefix("app.got({") && called.text.hasSuffix("});"))
                let envelope = try JSON.parse(String(called.text.dropFirst("app.got(".count).dropLast(2)))
                #expect(envelope["data"]?.array?.count == 1001)
                #expect(envelope["status"] == "success")
                #expect(try await server.send("GET", path + query, token: world.token).mediaIDs.count == 1001)
            }
        }
    }

    @Test func browsersFromElsewhereAreLetIn() async throws {
        try await TestServer.run { server in
            let world = try await server.makeWorld()
            let preflight = try await server.send(
                "OPTIONS", world.boxPath,
                headers: ["Origin": "http://x", "Access-Control-Request-Method": "PATCH", "Access-Control-Request-Headers": "x-auth-token"])
            #expect(preflight.status == 200)
            #expect(preflight.bytes.isEmpty)
            #expect(preflight["access-control-allow-origin"] == "*")
            #expect(preflight["access-control-allow-methods"] == "OPTIONS, GET, POST, PATCH, DELETE")
            #expect(preflight["access-control-max-age"] == "86400")
            #expect(preflight["access-control-allow-headers"]?.contains("x-auth-token") == true)
            #expect(preflight["access-control-expose-headers"]?.contains("x-request-id") == true)
            let failed = try await server.send("GET", world.boxPath, headers: ["Origin": "http://x"])
            #expect(failed.status == 401)
            #expect(failed["access-control-allow-origin"] == "*")
            #expect(try await server.send("GET", world.boxPath, token: world.token)["access-control-allow-origin"] == nil)
            // Refused before the path is known: a page may read why.
            for line in ["GET \(world.boxPath)?a=b c HTTP/1.1", "GET /v2/%FF HTTP/1.1", "GET /v2/é HTTP/1.1", "GET /v2/accounts?q=%F HTTP/1.1"] {
                let refused = try await server.exchange(line + "\r\nHost: h\r\nConnection: close\r\nOrigin: http://x\r\n\r\n")
                #expect(refused.contains("\r\nAccess-Control-Allow-Origin: *\r\n") && refused.hasPrefix("HTTP/1.1 4"), "\(refused)")
            }
        }
    }
}
