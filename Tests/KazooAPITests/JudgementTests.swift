import TestKit
import Testing
import Voicemail

/// The order in which a request is judged (K§2.2): the first failure answers.
@Suite struct JudgementTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let method: String
        /// `{A}`, `{B}` and `{F}` stand for the own account, its mailbox and a foreign account.
        let path: String
        var headers: Headers = [:]
        var body: String?
        var token: String? = "own"
        let status: Int
        var name: String?

        init(
            _ description: String, _ method: String, _ path: String, headers: Headers = [:], body: String? = nil, token: String? = "own",
            _ status: Int, _ name: String? = nil
        ) {
            testDescription = description
            self.method = method
            self.path = path
            self.headers = headers
            self.body = body
            self.token = token
            self.status = status
            self.name = name
        }
    }

    static let unknown = String(repeating: "0", count: 32)

    static let cases = [
        Case("broken JSON is told before a bad token", "PUT", "/v2/accounts/{A}/vmboxes", body: "{", token: "made-up", 400, "validation error"),
        Case("a bad token is told before an unknown path", "GET", "/v2/nothing", token: "made-up", 401, "invalid credentials"),
        Case("an unknown path is 404 with a token", "GET", "/v2/nothing", 404, "not_found"),
        Case("an unknown path is 404 without one", "GET", "/v2/nothing", token: nil, 404, "not_found"),
        Case("an unknown path below an account is 404", "GET", "/v2/accounts/{A}/nothing", token: nil, 404, "not_found"),
        Case("too deep a path is 404", "GET", "/v2/accounts/{A}/vmboxes/{B}/messages/x/raw/y", 404, "not_found"),
        Case("a wrong method needs no credentials", "DELETE", "/v2/accounts/{A}/vmboxes", token: nil, 405, "invalid_method"),
        Case("a wrong method on a foreign account is 405", "DELETE", "/v2/accounts/{F}/vmboxes", 405, "invalid_method"),
        Case("a wrong method on an unknown account is 405", "PATCH", "/v2/accounts/\(unknown)/vmboxes", 405, "invalid_method"),
        Case("an unknown account is 404 before 401", "GET", "/v2/accounts/\(unknown)/vmboxes", token: nil, 404, "bad_identifier"),
        Case("a malformed account is 404 before 401", "GET", "/v2/accounts/xyz/vmboxes", token: nil, 404, "bad identifier"),
        Case("no token is 401", "GET", "/v2/accounts/{A}/vmboxes", token: nil, 401, "invalid_credentials"),
        Case("a foreign account is 403", "GET", "/v2/accounts/{F}/vmboxes", 403, "forbidden"),
        Case("403 goes before 406", "GET", "/v2/accounts/{F}/vmboxes", headers: ["Accept": "image/png"], 403, "forbidden"),
        Case("406 goes before an invalid body", "PUT", "/v2/accounts/{A}/vmboxes", headers: ["Accept": "image/png"], body: #"{"data":{}}"#, 406),
        Case("406 goes before an unknown mailbox", "GET", "/v2/accounts/{A}/vmboxes/\(unknown)", headers: ["Accept": "image/png"], 406),
        Case("an unknown mailbox is 404", "GET", "/v2/accounts/{A}/vmboxes/\(unknown)", 404, "bad_identifier"),
        Case(
            "an invalid body is told before its type", "PUT", "/v2/accounts/{A}/vmboxes", headers: ["Content-Type": "text/plain"], body: "x", 400,
            "validation error"),
        Case(
            "a type that will not do is 415", "PATCH", "/v2/accounts/{A}/vmboxes/{B}", headers: ["Content-Type": "text/plain"], body: "x", 415),
        Case(
            "a message of a type that will not do is 415", "PUT", "/v2/accounts/{A}/vmboxes/{B}/messages", headers: ["Content-Type": "text/html"], body: "x",
            415),
        Case(
            "a message of an audio type that is none of the list's is 415 (K§7.3)", "PUT", "/v2/accounts/{A}/vmboxes/{B}/messages",
            headers: ["Content-Type": "audio/flac"], body: "x", 415),
        Case(
            "an unknown mailbox goes before 415", "PUT", "/v2/accounts/{A}/vmboxes/\(unknown)/messages", headers: ["Content-Type": "text/html"], body: "x", 404,
            "bad_identifier"),
        Case("HEAD is not offered", "HEAD", "/v2/accounts/{A}/vmboxes", 405),
        Case("version 1 is gone", "GET", "/v1/accounts/{A}/vmboxes", 410, "gone"),
        Case("a trailing slash changes nothing", "GET", "/v2/accounts/{A}/vmboxes/", 200),
        Case("the singular alias needs a token", "GET", "/v2/account/vmboxes", token: nil, 401, "invalid_credentials"),
        Case("the singular alias is the token's account", "GET", "/v2/account/vmboxes/{B}", 200),
        Case("the account-wide listing has no DELETE", "DELETE", "/v2/accounts/{A}/vmboxes/messages", 405, "invalid_method"),
        Case("POST may stand for GET", "POST", "/v2/accounts/{A}/vmboxes?verb=get", 200),
        Case("a tunnelled PUT is 201", "POST", "/v2/accounts/{A}/vmboxes", body: #"{"verb":"put","data":{"name":"t","mailbox":"77"}}"#, 201),
        Case("a verb in data tunnels too", "POST", "/v2/accounts/{A}/vmboxes", body: #"{"data":{"verb":"PUT","name":"t","mailbox":"78"}}"#, 201),
        Case("a tunnelled verb must be offered", "POST", "/v2/accounts/{A}/vmboxes?verb=DELETE", 405, "invalid_method"),
        Case("a made-up verb is 405", "POST", "/v2/accounts/{A}/vmboxes?verb=FETCH", 405, "invalid_method"),
        Case("only POST tunnels", "GET", "/v2/accounts/{A}/vmboxes?verb=DELETE", 200),
        Case(
            "the override header is not honoured", "POST", "/v2/accounts/{A}/vmboxes", headers: ["X-HTTP-Method-Override": "PUT"],
            body: #"{"data":{"name":"t","mailbox":"79"}}"#, 405, "invalid_method"),
    ]

    @Test(arguments: cases) func firstFailureAnswers(_ test: Case) async throws {
        try await TestServer.run { server in
            let world = try await server.makeWorld()
            let foreign = try await server.makeAccount("Elsewhere")
            let path = test.path.replacing("{A}", with: world.account.id).replacing("{B}", with: world.mailbox.id).replacing("{F}", with: foreign.id)
            let headers: Headers = test.body != nil && test.headers.isEmpty ? ["Content-Type": "application/json"] : test.headers
            let answer = try await server.send(
                test.method, path, headers: headers, token: test.token == "own" ? world.token : test.token, body: test.body.map { Array($0.utf8) })
            #expect(answer.status == test.status, "\(answer.text)")
            if [406, 415].contains(test.status) || test.method == "HEAD" {
                #expect(answer.bytes.isEmpty)
            } else if test.status >= 400 {
                #expect(answer.json["error"]?.string == String(test.status))
                #expect(answer.json["status"] == "error")
                #expect(answer["Content-Type"] == "application/json")
                #expect(answer.json["message"]?.string == test.name)
            }
        }
    }

    /// Bodies of the errors, word for word (K§2.6).
    @Test func errorsHaveTheVendorsWords() async throws {
        try await TestServer.run { server in
            let world = try await server.makeWorld()
            let foreign = try await server.makeAccount("Elsewhere")
            func envelope(_ method: String, _ path: String, token: String?) async throws -> JSON {
                try await server.send(method, path, token: token).envelope
            }
            let missing = "3a63acc3694ba189947235ae4727941b"
            expect(
                try await envelope("GET", world.boxPath, token: nil),
                is: [
                    "status": "error", "error": "401", "message": "invalid_credentials", "data": ["message": "invalid credentials"],
                ])
            expect(
                try await envelope("GET", world.boxPath, token: "a.b.c"),
                is: [
                    "status": "error", "error": "401", "message": "invalid credentials", "data": [:],
                ])
            expect(
                try await envelope("GET", "/v2/accounts/\(foreign.id)/vmboxes", token: world.token),
                is: [
                    "status": "error", "error": "403", "message": "forbidden", "data": ["message": "forbidden"],
                ])
            expect(
                try await envelope("GET", world.accountPath + "/vmboxes/" + missing, token: world.token),
                is: [
                    "status": "error", "error": "404", "message": "bad_identifier", "data": ["cause": .string(missing), "message": "bad identifier"],
                ])
            expect(
                try await envelope("GET", "/v2/accounts/xyz/vmboxes", token: world.token),
                is: [
                    "status": "error", "error": "404", "message": "bad identifier", "data": ["message": "invalid account_id 'xyz'"],
                ])
            expect(
                try await envelope("GET", "/v2/accounts//vmboxes", token: world.token),
                is: [
                    "status": "error", "error": "404", "message": "bad identifier", "data": ["message": "missing account_id"],
                ])
            expect(
                try await envelope("GET", world.accountPath + "/vmboxes?page_size=0", token: world.token),
                is: [
                    "status": "error", "error": "404", "message": "faulty_request", "data": ["message": "page size must be at least 1"],
                ])
            expect(
                try await envelope("GET", world.accountPath + "/vmboxes?page_size=x", token: world.token),
                is: [
                    "status": "error", "error": "404", "message": "faulty_request", "data": ["message": "invalid page size"],
                ])
            expect(
                try await envelope("DELETE", world.accountPath + "/vmboxes", token: world.token),
                is: [
                    "status": "error", "error": "405", "message": "invalid_method", "data": ["message": "method not allowed"],
                ])
            let silent = try await server.leave(in: world.mailbox, of: world.account)
            expect(
                try await envelope("GET", "\(world.boxPath)/messages/\(silent.monthID)/raw", token: world.token),
                is: [
                    "status": "error", "error": "404", "message": "bad_identifier",
                    "data": ["cause": "voicemail message does not have any audio file", "message": "bad identifier"],
                ])
            let taken = try await server.send(
                "PUT", world.accountPath + "/vmboxes", token: world.token, data: ["id": .string(world.mailbox.id), "name": "x", "mailbox": "9"])
            expect(
                taken.envelope,
                is: [
                    "status": "error", "error": "409", "message": "datastore_conflict", "data": ["message": "conflicting documents"],
                ])
        }
    }
}
