import Foundation
import KazooAPI
import Server
import TestKit
import Testing
import Voicemail

/// Logging in, tokens and their ends (K§3).
@Suite struct LoginTests {
    private func logIn(_ server: TestServer, _ data: JSON, headers: Headers = [:]) async throws -> Answer {
        try await server.send("PUT", "/v2/user_auth", headers: headers, data: data)
    }

    @Test func aUserLogsInByNameOrRealmWithEitherDigest() async throws {
        try await TestServer.run { server in
            let account = try await server.service.accounts.create(["name": "My Account", "realm": "sip.example.com"], below: nil)
            let user = try await server.makeUser("John", password: "secret1", in: account)
            // The contract's own example: md5 of john:secret1.
            let md5 = "b1441447ccb96275b472668131e2c4b6"
            #expect(LoginDigest.md5.digest("John", "secret1") == md5)
            let sha = LoginDigest.sha.digest("john", "secret1")
            let forms: [JSON] = [
                ["credentials": .string(md5), "account_name": "My Account", "method": "md5"],
                ["credentials": .string(md5), "account_name": "my-ACCOUNT!"],
                ["credentials": .string(sha), "account_name": "myaccount", "method": "sha"],
                ["credentials": .string(md5), "account_realm": "sip.example.com"], ["credentials": .string(md5), "realm": "SIP.example.com"],
                ["credentials": .string(md5), "account_realm": "unknown.example.com", "account_name": "My Account"],
            ]
            for form in forms {
                // Front ends send an undefined token with their public calls.
                let answer = try await logIn(server, form, headers: ["X-Auth-Token": "undefined"])
                #expect(answer.status == 201, "\(form.encoded): \(answer.text)")
                expect(
                    answer.data,
                    contains: [
                        "account_id": .string(account.id), "owner_id": .string(user.id), "account_name": "My Account", "language": "en-us",
                        "is_reseller": true, "reseller_id": .string(account.id), "is_master_account": false, "apps": [],
                        "capabilities": ["voicemail": ["transcription": ["available": false, "default": false]]], "ui_config": [:],
                    ])
                let token = try #require(answer.json["auth_token"]?.string)
                let parts = token.split(separator: ".")
                #expect(parts.count == 3)
                let claims = try JSON.parse(
                    Array(
                        try #require(
                            Data(
                                base64Encoded: parts[1].replacing("-", with: "+").replacing("_", with: "/")
                                    + String(repeating: "=", count: (4 - parts[1].count % 4) % 4)))))
                expect(claims, contains: ["account_id": .string(account.id), "owner_id": .string(user.id)])
                #expect(try await server.send("GET", "/v2/accounts/\(account.id)", token: token).status == 200)
            }
        }
    }

    @Test func wrongLoginsAreAlike() async throws {
        try await TestServer.run {
            $0.logins.maximumFailures = 100
        } _: { server in
            let account = try await server.makeAccount("Acme")
            _ = try await server.makeUser("john", password: "secret1", in: account)
            let right = JSON.string(LoginDigest.md5.digest("john", "secret1"))
            let wrong = JSON.string(LoginDigest.md5.digest("john", "secret2"))
            let forms: [JSON] = [
                ["credentials": wrong, "account_name": "Acme"], ["credentials": right, "account_name": "Other"], ["credentials": right],
                ["credentials": right, "account_name": "Acme", "method": "sha"], ["credentials": right, "account_realm": "nowhere.example"],
            ]
            for form in forms {
                let answer = try await logIn(server, form)
                expect(
                    answer.envelope,
                    is: [
                        "status": "error", "error": "401", "message": "invalid_credentials", "data": ["message": "invalid credentials"],
                    ])
            }
            let required = try await logIn(server, ["account_name": "Acme"])
            expect(required.envelope, is: validation("credentials", "required", ["message": "Field is required but missing", "value": "credentials"]))
            for (form, field, code) in [
                (["credentials": "", "account_name": "Acme"], "credentials", "minLength"),
                (["credentials": .string(String(repeating: "a", count: 65))], "credentials", "maxLength"),
                (["credentials": right, "method": "sha256"], "method", "enum"), (["credentials": right, "account_name": ""], "account_name", "minLength"),
                (["credentials": right, "account_realm": "abc"], "account_realm", "minLength"),
            ] as [(JSON, String, String)] {
                #expect(try await logIn(server, form).data[field]?[code] != nil, "\(form.encoded)")
            }
        }
    }

    @Test func aDisabledAccountOrUserIsToldSo() async throws {
        try await TestServer.run { server in
            let world = try await server.makeWorld()
            let digest = JSON.string(LoginDigest.md5.digest(TestWorld.username, TestWorld.password))
            let form: JSON = ["credentials": digest, "account_name": "Acme"]
            let path = "\(world.accountPath)/users/\(world.user.id)"
            let admin = try await server.makeToken(for: world.account)
            #expect(try await server.send("PATCH", path, token: admin, data: ["enabled": false]).status == 200)
            #expect(try await logIn(server, form).data["account"]?["disabled"] != nil)
            #expect(try await server.send("GET", world.accountPath, token: world.token).status == 401)
            _ = try await server.send("PATCH", path, token: admin, data: ["enabled": true])
            #expect(try await logIn(server, form).status == 201)
            _ = try await server.send("PATCH", world.accountPath, token: admin, data: ["enabled": "false"])
            #expect(try await logIn(server, form).data["account"]?["disabled"] != nil)
            #expect(try await server.send("GET", world.accountPath, token: admin).status == 401)
        }
    }

    @Test func anAPIKeyLogsIn() async throws {
        try await TestServer.run { server in
            let account = try await server.makeAccount("Acme")
            let key = try await server.service.access.issueKey(CredentialDraft(.kazoo, name: "crm"), in: account)
            let answer = try await server.send("PUT", "/v2/api_auth", data: ["api_key": .string(key.secret)])
            #expect(answer.status == 201)
            #expect(answer.data["owner_id"] == nil)
            #expect(answer.data["account_id"]?.string == account.id)
            let token = try #require(answer.json["auth_token"]?.string)
            #expect(try await server.send("GET", "/v2/accounts/\(account.id)/vmboxes", token: token).status == 200)
            let unknown = String(repeating: "0", count: 64)
            expect(
                try await server.send("PUT", "/v2/api_auth", data: ["api_key": .string(unknown)]).envelope,
                is: [
                    "status": "error", "error": "404", "message": "bad identifier", "data": JSON([unknown]),
                ])
            for (data, field, code) in [
                ([:], "api_key", "required"), (["api_key": "x"], "api_key", "minLength"), (["api_key": .string(unknown + "0")], "api_key", "maxLength"),
                (["api_key": .string(unknown), "more": 1], "more", "additionalProperties"),
            ] as [(JSON, String, String)] {
                #expect(try await server.send("PUT", "/v2/api_auth", data: data).data[field]?[code] != nil)
            }
            // Withdrawn, it takes its tokens along.
            try await server.service.access.removeCredential(key.credential.id, in: account)
            #expect(try await server.send("GET", "/v2/accounts/\(account.id)/vmboxes", token: token).status == 401)
            #expect(try await server.send("PUT", "/v2/api_auth", data: ["api_key": .string(key.secret)]).status == 404)
        }
    }

    @Test func tokensArePresentedInManyWays() async throws {
        try await TestServer.run { server in
            let world = try await server.makeWorld()
            func status(_ headers: Headers = [:], _ query: String = "", _ body: JSON? = nil) async throws -> Int {
                if let body { return try await server.send("PATCH", world.boxPath + query, headers: headers, json: body).status }
                return try await server.send("GET", world.boxPath + query, headers: headers).status
            }
            #expect(try await status(["X-Auth-Token": world.token]) == 200)
            #expect(try await status([:], "?auth_token=" + world.token) == 200)
            #expect(try await status([:], "", ["data": ["auth_token": .string(world.token)]]) == 200)
            #expect(try await status([:], "", ["data": [:], "auth_token": .string(world.token)]) == 200)
            #expect(try await status([:], "", ["data": [:], "Auth-Token": .string(world.token)]) == 200)
            #expect(try await status(["Authorization": "Bearer " + world.token]) == 200)
            #expect(try await status(["Authorization": world.token]) == 200)
            #expect(try await status([:], "?authorization=" + world.token) == 200)
            // The first place that has one counts.
            #expect(try await status(["X-Auth-Token": "bad", "Authorization": "Bearer " + world.token], "?auth_token=" + world.token) == 401)
            let id = world.account.id
            let md5 = LoginDigest.md5.digest(TestWorld.username, TestWorld.password)
            #expect(try await status(["Authorization": "Basic " + Data("\(id):\(md5)".utf8).base64EncodedString()]) == 200)
            #expect(try await status(["Authorization": "Basic " + Data("\(id):\(TestWorld.username):\(TestWorld.password)".utf8).base64EncodedString()]) == 200)
            #expect(try await status(["Authorization": "Basic " + Data("\(id):\(TestWorld.username):wrong".utf8).base64EncodedString()]) == 401)
            #expect(try await status(["Authorization": "Basic ???"]) == 401)
            #expect(try await status(["Authorization": "Basic " + Data("x".utf8).base64EncodedString()]) == 401)
        }
    }

    @Test func tokensEnd() async throws {
        try await TestServer.run { server in
            let world = try await server.makeWorld()
            let digest = JSON.string(LoginDigest.md5.digest(TestWorld.username, TestWorld.password))
            let login = try await logIn(server, ["credentials": digest, "account_name": "Acme"])
            let token = try #require(login.json["auth_token"]?.string)
            expect(try await server.send("GET", "/v2/token_auth", token: token).data, is: login.data)
            expect(try await server.send("GET", "\(world.accountPath)/user_auth/\(token)", token: token).data, is: login.data)
            #expect(try await server.send("GET", "\(world.accountPath)/user_auth/other", token: token).status == 401)
            // Front ends ask by the body, without a header, after a reload.
            let info = try await server.send("POST", "/v2/auth/tokeninfo", data: ["token": .string(token)])
            #expect(info.status == 200)
            expect(info.data, is: login.data)
            #expect(try await server.send("GET", "/v2/auth/tokeninfo?token=" + token).status == 200)
            #expect(try await server.send("POST", "/v2/auth/tokeninfo", data: ["token": "a.b.c"]).status == 401)
            server.clock.advance(by: 3599)
            #expect(try await server.send("GET", "/v2/token_auth", token: token).status == 200)
            server.clock.advance(by: 1)
            expect(
                try await server.send("GET", "/v2/token_auth", token: token).envelope,
                is: [
                    "status": "error", "error": "401", "message": "invalid credentials", "data": [:],
                ])
            let second = try await server.makeToken(for: world.account)
            let out = try await server.send("DELETE", "/v2/token_auth", token: second)
            #expect(out.status == 200)
            #expect(out.json["data"] == nil)
            #expect(try await server.send("GET", "/v2/token_auth", token: second).status == 401)
            #expect(try await server.send("DELETE", "/v2/token_auth").status == 401)
        }
    }

    @Test func aNewPasswordEndsTheOldOne() async throws {
        try await TestServer.run { server in
            let world = try await server.makeWorld()
            let admin = try await server.makeToken(for: world.account)
            let path = "\(world.accountPath)/users/\(world.user.id)"
            func logsIn(_ name: String, _ password: String) async throws -> Bool {
                try await logIn(server, ["credentials": .string(LoginDigest.md5.digest(name, password)), "account_name": "Acme"]).status == 201
            }
            let changed = try await server.send("PATCH", path, token: admin, data: ["password": "another one"])
            #expect(changed.status == 200)
            #expect(!changed.text.contains("another one") && changed.data["password"] == nil)
            #expect(try await logsIn(TestWorld.username, "another one"))
            #expect(try await !logsIn(TestWorld.username, TestWorld.password))
            #expect(try await server.send("GET", world.accountPath, token: world.token).status == 401)
            // A write without a password keeps it.
            _ = try await server.send("PATCH", path, token: admin, data: ["k": 1])
            #expect(try await logsIn(TestWorld.username, "another one"))
            #expect(try await server.send("DELETE", path, token: admin).status == 200)
            #expect(try await !logsIn(TestWorld.username, "another one"))
            #expect(try await server.send("GET", path, token: admin).status == 404)
        }
    }

    @Test func tooManyFailuresLockTheSource() async throws {
        try await TestServer.run { server in
            let world = try await server.makeWorld()
            let right: JSON = ["credentials": .string(LoginDigest.md5.digest(TestWorld.username, TestWorld.password)), "account_name": "Acme"]
            let wrong: JSON = ["credentials": .string(String(repeating: "0", count: 32)), "account_name": "Acme"]
            let limit = server.installation.configuration.logins.maximumFailures
            for _ in 0..<limit { #expect(try await logIn(server, wrong).status == 401) }
            expect(
                try await logIn(server, right).envelope,
                is: [
                    "status": "error", "error": "429", "message": "too_many_requests", "data": ["message": "too many requests"],
                ])
            server.clock.advance(by: server.installation.configuration.logins.lockSeconds)
            #expect(try await logIn(server, right).status == 201)
            #expect(try await server.send("GET", world.boxPath, token: world.token).status == 200)
        }
    }

    @Test(.oneServer("each process gives out its share of a rate")) func theRateLimitIsABucket() async throws {
        try await TestServer.run { configuration in
            configuration.kazoo.rateLimit = .init(burst: 100, perSecond: 10, loginCost: 35)
        } _: { server in
            let world = try await server.makeWorld()
            let first = try await server.send("GET", world.boxPath, token: world.token)
            expect(first.json["tokens"] ?? .null, is: ["consumed": 1, "remaining": 99])
            for _ in 0..<99 { #expect(try await server.send("GET", world.boxPath, token: world.token).status == 200) }
            let empty = try await server.send("GET", world.boxPath, token: world.token)
            #expect(empty.status == 429)
            expect(empty.json["tokens"] ?? .null, is: ["consumed": 0, "remaining": 0])
            server.uptime.advance(by: 0.5)
            for status in [200, 200, 200, 200, 200, 429] { #expect(try await server.send("GET", world.boxPath, token: world.token).status == status) }
            // A login has the bucket of its own address, and costs more.
            for status in [401, 401, 429] {
                let answer = try await logIn(server, ["credentials": "0", "account_name": "Acme"])
                #expect(answer.status == status)
            }
        }
    }
}
