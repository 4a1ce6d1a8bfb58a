import KazooAPI
import TestKit
import Testing
import Voicemail

/// Accounts and their tree, users, applications and stored webhooks (K§9, K§11.4; F§2).
@Suite struct AccountTests {
    @Test func accountsAreMadeChangedFoundAndRemoved() async throws {
        try await TestServer.run { server in
            let world = try await server.makeWorld()
            let parent = world.accountPath
            let made = try await server.send("PUT", parent, token: world.token, data: ["name": "Child One", "realm": "child.example.com", "k": ["x": 1]])
            #expect(made.status == 201)
            let id = try #require(made.data["id"]?.string)
            #expect(made["Location"] == "/v2/accounts/" + id)
            expect(
                made.data,
                contains: [
                    "name": "Child One", "realm": "child.example.com", "enabled": true, "k": ["x": 1], "is_reseller": false,
                    "reseller_id": .string(world.account.id), "superduper_admin": false, "created": .int(server.clock.now.gregorian),
                ])
            let child = "/v2/accounts/" + id
            let generated = try await server.send("PUT", parent, token: world.token, data: ["name": "Child Two"])
            #expect(generated.data["realm"]?.string?.wholeMatch(of: /[0-9a-f]{6}\.[a-z.]+/) != nil)
            let taken = try await server.send("PUT", parent, token: world.token, data: ["name": "x", "realm": "CHILD.example.com"])
            #expect(taken.status == 400)
            #expect(taken.data["realm"]?["unique"] != nil)
            for (data, field, code) in [
                ([:], "name", "required"), (["name": ""], "name", "minLength"), (["name": .string(String(repeating: "x", count: 129))], "name", "maxLength"),
            ] as [(JSON, String, String)] {
                #expect(try await server.send("PUT", parent, token: world.token, data: data).data[field]?[code] != nil)
            }
            // Monster UI reads the whole account and writes it back with a key of its own.
            var whole = try await server.send("GET", child, token: world.token).data.object ?? [:]
            whole["ui_restrictions"] = [:]
            let posted = try await server.send("POST", child, token: world.token, data: .object(whole))
            #expect(posted.status == 200)
            expect(posted.data, is: .object(whole))
            let patched = try await server.send("PATCH", child, token: world.token, data: ["name": "Renamed!", "superduper_admin": true])
            expect(patched.data, contains: ["name": "Renamed!", "superduper_admin": false, "realm": "child.example.com"])
            func search(_ name: String) async throws -> [String] {
                try await server.send("GET", parent + "/search?t=account&q=name&v=" + name, token: world.token).data.array?.compactMap { $0["name"]?.string }
                    ?? []
            }
            #expect(try await search("renamed") == ["Renamed!"])
            #expect(try await search("REN") == ["Renamed!"])
            #expect(try await search("acme") == ["Acme"])
            #expect(try await search("child%20one") == [])
            for query in ["", "t=account&q=name", "t=user&q=name&v=x", "t=account&q=realm&v=x"] {
                #expect(try await server.send("GET", parent + "/search?" + query, token: world.token).status == 400)
            }
            func names(_ path: String) async throws -> [String] {
                try await server.send("GET", path, token: world.token).data.array?.compactMap { $0["name"]?.string } ?? []
            }
            let grand = try await server.send("PUT", child, token: world.token, data: ["name": "Grandchild"])
            let grandPath = "/v2/accounts/" + (grand.data["id"]?.string ?? "")
            #expect(try await names(parent + "/children") == ["Child Two", "Renamed!"])
            #expect(try await names(parent + "/descendants") == ["Child Two", "Grandchild", "Renamed!"])
            #expect(try await names(child + "/siblings") == ["Child Two"])
            #expect(try await names(grandPath + "/tree") == ["Acme", "Renamed!"])
            // With accounts below it, an account stays.
            #expect(try await server.send("DELETE", child, token: world.token).status == 409)
            #expect(try await server.send("DELETE", grandPath, token: world.token).status == 200)
            let removed = try await server.send("DELETE", child, token: world.token)
            #expect(removed.data["_read_only"] == ["deleted": true])
            #expect(try await server.send("GET", child, token: world.token).status == 404)
        }
    }

    @Test func aRemovedAccountTakesEverythingAlong() async throws {
        try await TestServer.run { server in
            let parent = try await server.makeAccount("Above")
            let above = try await server.makeToken(for: parent)
            let world = try await server.makeWorld(below: parent)
            _ = try await server.leave(audio: Sounds.wav(milliseconds: 10), in: world.mailbox, of: world.account)
            let key = try await server.service.access.issueKey(CredentialDraft(.kazoo, name: "k"), in: world.account)
            #expect(try await server.send("DELETE", world.accountPath, token: above).status == 200)
            #expect(try await server.send("GET", "/v2/token_auth", token: world.token).status == 401)
            #expect(try await server.send("PUT", "/v2/api_auth", data: ["api_key": .string(key.secret)]).status == 404)
            let digest = JSON.string(LoginDigest.md5.digest(TestWorld.username, TestWorld.password))
            #expect(try await server.send("PUT", "/v2/user_auth", data: ["credentials": digest, "account_name": "Acme"]).status == 401)
        }
    }

    @Test func masterAccountsActAnywhere() async throws {
        try await TestServer.run { server in
            let world = try await server.makeWorld()
            let master = try await server.makeAccount("Master", actsOnAllAccounts: true)
            let token = try await server.makeToken(for: master)
            #expect(try await server.send("GET", world.boxPath, token: token).status == 200)
            let path = "\(world.accountPath)/users/\(world.user.id)/user_auth"
            let login = try await server.send("PUT", path, token: token, data: ["action": "impersonate_user"])
            #expect(login.status == 201)
            let impersonated = try #require(login.json["auth_token"]?.string)
            #expect(try await server.send("GET", "/v2/token_auth", token: impersonated).data["owner_id"]?.string == world.user.id)
            #expect(try await server.send("PUT", path, token: world.token, data: ["action": "impersonate_user"]).status == 403)
            #expect(try await server.send("PUT", path, token: token, data: ["action": "dance"]).status == 400)
        }
    }

    @Test func usersKeepTheirKeysAndBounds() async throws {
        try await TestServer.run { server in
            let world = try await server.makeWorld()
            let users = world.accountPath + "/users"
            let made = try await server.send(
                "PUT", users, token: world.token,
                data: [
                    "first_name": "Éa", "last_name": "B", "username": "Bea", "email": "b@x", "password": "pw", "appList": ["x"],
                ])
            #expect(made.status == 201)
            expect(
                made.data,
                contains: [
                    "username": "Bea", "priv_level": "user", "enabled": true, "vm_to_email_enabled": true, "appList": ["x"],
                ])
            #expect(made.data["password"] == nil && !made.text.contains("\"pw\""))
            let id = made.data["id"]?.string ?? ""
            let again = try await server.send("PUT", users, token: world.token, data: ["first_name": "a", "last_name": "b", "username": "BEA"])
            #expect(again.data["username"]?["unique"] != nil)
            for (data, field, code) in [
                (["last_name": "b"], "first_name", "required"), (["first_name": "a"], "last_name", "required"),
                (["first_name": "a", "last_name": "b", "email": "x"], "email", "wrong_format"),
                (["first_name": "a", "last_name": "b", "priv_level": "root"], "priv_level", "enum"),
            ] as [(JSON, String, String)] {
                #expect(try await server.send("PUT", users, token: world.token, data: data).data[field]?[code] != nil)
            }
            let listed = try await server.send("GET", users, token: world.token)
            expect(
                listed.data.array?.first ?? .null,
                is: [
                    "id": .string(id), "username": "Bea", "first_name": "Éa", "last_name": "B", "email": "b@x", "priv_level": "user",
                ])
            let patched = try await server.send("PATCH", "\(users)/\(id)", token: world.token, data: ["appList": ["x", "y"], "email": .null])
            expect(patched.data["appList"] ?? .null, is: ["x", "y"])
            #expect(patched.data["email"] == nil)
            #expect(try await server.send("GET", "\(users)/\(world.mailbox.id)", token: world.token).status == 404)
        }
    }

    @Test func theAppsStoreHasOneApp() async throws {
        try await TestServer.run { server in
            let world = try await server.makeWorld()
            let first = try await server.send("GET", world.accountPath + "/apps_store", token: world.token)
            expect(first.data.array?.first ?? .null, contains: ["name": "voicemails", "allowed_users": "all"])
            let second = try await server.send("GET", world.accountPath + "/apps_store", token: world.token)
            expect(second.data, is: first.data)
            let id = first.data.array?.first?["id"]?.string ?? ""
            #expect(try await server.send("GET", "\(world.accountPath)/apps_store/\(id)", token: world.token).status == 200)
            #expect(try await server.send("GET", "\(world.accountPath)/apps_store/\(HexID.random())", token: world.token).status == 404)
            // What a front end asks to learn that there is nothing.
            for path in ["/external_numbers", "/braintree/customer", "/alerts", "/storage", "/cdrs/201605-x"] {
                let answer = try await server.send("GET", world.accountPath + path, token: world.token)
                #expect(answer.status == 404)
                #expect(answer.json["error"] == "404")
            }
            #expect(try await server.send("GET", "/v2/whitelabel/example.com").status == 404)
        }
    }

    @Test func webhooksAreStored() async throws {
        try await TestServer.run { server in
            let world = try await server.makeWorld()
            let hooks = world.accountPath + "/webhooks"
            let made = try await server.send("PUT", hooks, token: world.token, data: ["name": "n", "uri": "https://example.com/x", "hook": "object"])
            #expect(made.status == 201)
            expect(made.data, contains: ["http_verb": "post", "format": "form-data", "retries": 2, "enabled": true])
            let id = made.data["id"]?.string ?? ""
            for (data, field, code) in [
                (["uri": "https://example.com", "hook": "all"], "name", "required"), (["name": "n", "hook": "all"], "uri", "required"),
                (["name": "n", "uri": "https://example.com"], "hook", "required"), (["name": "n", "uri": "/x", "hook": "all"], "uri", "wrong_format"),
                (["name": "n", "uri": "http://127.0.0.1/x", "hook": "all"], "uri", "invalid"),
                (["name": "n", "uri": "http://[::1]/", "hook": "all"], "uri", "invalid"),
                (["name": "n", "uri": "http://LOCALHOST:1", "hook": "all"], "uri", "invalid"),
                (["name": "n", "uri": "https://example.com", "hook": "all", "retries": 5], "retries", "maximum"),
                (["name": "n", "uri": "https://example.com", "hook": "all", "http_verb": "patch"], "http_verb", "enum"),
            ] as [(JSON, String, String)] {
                #expect(try await server.send("PUT", hooks, token: world.token, data: data).data[field]?[code] != nil, "\(data.encoded)")
            }
            // All that is wrong is told at once, and of what is changed the whole is judged.
            let broken = try await server.send("PUT", hooks, token: world.token, data: ["uri": "http://127.0.0.1/", "retries": 5])
            #expect(broken.status == 400)
            #expect(Set(broken.data.object?.keys.map { $0 } ?? []) == ["name", "hook", "uri", "retries"], "\(broken.text)")
            #expect(broken.data["uri"]?["invalid"] != nil)
            for uri in ["", "/x", "http://localhost/"] {
                let changed = try await server.send("PATCH", "\(hooks)/\(id)", token: world.token, data: ["uri": .string(uri), "retries": -1])
                #expect(changed.status == 400)
                #expect(changed.data["uri"] != nil && changed.data["retries"]?["minimum"] != nil, "\(changed.text)")
            }
            // What is no envelope is judged before its type is refused (K§2.2).
            for (method, path, status) in [("PUT", hooks, 400), ("PATCH", "\(hooks)/\(id)", 415)] {
                #expect(try await server.send(method, path, headers: ["Content-Type": "text/plain"], token: world.token, body: [1]).status == status)
            }
            _ = try await server.send("PATCH", "\(hooks)/\(id)", token: world.token, data: ["enabled": false, "disable_message": "too many failures"])
            let enabled = try await server.send("PATCH", hooks, token: world.token, data: ["re-enable": true])
            expect(enabled.data, is: [["id": .string(id), "name": "n", "uri": "https://example.com/x", "hook": "object", "enabled": true]])
            #expect(try await server.send("PATCH", hooks, token: world.token, data: [:]).status == 400)
            #expect(try await server.send("GET", "\(hooks)/\(id)/attempts", token: world.token).status == 200)
            #expect(try await server.send("GET", "\(hooks)/\(HexID.random())/attempts", token: world.token).status == 404)
            #expect(try await server.send("DELETE", "\(hooks)/\(id)", token: world.token).status == 200)
            #expect(try await server.send("GET", "\(hooks)/\(id)", token: world.token).status == 404)
            #expect(try await server.send("GET", "/v2/webhooks").status == 200)
            #expect(
                try await server.send("GET", "/v2/webhooks/samples").data == [
                    "voicemail_new", "voicemail_saved", "voicemail_full", "voicemail_deleted", "object",
                ])
            #expect(try await server.send("GET", "/v2/webhooks/samples/voicemail_new").data["voicemail_length"] == 3140)
            #expect(try await server.send("GET", "/v2/webhooks/samples/none").status == 404)
        }
    }

    @Test func aMadeUpRealmIsNeverTaken() async throws {
        try await TestServer.run { server in
            let root = try await server.makeAccount("Root")
            let token = try await server.makeToken(for: root)
            let id = "abcdef" + String(repeating: "0", count: 26)
            let path = "/v2/accounts/\(root.id)"
            let taken = try await server.send("PUT", path, token: token, data: ["name": "First", "realm": "abcdef.sip.aftertone.invalid"])
            #expect(taken.status == 201)
            let made = try await server.send("PUT", path, token: token, data: ["name": "Second", "id": .string(id)])
            #expect(made.status == 201, "\(made.text)")
            #expect(made.data["id"] == .string(id))
            #expect(made.data["realm"] == "abcdef000000.sip.aftertone.invalid")
        }
    }

    /// KAZOO's mailboxes have no such key, so it is one of the client's own, and nothing of a call is asked of what a client files (K§7.3).
    /// Callers are turned away.
    @Test func aBoxThatIsOffTakesWhatAClientFiles() async throws {
        try await TestServer.run { server in
            let world = try await server.makeWorld()
            #expect(try await server.send("PATCH", world.boxPath, token: world.token, data: ["enabled": false]).data["enabled"] == false)
            let answer = try await server.send(
                "PUT", world.boxPath + "/messages", headers: ["Content-Type": "audio/wav"], token: world.token, body: Sound.bytes(1, 1))
            #expect(answer.status == 201)
            await #expect(throws: VoicemailError.mailboxDisabled) { try await server.leave(in: world.mailbox, of: world.account) }
        }
    }
}
