import Foundation
import HTTPFront
import Server
import TestKit
import Testing
import Voicemail
@testable import Web

@Suite("Setting a new server up")
struct SetupTests {
    private static func fields(_ page: Answer, _ more: [String: String] = [:]) throws -> [(String, String)] {
        let typed = [
            "account": "Acme", "zone": "Europe/Dublin", "user": "chief", "password": "a long horse", "again": "a long horse", "mail": "chief@acme.example",
            "mailbox": "100", "pin": "482915",
        ].merging(more) { $1 }
        return [("form", try #require(page.field("form"))), ("code", page.field("code") ?? "")] + typed.map { ($0.key, $0.value) }
    }

    private static func accounts(_ server: TestServer) async throws -> [Account] {
        try await server.service.accounts.list(below: nil, ListingRange(limit: 9)) { $0 }.items
    }

    @Test("The code opens the page once; then there is an account with its administrator, who is logged in and has a mailbox")
    func theWay() async throws {
        try await TestServer.run { server in
            let browser = Browser(server), code = try #require(server.setup.text)
            #expect(code.wholeMatch(of: /([A-HJ-NP-Z2-9]{4}-){3}[A-HJ-NP-Z2-9]{4}/) != nil)
            let login = try await browser.get("/login")
            #expect(login.shown.contains("This server has no account yet.") && login.text.contains("<a href=\"./setup\">"))
            let asks = try await browser.get("/setup")
            #expect(asks.status == 200 && asks.text.contains("id=\"code\"") && !asks.text.contains(code))
            let page = try await browser.get("/setup?code=" + code.lowercased())
            #expect(page.status == 200 && page.shown.contains("Name of the company"))
            let done = try await browser.post("/setup", try Self.fields(page))
            #expect(done.status == 303 && done["Location"] == "./")
            let inbox = try await browser.get("/")
            #expect(inbox.status == 200 && inbox.shown.contains("There are no new messages."))
            let account = try #require(try await Self.accounts(server).first), user = try await server.service.users.find(named: "chief", of: account)
            #expect(user?.isAdministrator == true && user?.email == "chief@acme.example" && account.language == "en")
            let box = try #require(try await server.service.mailboxes.find(number: "100", of: account))
            #expect(box.ownerID == user?.id && server.service.mailboxes.pinOpens(box, "482915"))
            #expect(server.service.mailboxes.timeZone(of: account).identifier == "Europe/Dublin")
            // Once.
            #expect(server.setup.text == nil)
            for path in ["/setup", "/setup?code=ABCD-EFGH-JKLM-NPQR"] { #expect(try await Browser(server).get(path).status == 404) }
            let again = try await Browser(server).get("/setup?code=" + code)
            #expect(again.status == 409 && again.shown.contains("The server has just been set up"))
            #expect(try await Self.accounts(server).count == 1)
            #expect(try await Browser(server).logIn(user: "chief", password: "a long horse").status == 303)
        }
    }

    @Test(
        "Whatever is wrong is told by name, with what was typed and no secret; nothing is made, and the code is good still",
        arguments: [
            (["account": ""], "The name of the company cannot be taken. Nothing was changed."),
            (["account": String(repeating: "x", count: 200)], "The name of the company cannot be taken. Nothing was changed."),
            (["zone": "Europe/Nowhere"], "There is no such time zone. Nothing was changed."),
            (["user": ""], "The user name cannot be taken. Nothing was changed."),
            (["again": "another horse"], "The two passwords differ, or there is none. Nothing was changed."),
            (["password": "", "again": ""], "The two passwords differ, or there is none. Nothing was changed."),
            (["mailbox": ""], "The number of the mailbox cannot be dialled. Nothing was changed."),
            (["mailbox": "reception"], "The number of the mailbox cannot be dialled. Nothing was changed."),
            (["pin": "12a4"], "A PIN has at least four digits, and no more than the server takes. Nothing was changed."),
            (["mailbox": "4711", "pin": "4711"], "That PIN is the number of the mailbox, and would open nothing. Nothing was changed."),
            (["pin": "12"], "A PIN has at least four digits, and no more than the server takes. Nothing was changed."),
            (["mail": "nobody"], "One of these is no mail address. Nothing was changed."),
        ])
    func wrong(_ more: [String: String], _ words: String) async throws {
        try await TestServer.run { server in
            let browser = Browser(server), code = try #require(server.setup.text)
            let page = try await browser.get("/setup?code=" + code)
            let refused = try await browser.post("/setup", try Self.fields(page, more))
            #expect(refused.status == 400 && refused.shown.contains(words), "\(refused.shown)")
            #expect(!refused.text.contains("a long horse") && !refused.text.contains("482915"))
            if more["user"] == nil { #expect(refused.text.contains("value=\"chief\"")) }
            #expect(try await Self.accounts(server).isEmpty && server.setup.text == code)
            #expect(try await browser.post("/setup", try Self.fields(refused)).status == 303)
        }
    }

    @Test("Without the code, with another, or with a form of another browser, nothing is made; guesses lock out")
    func strangers() async throws {
        try await TestServer.run {
            $0.logins.maximumFailures = 3
        } _: { server in
            let code = try #require(server.setup.text), browser = Browser(server)
            let page = try await browser.get("/setup?code=" + code)
            let stranger = Browser(server)
            _ = try await stranger.get("/login")
            let borrowed = try await stranger.post("/setup", try Self.fields(page))
            #expect(borrowed.status == 403)
            for guess in ["ABCD-EFGH-JKLM-NPQR", "", code + "A"] {
                #expect(try await stranger.get("/setup?code=" + guess).status == 403)
            }
            let locked = try await browser.post("/setup", try Self.fields(page))
            #expect(locked.status == 429)
            #expect(try await Self.accounts(server).isEmpty)
            server.clock.advance(by: 301)
            #expect(try await browser.post("/setup", try Self.fields(page)).status == 303)
        }
    }

    @Test("Of many at once one makes it")
    func once() async throws {
        try await TestServer.run { server in
            let code = try #require(server.setup.text)
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for index in 0..<8 {
                    group.addTask {
                        let browser = Browser(server), page = try await browser.get("/setup?code=" + code)
                        guard page.status == 200 else { return page.status }
                        return try await browser.post("/setup", try Self.fields(page, ["account": "Acme \(index)"])).status
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.filter { $0 == 303 }.count == 1 && statuses.allSatisfy { [303, 404, 409].contains($0) }, "\(statuses)")
            #expect(try await Self.accounts(server).count == 1)
        }
    }

    @Test("Who had the page open, too, learns that somebody was faster; without the code there is nothing")
    func tooLate() async throws {
        try await TestServer.run { server in
            let code = try #require(server.setup.text), first = Browser(server), second = Browser(server)
            let page = try await second.get("/setup?code=" + code), his = try await first.get("/setup?code=" + code)
            #expect(try await first.post("/setup", try Self.fields(his)).status == 303)
            let late = try await second.post("/setup", try Self.fields(page, ["account": "Second"]))
            #expect(late.status == 409 && late.shown.contains("The server has just been set up"), "\(late.shown)")
            let fields = try Self.fields(page).map { ($0.0, $0.0 == "code" ? "ABCD-EFGH-JKLM-NPQR" : $0.1) }
            #expect(try await second.post("/setup", fields).status == 404)
            #expect(try await second.get("/setup?code=" + code).status == 409)
            #expect(try await Self.accounts(server).map(\.name) == ["Acme"])
        }
    }

    @Test("An account that has come in some other way closes the page")
    func otherWay() async throws {
        try await TestServer.run { server in
            let code = try #require(server.setup.text), browser = Browser(server)
            let page = try await browser.get("/setup?code=" + code)
            _ = try await server.makeAccount("First")
            #expect(try await browser.post("/setup", try Self.fields(page)).status == 404)
            #expect(server.setup.text == nil)
            #expect(!(try await browser.get("/login")).shown.contains("This server has no account yet."))
        }
    }
}
