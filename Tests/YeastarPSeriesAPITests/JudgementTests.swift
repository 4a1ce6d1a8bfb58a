import NIOCore
import Server
import TestKit
import Testing
import Voicemail
import YeastarPSeriesAPI

/// Which code for which failure, before an endpoint is asked (P§2.2 to P§2.7).
@Suite struct JudgementTests {
    @Test(
        "What does not exist, in a version or by a method that does not, says so",
        arguments: [
            ("GET", "/openapi/v1.0/nothing", 10001, "INTERFACE NOT EXISTED"), ("GET", "/openapi/v1.0/", 10001, "INTERFACE NOT EXISTED"),
            ("GET", "/openapi/v1.0", 10001, "INTERFACE NOT EXISTED"), ("GET", "/openapi/v1.0/vm_greeting", 10001, "INTERFACE NOT EXISTED"),
            ("POST", "/openapi/v1.0/extension_vm_greeting/list", 10001, "INTERFACE NOT EXISTED"),
            ("GET", "/openapi/v1.0/get_token", 10001, "INTERFACE NOT EXISTED"),
            ("DELETE", "/openapi/v1.0/extension_vm_greeting/delete", 10001, "INTERFACE NOT EXISTED"),
            ("GET", "/openapi/v2.0/vm/get", 10003, "API VERSION UNSUPPORTED"), ("POST", "/openapi/v1.1/get_token", 10003, "API VERSION UNSUPPORTED"),
            ("GET", "/openapi/x", 10003, "API VERSION UNSUPPORTED"), ("GET", "/openapi/v1.0/recording/delete", 10001, "INTERFACE NOT EXISTED"),
        ])
    func unknown(_ method: String, _ path: String, _ code: Int, _ message: String) async throws {
        try await PSeriesWorld.run { world in
            expect(try await world.raw(method, path + "?access_token=" + world.token), is: ["errcode": .int(code), "errmsg": .string(message)])
        }
    }

    @Test("No token, an empty one, an unknown one, another interface's: expired")
    func tokens() async throws {
        try await PSeriesWorld.run { world in
            let kazoo = try await world.server.makeToken(for: world.account)
            for query in ["", "?access_token=", "?access_token=abc", "?access_token=\(kazoo)", "?token=\(world.token)", "?ACCESS_TOKEN=\(world.token)"] {
                let answer = try await world.raw("GET", "/openapi/v1.0/vm_global_greeting/list" + query)
                expect(answer, is: ["errcode": 10004, "errmsg": "TOKEN EXPIRED"])
            }
        }
    }

    @Test("The token may stand anywhere in the query, behind an empty piece, or as a bearer's where the query has none")
    func tokenPlaces() async throws {
        try await PSeriesWorld.run { world in
            let list = "/openapi/v1.0/extension_vm_greeting/list?"
            for query in [
                "access_token=\(world.token)&&extension=3200", "extension=3200&access_token=\(world.token)",
                "&access_token=\(world.token)&extension=3200&uid=&",
            ] {
                #expect(try await world.raw("GET", list + query).code == 0)
            }
            let bearer = try await world.raw("GET", list + "extension=3200", headers: ["Authorization": "Bearer \(world.token)"])
            #expect(bearer.code == 0)
            let both = try await world.raw("GET", list + "extension=3200&access_token=wrong", headers: ["Authorization": "Bearer \(world.token)"])
            #expect(both.code == 10004)
        }
    }

    @Test("An application is kept to its permissions; giving its token back needs none")
    func permissions() async throws {
        try await PSeriesWorld.run(permissions: [.system]) { world in
            for (method, endpoint) in [("GET", "extension_vm_greeting/list"), ("POST", "extension_vm_greeting/upload"), ("GET", "vm_global_greeting/list")] {
                let answer = try await world.raw(method, PSeriesWorld.path(endpoint, [("access_token", world.token), ("extension", "3200")]))
                expect(answer, is: ["errcode": 10005, "errmsg": "ACCESS DENIED"])
            }
            #expect(try await world.get("del_token").code == 0)
        }
    }

    @Test("An application is kept to its addresses, with its secret and with a token")
    func addresses() async throws {
        try await PSeriesWorld.run(addresses: ["10.0.0.0/8", "2001:db8::/32"]) { world in
            expect(try await world.get("vm_global_greeting/list"), is: ["errcode": 70087, "errmsg": "IP FORBIDDEN"])
            let login: JSON = ["username": .string(world.application.credential.handle), "password": .string(world.application.secret)]
            expect(try await world.raw("POST", "/openapi/v1.0/get_token", Array(login.encoded.utf8)), is: ["errcode": 70087, "errmsg": "IP FORBIDDEN"])
        }
        try await PSeriesWorld.run(addresses: ["10.0.0.0/8", "127.0.0.1"]) { world in
            let answer = try await world.get("vm_global_greeting/list")
            #expect(answer.code == 0)
        }
    }

    @Test("Switched off, every call says so")
    func switchedOff() async throws {
        try await PSeriesWorld.run {
            $0.pSeries.isEnabled = false
        } _: { world in
            for path in ["/openapi/v1.0/vm_global_greeting/list?access_token=\(world.token)", "/openapi/v1.0/nothing", "/api/download/x.wav"] {
                expect(try await world.raw("GET", path), is: ["errcode": 70123, "errmsg": "API UNAVAILABLE"])
            }
            expect(try await world.raw("POST", "/openapi/v1.0/get_token"), is: ["errcode": 70123, "errmsg": "API UNAVAILABLE"])
        }
    }

    @Test("A call without a User-Agent is let in unless the installation is strict; nothing else depends on it")
    func userAgent() async throws {
        try await PSeriesWorld.run { world in
            let path = "/openapi/v1.0/vm_global_greeting/list?access_token=\(world.token)"
            let request = "GET \(path) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
            let answer = try await world.server.exchange(request)
            #expect(answer.contains("\"errcode\":0"))
        }
        try await PSeriesWorld.run {
            $0.pSeries.strictUserAgent = true
        } _: { world in
            let path = "/openapi/v1.0/vm_global_greeting/list?access_token=\(world.token)"
            let none = try await world.server.exchange("GET \(path) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            #expect(none.hasPrefix("HTTP/1.1 200 OK"))
            #expect(none.hasSuffix("{\"errcode\":10005,\"errmsg\":\"ACCESS DENIED\"}"))
            for agent in ["OpenAPI", "YeastarDashboardWebApp", "yeastar-mcp/1.0"] {
                let answer = try await world.raw("GET", path, headers: ["User-Agent": agent])
                #expect(answer.code == 0)
            }
        }
    }

    @Test("What cannot be parsed is a syntax error with status 200: query, path, body")
    func syntax() async throws {
        try await PSeriesWorld.run { world in
            let token = "access_token=\(world.token)"
            expect(
                try await world.raw("GET", "/openapi/v1.0/vm_global_greeting/list?\(token)&page=x"),
                is: ["errcode": 40001, "errmsg": "PARAMETER SYNTAX ERROR"])
            // Clients worth their name do not send these, so they are written by hand.
            for (path, answer) in [
                ("extension_vm_greeting/list?\(token)&extension=%zz", "{\"errcode\":40001,\"errmsg\":\"PARAMETER SYNTAX ERROR\"}"),
                ("%zz", "{\"errcode\":10001,\"errmsg\":\"INTERFACE NOT EXISTED\"}"),
            ] {
                let text = try await world.server.exchange("GET /openapi/v1.0/\(path) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                #expect(text.hasPrefix("HTTP/1.1 200 OK"))
                #expect(text.hasSuffix(answer))
            }
            let long = "/openapi/v1.0/vm_global_greeting/list?\(token)&x=" + String(repeating: "a", count: 9000)
            expect(try await world.raw("GET", long), is: ["errcode": 40001, "errmsg": "PARAMETER SYNTAX ERROR"])
            for body in ["{", "null", "\"x\"", "[1]", "{\"id\":\"x\",\"file\":\"y\"}", String(repeating: "[", count: 100_000)] {
                let answer = try await world.raw("POST", "/openapi/v1.0/extension_vm_greeting/update?" + token, Array(body.utf8))
                expect(answer, is: ["errcode": 40001, "errmsg": "PARAMETER SYNTAX ERROR"])
            }
            let tooLong = Array("{\"id\":1,\"file\":\"\(String(repeating: "a", count: 1 << 20))\"}".utf8)
            expect(
                try await world.raw("POST", "/openapi/v1.0/extension_vm_greeting/update?" + token, tooLong),
                is: ["errcode": 40001, "errmsg": "PARAMETER SYNTAX ERROR"])
        }
    }

    @Test("An unforeseen failure is -2, with status 200, and the server goes on")
    func unforeseen() async throws {
        try await PSeriesWorld.run { world in
            #expect(try await world.upload("a.wav", WAV.silence(milliseconds: 100)).code == 0)
            let link = try await world.get("extension_vm_greeting/download", ["extension": "3200", "file": "a.wav"])
            let blob = try #require(try await world.service.greetings.find("a.wav", on: .mailbox(world.extensions[0])).greeting.blobID)
            try await world.service.archive.remove(blob)
            let answer = try await world.fetch(link)
            #expect(answer.status == 200)
            expect(answer.json, is: ["errcode": -2, "errmsg": "INTERNAL SERVER ERROR"])
            #expect(answer["X-Request-ID"]?.isEmpty == false)
            #expect(try await world.greetingNames() == ["a.wav"])
        }
    }
}
