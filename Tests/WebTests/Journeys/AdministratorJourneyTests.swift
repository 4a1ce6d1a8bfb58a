import Foundation
import TestKit
import Testing
import Voicemail
@testable import Web

/// What who looks after an account does, in a real browser on the real server: by mouse, and again without one.
@Suite("An administrator's journey", .serialized, .enabled(if: Chromium.isInstalled, "scripts/install tests"))
struct AdministratorJourneyTests {
    private static func run(_ body: @escaping @Sendable (WebWorld, Chromium) async throws -> Void) async throws {
        try await WebWorld.run { world in
            let chief = try await world.server.makeUser("chief", password: "chief horse", in: world.account)
            _ = try await world.server.service.users.change(chief.id, .patch(["priv_level": "admin"]), in: world.account)
            try await Chromium.run { browser in
                try await browser.open(world.server.baseURL + "/login")
                try await body(world, browser)
                let complaints = try await browser.complaints().filter { !$0.contains("status of 400") }
                #expect(complaints == [])
            }
        }
    }

    private static func told(_ browser: Chromium, _ words: String) async throws {
        try await browser.until(words) { try await browser.texts(".notice").contains { $0.contains(words) } }
    }

    @Test("By mouse: a user, his mailbox, a group, a key, a receiver, and more of them from a file")
    func byMouse() async throws {
        try await TemporaryDirectory.run { scratch in
            let file = scratch.path + "/people.csv"
            try Data("username,password,mailbox\nemil,emil horse,3011\nfay,fay horse,front\n".utf8).write(to: URL(filePath: file))
            try await Self.run { world, browser in
                for (field, text) in [("account", "Acme"), ("user", "chief"), ("password", "chief horse")] { try await browser.type(text, into: "#" + field) }
                try await browser.click("button.primary")
                try await browser.click(".bar a[href$='console']")
                try await browser.until("the overview") { try await browser.texts(".facts-list dd").contains("Acme") }
                try await browser.screenshot("console")
                func go(_ page: ConsolePage) async throws {
                    try await browser.click(".folders a[href$='/\(page.rawValue)']")
                    try await browser.until(page.rawValue) {
                        try await browser.run("return document.querySelector('.folders a[aria-current]')?.getAttribute('href')").string?
                            .hasSuffix("/" + page.rawValue) == true
                    }
                }
                try await go(.users)
                for (field, text) in [("username", "dora"), ("first", "Dora"), ("last", "Dunn"), ("password", "dora horse")] {
                    try await browser.type(text, into: "#" + field)
                }
                try await browser.click("section button[value=make]")
                try await Self.told(browser, "Made.")
                #expect(try await browser.texts(".caller").contains("Dora Dunn"))
                try await go(.mailboxes)
                for (field, text) in [("number", "3010"), ("name", "Dora"), ("owner", "dora")] { try await browser.type(text, into: "#" + field) }
                try await browser.click("section button[value=make]")
                try await Self.told(browser, "Made.")
                try await go(.groups)
                try await browser.type("3001", into: "#number")
                try await browser.type("3000, 3010", into: "#members")
                try await browser.click("section button[value=make]")
                try await Self.told(browser, "Made.")
                #expect(try await browser.text(".message .sub").contains("3000, 3010"))
                try await go(.keys)
                try await browser.type("CRM", into: "#name")
                try await browser.click("section button[value=make]")
                try await Self.told(browser, "This is shown once. Copy it now.")
                #expect(try await browser.text("code.secret").count == 64)
                try await browser.click("details summary")
                try await browser.click("details button.danger")
                try await Self.told(browser, "Done.")
                #expect(try await browser.texts(".caller").isEmpty)
                try await go(.receivers)
                try await browser.type("http://crm.example/hook", into: "#uri")
                try await browser.click("section button[value=make]")
                try await Self.told(browser, "Made.")
                try await go(.list)
                try await browser.type(file, into: "#list-file")
                try await browser.until("the file's text") { try await browser.run("return document.querySelector('#list').value.length > 50") == true }
                try await browser.click("button[value=preview]")
                try await Self.told(browser, "Line 3: The number is taken, or cannot be dialled. Nothing was changed.")
                try await browser.screenshot("console-import")
                try await browser.run("const list = document.querySelector('#list'); list.value = list.value.replace('front', '3012')")
                try await browser.click("button[value=preview]")
                try await Self.told(browser, "This would be done:")
                try await browser.click("button[value=import]")
                try await Self.told(browser, "This was done:")
                try await go(.users)
                #expect(try await browser.texts(".caller").contains("fay"))
                let fay = try #require(try await world.server.service.mailboxes.find(number: "3012", of: world.account))
                #expect(fay.ownerID != nil)
                try await go(.overview)
                try await browser.click("button[value='recordings on']")
                try await Self.told(browser, "Done.")
                #expect(try await world.server.service.accounts.find(world.account.id)?.letsOwnersHearRecordings == true)
            }
        }
    }

    @Test("By keys alone: log in, go to the console, make a user, keep him out, log out")
    func byKeys() async throws {
        try await Self.run { world, browser in
            func write(_ text: String) async throws { for character in text { try await browser.press(String(character)) } }
            /// Goes on until what is focused is this.
            func reach(_ selector: String) async throws {
                for _ in 0..<80 {
                    if try await browser.run("return document.activeElement.matches(\"\(selector)\")") == true { return }
                    try await browser.press(Chromium.Key.tab)
                }
                Issue.record("\(selector) is not reached by keys")
            }
            func follow(_ selector: String) async throws {
                try await reach(selector)
                let seen = try await browser.run("return getComputedStyle(document.activeElement).outlineStyle")
                #expect(seen != "none", "\(selector)")
                try await browser.press(Chromium.Key.enter)
            }
            for (field, text) in [("account", "Acme"), ("user", "chief"), ("password", "chief horse")] {
                try await reach("#" + field)
                try await write(text)
            }
            try await browser.press(Chromium.Key.enter)
            try await browser.until("the page") { try await browser.all(".bar a[href$='console']").count == 1 }
            try await follow(".bar a[href$='console']")
            try await browser.until("the console") { try await browser.all(".facts-list").count == 1 }
            try await follow(".folders a[href$='/users']")
            try await browser.until("users") { try await browser.all("#username").count == 1 }
            for (field, text) in [("username", "dora"), ("password", "dora horse")] {
                try await reach("#" + field)
                try await write(text)
            }
            try await browser.press(Chromium.Key.enter)
            try await Self.told(browser, "Made.")
            let dora = try #require(try await world.server.service.users.find(named: "dora", of: world.account))
            // The card of what can be changed opens by keys as well.
            let place = try await browser.run(
                "return [...document.querySelectorAll('details')].findIndex((part) => part.querySelector(\"button[value='off \(dora.id)']\"))")
            try await browser.run("document.querySelectorAll('details')[\(place.int ?? 0)].id = 'hers'")
            try await follow("#hers summary")
            try await follow("button[value='off \(dora.id)']")
            try await Self.told(browser, "Done.")
            #expect(try await world.server.service.users.find(dora.id, of: world.account).isEnabled == false)
            try await follow(".bar form button")
            try await Self.told(browser, "You are logged out.")
        }
    }
}
