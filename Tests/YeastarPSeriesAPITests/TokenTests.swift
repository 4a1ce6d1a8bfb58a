import Foundation
import TestKit
import Testing
import Voicemail
import YeastarPSeriesAPI

/// Getting, renewing and giving back tokens (P§3, P§2.7).
@Suite struct TokenTests {
    private func getToken(_ world: PSeriesWorld, id: String? = nil, secret: String? = nil) async throws -> JSON {
        try await world.raw(
            "POST", "/openapi/v1.0/get_token",
            Array(
                JSON.object([
                    "username": .string(id ?? world.application.credential.handle), "password": .string(secret ?? world.application.secret),
                ]).encoded.utf8))
    }

    private func refresh(_ world: PSeriesWorld, _ token: JSON?) async throws -> JSON {
        try await world.raw("POST", "/openapi/v1.0/refresh_token", Array(JSON.object(["refresh_token": token ?? .null]).encoded.utf8))
    }

    private func isAlive(_ world: PSeriesWorld, _ token: JSON?) async throws -> Bool {
        let answer = try await world.raw("GET", "/openapi/v1.0/vm_global_greeting/list?access_token=\(token?.string ?? "")")
        if answer.code != 0 { expect(answer, is: ["errcode": 10004, "errmsg": "TOKEN EXPIRED"]) }
        return answer.code == 0
    }

    @Test("The contract's example: 32 letters and digits each, thirty minutes and a day")
    func example() async throws {
        try await PSeriesWorld.run { world in
            #expect(world.application.credential.handle.utf8.count == 32)
            #expect(world.application.secret.utf8.count == 32)
            let answer = try await getToken(world)
            #expect(
                answer.object.map { Set($0.keys) } == [
                    "errcode", "errmsg", "access_token_expire_time", "access_token", "refresh_token_expire_time", "refresh_token",
                ])
            var masked = try #require(answer.object)
            for name in ["access_token", "refresh_token"] {
                let token = try #require(masked[name]?.string)
                #expect(token.wholeMatch(of: /[A-Za-z0-9]{32}/) != nil)
                masked[name] = "masked"
            }
            expect(
                .object(masked),
                is: [
                    "errcode": 0, "errmsg": "SUCCESS", "access_token_expire_time": 1800, "access_token": "masked",
                    "refresh_token_expire_time": 86400, "refresh_token": "masked",
                ])
            #expect(try await isAlive(world, answer["access_token"]))
            #expect(try await isAlive(world, answer["refresh_token"]) == false)
        }
    }

    @Test("Wrong credentials are the first published example, whichever half is wrong")
    func wrongCredentials() async throws {
        try await PSeriesWorld.run { world in
            let other = try await Applications(world.service).create(name: "other", in: world.account)
            let tries = [
                try await getToken(world, secret: "ZLcXl63S9EtMnYoHUnjbVo6sA8CbXXXX"), try await getToken(world, id: "UEnH9Dmv6uBJEXsYcag1trNfQThYXXXX"),
                try await getToken(world, secret: other.secret), try await getToken(world, id: world.application.credential.handle.lowercased()),
            ]
            for answer in tries {
                expect(
                    answer,
                    is: [
                        "errcode": -1, "errmsg": "FAILURE", "invalid_param_list": [["field": "username or password", "value": "error"]],
                    ])
            }
        }
    }

    @Test(
        "A missing or empty field is required; what is no JSON object is a syntax error",
        arguments: [
            ("{\"password\":\"x\"}", parameterError("username", required: true)), ("{\"username\":\"x\"}", parameterError("password", required: true)),
            ("{\"username\":\"\",\"password\":\"x\"}", parameterError("username", required: true)), ("", parameterError("username", required: true)),
            ("{\"username\":null,\"password\":\"x\"}", parameterError("username", required: true)),
            ("{", ["errcode": 40001, "errmsg": "PARAMETER SYNTAX ERROR"]), ("[]", ["errcode": 40001, "errmsg": "PARAMETER SYNTAX ERROR"]),
            ("{\"username\":{},\"password\":\"x\"}", parameterError("username", [:])), ("{\"username\":\"x\",\"password\":{}}", parameterError("password")),
        ] as [(String, JSON)])
    func malformedLogins(_ body: String, _ expected: JSON) async throws {
        try await PSeriesWorld.run { world in
            expect(try await world.raw("POST", "/openapi/v1.0/get_token", Array(body.utf8)), is: expected)
            // Secrets in a query stand in logs: they are not looked at.
            let query = "?username=\(world.application.credential.handle)&password=\(world.application.secret)"
            expect(try await world.raw("POST", "/openapi/v1.0/get_token" + query), is: parameterError("username", required: true))
        }
    }

    @Test("An access token lives 1800 seconds from its issue, a refresh token 86400, used or not")
    func lifetimes() async throws {
        try await PSeriesWorld.run { world in
            let answer = try await getToken(world)
            world.server.clock.advance(by: 1799)
            #expect(try await isAlive(world, answer["access_token"]))
            world.server.clock.advance(by: 1)
            #expect(try await isAlive(world, answer["access_token"]) == false)
            world.server.clock.advance(by: 86_400 - 1800 - 1)
            let renewed = try await refresh(world, answer["refresh_token"])
            #expect(try await isAlive(world, renewed["access_token"]))
            world.server.clock.advance(by: 86_400)
            expect(try await refresh(world, renewed["refresh_token"]), is: ["errcode": 10004, "errmsg": "TOKEN EXPIRED"])
        }
    }

    @Test("Eight tokens at once; the ninth fails until one is given back or has expired, and nothing is evicted")
    func eightTokens() async throws {
        try await PSeriesWorld.run { world in
            // The world's own token is one of them.
            var tokens: [JSON] = []
            for _ in 0..<7 { tokens.append(try await getToken(world)) }
            #expect(tokens.allSatisfy { $0.code == 0 })
            expect(try await getToken(world), is: ["errcode": 60002, "errmsg": "MAX LIMITATION EXCEEDED"])
            for token in tokens { #expect(try await isAlive(world, token["access_token"])) }
            let another = try await Applications(world.service).create(name: "other", in: world.account)
            #expect(try await getToken(world, id: another.credential.handle, secret: another.secret).code == 0)
            expect(
                try await world.raw("GET", "/openapi/v1.0/del_token?access_token=\(tokens[0]["access_token"]?.string ?? "")"),
                is: ["errcode": 0, "errmsg": "SUCCESS"])
            #expect(try await getToken(world).code == 0)
            #expect(try await getToken(world).code == 60002)
            world.server.clock.advance(by: 1800)
            #expect(try await getToken(world).code == 0)
        }
    }

    @Test("Refreshing gives a new pair and ends the old one at once; it never makes a ninth token")
    func refreshing() async throws {
        try await PSeriesWorld.run { world in
            var pairs = [try await getToken(world)]
            for _ in 0..<6 { pairs.append(try await getToken(world)) }
            let renewed = try await refresh(world, pairs[0]["refresh_token"])
            #expect(renewed.object?.keys.elements == pairs[0].object?.keys.elements)
            #expect(renewed["access_token"] != pairs[0]["access_token"] && renewed["refresh_token"] != pairs[0]["refresh_token"])
            #expect(try await isAlive(world, pairs[0]["access_token"]) == false)
            #expect(try await isAlive(world, renewed["access_token"]))
            expect(try await refresh(world, pairs[0]["refresh_token"]), is: ["errcode": 10004, "errmsg": "TOKEN EXPIRED"])
            expect(try await refresh(world, pairs[1]["access_token"]), is: ["errcode": 10004, "errmsg": "TOKEN EXPIRED"])
            // A client that falls behind: its token has expired, and eight others have come.
            world.server.clock.advance(by: 1800)
            for _ in 0..<8 { #expect(try await getToken(world).code == 0) }
            expect(try await refresh(world, renewed["refresh_token"]), is: ["errcode": 60002, "errmsg": "MAX LIMITATION EXCEEDED"])
            world.server.clock.advance(by: 1800)
            #expect(try await refresh(world, renewed["refresh_token"]).code == 0)
        }
    }

    @Test("A wrong key in refresh_token is a missing parameter")
    func wrongRefreshKey() async throws {
        try await PSeriesWorld.run { world in
            let answer = try await world.raw("POST", "/openapi/v1.0/refresh_token", Array("{\"refreshToken\":\"x\"}".utf8))
            expect(answer, is: parameterError("refresh_token", required: true))
        }
    }

    @Test("A token that is given back is dead with its refresh token; giving it back again is an expired token's")
    func deleting() async throws {
        try await PSeriesWorld.run { world in
            let pair = try await getToken(world)
            let path = "/openapi/v1.0/del_token?access_token=\(pair["access_token"]?.string ?? "")"
            expect(try await world.raw("GET", path), is: ["errcode": 0, "errmsg": "SUCCESS"])
            expect(try await world.raw("GET", path), is: ["errcode": 10004, "errmsg": "TOKEN EXPIRED"])
            expect(try await refresh(world, pair["refresh_token"]), is: ["errcode": 10004, "errmsg": "TOKEN EXPIRED"])
            #expect(try await isAlive(world, .string(world.token)))
        }
    }

    @Test("Of several who give a token back, or refresh it, at once, one does; to the others it is expired")
    func atOnce() async throws {
        try await PSeriesWorld.run { world in
            for _ in 0..<5 {
                let pair = try await getToken(world)
                let path = "/openapi/v1.0/del_token?access_token=\(pair["access_token"]?.string ?? "")"
                let codes = try await withThrowingTaskGroup(of: Int?.self) { group in
                    for _ in 0..<6 { group.addTask { try await world.raw("GET", path).code } }
                    return try await group.reduce(into: [Int?]()) { $0.append($1) }
                }
                #expect(codes.count { $0 == 0 } == 1 && codes.count { $0 == 10004 } == 5)
            }
            let pair = try await getToken(world)
            let refreshed = try await withThrowingTaskGroup(of: Int?.self) { group in
                for _ in 0..<6 { group.addTask { try await refresh(world, pair["refresh_token"]).code } }
                return try await group.reduce(into: [Int?]()) { $0.append($1) }
            }
            #expect(refreshed.count { $0 == 0 } == 1 && refreshed.count { $0 == 10004 } == 5)
        }
    }

    @Test("Five failures in a row lock an address out for ten minutes; a success before starts the count anew")
    func lockOut() async throws {
        try await PSeriesWorld.run { world in
            for _ in 0..<4 { #expect(try await getToken(world, secret: "wrong").code == -1) }
            #expect(try await getToken(world).code == 0)
            for _ in 0..<5 { #expect(try await getToken(world, secret: "wrong").code == -1) }
            expect(try await getToken(world), is: ["errcode": 70004, "errmsg": "ACCOUNT IP BLOCKED"])
            #expect(try await isAlive(world, .string(world.token)))
            // Nor does it keep anybody from refreshing.
            #expect(try await refresh(world, "unknown").code == 10004)
            world.server.clock.advance(by: 599)
            #expect(try await getToken(world).code == 70004)
            world.server.clock.advance(by: 1)
            #expect(try await getToken(world).code == 0)
        }
    }

    @Test("A token goes with its application, and sleeps with its account")
    func withdrawn() async throws {
        try await PSeriesWorld.run { world in
            _ = try await world.service.accounts.change(world.account.id, .patch(["enabled": false]))
            #expect(try await isAlive(world, .string(world.token)) == false)
            expect(try await getToken(world), fails: 70123, "API UNAVAILABLE")
            _ = try await world.service.accounts.change(world.account.id, .patch(["enabled": true]))
            #expect(try await isAlive(world, .string(world.token)))
            try await world.service.access.removeCredential(world.application.credential.id, in: world.account)
            #expect(try await isAlive(world, .string(world.token)) == false)
            #expect(try await getToken(world).code == -1)
        }
    }

    @Test("Neither secrets nor tokens are on the disk", .oneServer("it looks at the disk of a data directory"))
    func nothingInClear() async throws {
        try await PSeriesWorld.run { world in
            let pair = try await getToken(world)
            let files = try #require(FileManager.default.enumerator(atPath: world.server.directory)).compactMap { $0 as? String }
            let contents = files.compactMap { FileManager.default.contents(atPath: world.server.directory + "/" + $0) }
            #expect(contents.contains { $0.range(of: Data(world.application.credential.handle.utf8)) != nil })
            for secret in [world.application.secret, world.token, pair["access_token"]?.string ?? "", pair["refresh_token"]?.string ?? ""] {
                #expect(secret.utf8.count == 32)
                #expect(contents.allSatisfy { $0.range(of: Data(secret.utf8)) == nil })
            }
        }
    }
}
