import TestKit
import Testing
import Voicemail
@testable import Web

@Suite("Users and mailboxes from a list, in the console")
struct ConsoleImportTests {
    private static let good = """
        username,password,email,mailbox,mailbox_name,pin\r
        dora,dora horse,dora@acme.example,3010,"Dora, desk",482915\r
        emil,emil horse,,3011,,\r
        anna,ignored horse,,3000,Anna's,\r\n
        """

    @Test("First a look at what would be done, which does nothing; then it is done, and a second time changes nothing")
    func theWay() async throws {
        try await ConsoleTests.run { world, browser in
            let service = world.server.service
            let page = try await browser.get("/console/import")
            #expect(page.shown.contains { $0.contains("mailbox_name") })
            let preview = try await ConsoleTests.post(browser, "import", [("do", "preview"), ("list", Self.good)])
            #expect(preview.status == 200 && preview.shown.contains("This would be done:"), "\(preview.shown)")
            #expect(preview.shown.contains("Users: 2 made") && preview.shown.contains("Mailboxes: 2 made") && preview.shown.contains("Mailboxes: 1 changed"))
            // What was sent is there again, to be sent once more.
            #expect(preview.text.contains("dora,dora horse,dora@acme.example,3010,&quot;Dora, desk&quot;,482915"))
            #expect(try await service.users.find(named: "dora", of: world.account) == nil)
            let done = try await ConsoleTests.post(browser, "import", [("do", "import"), ("list", Self.good)])
            #expect(done.status == 200 && done.shown.contains("This was done:") && done.shown.contains("Users: 2 made"))
            let box = try #require(try await service.mailboxes.find(number: "3010", of: world.account))
            #expect(box.name == "Dora, desk" && service.mailboxes.pinOpens(box, "482915"))
            #expect(try await Browser(world.server).logIn(user: "dora", password: "dora horse").status == 303)
            // A password of somebody who was there stays, unless it is to be set.
            #expect(try await Browser(world.server).logIn().status == 303)
            let again = try await ConsoleTests.post(browser, "import", [("do", "import"), ("list", Self.good)])
            #expect(again.shown.contains("Users: 3 as before") && again.shown.contains("Mailboxes: 3 as before"), "\(again.shown)")
            let secrets = try await ConsoleTests.post(browser, "import", [("do", "import"), ("list", Self.good), ("secrets", "yes")])
            #expect(secrets.status == 200)
            #expect(try await Browser(world.server).logIn().status == 403)
            #expect(try await Browser(world.server).logIn(user: "anna", password: "ignored horse").status == 303)
        }
    }

    @Test("What is wrong is told by line, and nothing is half-made")
    func wrong() async throws {
        try await ConsoleTests.run { world, browser in
            let other = try await world.server.makeAccount("Other"), service = world.server.service
            let rows = """
                account,username,password,email,mailbox,pin,owner
                Acme,dora,dora horse,,3010,,
                Acme,emil,emil horse,nobody,3011,,
                Acme,,,,front,,
                Acme,,,,3012,1,
                Acme,,,,3013,,carol
                Acme,,,,3014,front,
                Acme,,,,03015,3015,
                """
            let foreign = "account,mailbox\nAcme,3010\nOther,3010\n\(other.id),3011\nNobody,3012\n"
            for deed in ["preview", "import"] {
                let answer = try await ConsoleTests.post(browser, "import", [("do", deed), ("list", rows)])
                #expect(answer.status == 400)
                let told = answer.shown.filter { $0.hasPrefix("Line ") }
                #expect(
                    told == [
                        "Line 3: One of these is no mail address. Nothing was changed.",
                        "Line 4: The number is taken, or cannot be dialled. Nothing was changed.",
                        "Line 5: A PIN has at least four digits, and no more than the server takes. Nothing was changed.",
                        "Line 6: This cannot be done. Nothing was changed.",
                        "Line 7: A PIN has at least four digits, and no more than the server takes. Nothing was changed.",
                        "Line 8: That PIN is the number of the mailbox, and would open nothing. Nothing was changed.",
                    ], "\(told)")
                let strangers = try await ConsoleTests.post(browser, "import", [("do", deed), ("list", foreign)])
                #expect(strangers.status == 400)
                #expect(strangers.shown.filter { $0.hasPrefix("Line ") } == (3...5).map { "Line \($0): This is not your account. Nothing was changed." })
            }
            for (list, words) in [
                ("", "The list is empty."), ("colour\nred", "Line 1: There is no such column. Nothing was changed."),
                ("mailbox,mailbox\n1,2", "Line 1: A column is named twice. Nothing was changed."),
                ("mailbox\n3010,x", "Line 2: There are more cells than columns. Nothing was changed."),
                ("mailbox\n\"3010", "Line 2: A quotation mark is not closed. Nothing was changed."),
                ("username,admin\nx,maybe", "Line 2: Whether somebody is an administrator is said with yes or no, in English. Nothing was changed."),
                ("mailbox\n" + (4000...4500).map { "\($0)\n" }.joined(), "There are too many rows for this page; the command line takes more. The most here:"),
            ] {
                let answer = try await ConsoleTests.post(browser, "import", [("do", "import"), ("list", list)])
                #expect(answer.status == 400 && answer.shown.contains(words), "\(words): \(answer.shown)")
            }
            #expect(try await ConsoleTests.post(browser, "import", [("do", "burn"), ("list", "mailbox\n3010")]).status == 400)
            #expect(try await service.mailboxes.personalCount(of: world.account) == 2)
            #expect(try await service.users.find(named: "dora", of: world.account) == nil)
            #expect(try await service.mailboxes.personalCount(of: other) == 0)
            let long = try await ConsoleTests.post(browser, "import", [("do", "import"), ("list", String(repeating: "x", count: 1 << 20))])
            #expect(long.status == 413)
        }
    }

    @Test("Who looks after the server makes accounts by it as well")
    func ofServer() async throws {
        try await ConsoleTests.run(ofServer: true) { world, browser in
            let done = try await ConsoleTests.post(
                browser, "import", [("do", "import"), ("list", "account,realm,mailbox\nThird,third.example,100\nAcme,,3010\n")])
            #expect(done.shown.contains("Accounts: 1 made") && done.shown.contains("Mailboxes: 2 made"), "\(done.shown)")
            #expect(try await world.server.service.mailboxes.find(number: "3010", of: world.account) != nil)
        }
    }
}
