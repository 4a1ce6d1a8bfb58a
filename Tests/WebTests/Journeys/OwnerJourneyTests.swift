import Foundation
import TestKit
import Testing
import Voicemail
@testable import Web

/// What an owner does, in a real browser on the real server.
@Suite("An owner's journey", .serialized, .enabled(if: Chromium.isInstalled, "scripts/install tests"))
struct OwnerJourneyTests {
    private static func run(
        script: Bool = true, _ body: @escaping @Sendable (WebWorld, Chromium) async throws -> Void
    ) async throws {
        try await WebWorld.run { world in
            _ = try await world.leave("+35315550101", name: "Clara Dunn", secondsAgo: 600)
            _ = try await world.leave("1000", name: "Front Desk", secondsAgo: 300)
            _ = try await world.leave("+15555550112", name: "<script>alert(1)</script>\"\u{301}", secondsAgo: 60)
            try await Chromium.run(script: script) { browser in
                try await browser.open(world.server.baseURL + "/")
                try await body(world, browser)
                // No policy was broken on the way, and nothing was missing; that a login was refused, browsers say too.
                let complaints = try await browser.complaints().filter { !$0.contains("status of 403") }
                #expect(complaints == [])
            }
        }
    }

    private static func callers(_ browser: Chromium) async throws -> [String] { try await browser.texts(".caller") }

    /// The list is there, and keys are heard.
    private static func isReady(_ browser: Chromium, _ count: Int) async throws -> Bool {
        let isHeard = try await browser.run("return document.querySelector('#help-button')?.hidden === false") == true
        return isHeard ? try await callers(browser).count == count : false
    }

    @Test("By mouse: log in, listen, save, undo, delete, restore, look for, log out")
    func byMouse() async throws {
        try await Self.run { world, browser in
            try await browser.screenshot("login")
            try await browser.type("Acme", into: "#account")
            try await browser.type("anna", into: "#user")
            try await browser.type("wrong", into: "#password")
            try await browser.click("button.primary")
            #expect(try await browser.text("[role=alert]") == "Account, user name and password do not go together.")
            try await browser.type(TestWorld.password, into: "#password")
            try await browser.click("button.primary")
            try await browser.until("the list") { try await Self.callers(browser).count == 3 }
            #expect(try await Self.callers(browser).dropFirst() == ["Front Desk", "Clara Dunn"])
            #expect(try await browser.title() == "(3) Box 3000 · 3000 · New · Aftertone")
            try await browser.screenshot("inbox")
            // The sound arrives and plays, and its waveform is drawn.
            try await browser.run("document.querySelectorAll('audio')[1].play()")
            try await browser.until("the sound") { try await browser.run("return document.querySelectorAll('audio')[1].currentTime > 0.05") == true }
            try await browser.until("the waveform") { try await browser.all(".message:nth-child(2) canvas.wave").count == 1 }
            let length = try await browser.run("return Math.round(document.querySelectorAll('audio')[1].duration * 1000)").int ?? 0
            #expect(abs(length - 1500) < 200)
            try await browser.screenshot("playing")
            try await browser.click(".message:nth-child(2) button[value^='saved ']")
            try await browser.until("it is saved") { try await browser.texts("[role=status] p") == ["Filed among the saved messages."] }
            #expect(try await Self.callers(browser).count == 2)
            try await browser.click("[role=status] button")
            try await browser.until("it is back") { try await Self.callers(browser).count == 3 }
            try await browser.click(".message:nth-child(3) button[value^='trash ']")
            try await browser.until("it is gone") { try await Self.callers(browser).count == 2 }
            try await browser.click(".folders a:nth-child(3)")
            try await browser.until("the trash") { try await Self.callers(browser) == ["Clara Dunn"] }
            try await browser.click(".message button[value^='new ']")
            try await browser.until("the trash is empty") { try await Self.callers(browser).isEmpty }
            try await browser.click(".folders a:nth-child(1)")
            try await browser.until("all are back") { try await Self.callers(browser).count == 3 }
            try await browser.type("dunn", into: "#search")
            try await browser.click(".search button")
            try await browser.until("what was looked for") { try await Self.callers(browser) == ["Clara Dunn"] }
            try await browser.click(".bar form button")
            try await browser.until("logged out") { try await browser.texts("[role=status]") == ["You are logged out."] }
        }
    }

    @Test("By keyboard alone, and the keys can be switched off")
    func byKeyboard() async throws {
        try await Self.run { world, browser in
            try await browser.run("document.querySelector('#account').focus()")
            for (index, text) in ["Acme", "anna", TestWorld.password].enumerated() {
                if index > 0 { try await browser.press(Chromium.Key.tab) }
                for character in text { try await browser.press(String(character)) }
            }
            try await browser.press(Chromium.Key.enter)
            try await browser.until("the list") { try await Self.isReady(browser, 3) }
            try await browser.press("j", "j", "k", "j")
            #expect(try await browser.text("[aria-current=true] .caller") == "Front Desk")
            try await browser.press(" ")
            try await browser.until("it plays") { try await browser.run("return !document.querySelectorAll('audio')[1].paused") == true }
            try await browser.press(" ")
            try await browser.until("it is quiet") { try await browser.run("return document.querySelectorAll('audio')[1].paused") == true }
            try await browser.press("s")
            try await browser.until("it is saved, and the next one is chosen") {
                try await browser.texts(".message[aria-current=true] .caller") == ["Clara Dunn"]
            }
            try await browser.press("u")
            try await browser.until("it is back, in its place") {
                let chosen = try await browser.texts(".message[aria-current=true] .caller")
                return try await Self.isReady(browser, 3) ? chosen == ["Front Desk"] : false
            }
            // A button does as a key does: whoever has reached it is not at the head of the page afterwards.
            try await browser.run("document.querySelectorAll('.message')[1].querySelector('button[value^=\"saved \"]').focus()")
            try await browser.press(Chromium.Key.enter)
            try await browser.until("it is saved, and the next one has the focus") {
                try await browser.run("return document.activeElement.querySelector('.caller')?.textContent") == "Clara Dunn"
            }
            try await browser.press("u")
            try await browser.until("it is back again") { try await Self.isReady(browser, 3) }
            try await browser.press("j", "j", "j", "j", "d")
            try await browser.until("the last is gone") { try await Self.isReady(browser, 2) }
            try await browser.press("/")
            for character in "front" { try await browser.press(String(character)) }
            try await browser.press(Chromium.Key.enter)
            try await browser.until("what was looked for") { try await Self.callers(browser) == ["Front Desk"] }
            try await browser.until("keys") { try await Self.isReady(browser, 1) }
            try await browser.press("?")
            try await browser.until("the card") { try await browser.run("return document.querySelector('#help').open") == true }
            try await browser.screenshot("keys")
            try await browser.click("#keys-on")
            try await browser.press(Chromium.Key.escape)
            try await browser.press("j", "d", "?")
            #expect(try await browser.run("return document.querySelector('#help').open") == false)
            #expect(try await Self.callers(browser) == ["Front Desk"])
            // It remembers.
            try await browser.open(world.server.baseURL + world.path())
            try await browser.until("all again") { try await Self.isReady(browser, 2) }
            try await browser.press("?")
            #expect(try await browser.run("return document.querySelector('#help').open") == false)
        }
    }

    @Test("One message after the other plays where that is wanted, which the browser remembers")
    func playsOn() async throws {
        try await Self.run { world, browser in
            try await Self.logIn(browser)
            try await browser.until("the list") { try await Self.isReady(browser, 3) }
            try await browser.click("#help-button")
            try await browser.click("#play-on")
            try await browser.press(Chromium.Key.escape)
            try await browser.open(world.server.baseURL + "/")
            try await browser.until("the list again") { try await Self.isReady(browser, 3) }
            try await browser.press("j", " ")
            for index in 0..<3 {
                try await browser.until("message \(index)") {
                    try await browser.run("return document.querySelectorAll('audio')[\(index)].currentTime > 0.05") == true
                }
            }
            try await browser.click("#help-button")
            try await browser.click("#play-on")
            try await browser.press(Chromium.Key.escape)
            try await browser.open(world.server.baseURL + "/")
            try await browser.until("the list once more") { try await Self.isReady(browser, 3) }
            #expect(try await browser.run("return document.querySelector('#play-on').checked") == false)
        }
    }

    @Test("Two browsers on one mailbox: what comes and what the other does shows by itself, and what is being played plays on")
    func live() async throws {
        try await Self.run { world, browser in
            try await Self.logIn(browser)
            try await browser.until("the list") { try await Self.isReady(browser, 3) }
            try await browser.run("document.querySelectorAll('.message')[2].dataset.mark = 'kept'")
            _ = try await world.leave("+15555550199", name: "Dora New", secondsAgo: 1)
            try await browser.until("the new one") { try await Self.callers(browser).first == "Dora New" }
            #expect(try await browser.title() == "(4) Box 3000 · 3000 · New · Aftertone")
            #expect(try await browser.text(".folders a:nth-child(1) .count") == "4")
            #expect(try await browser.run("return document.querySelector('#news').textContent") == "New messages have come.")
            #expect(try await browser.run("return document.querySelectorAll('.message')[3].dataset.mark") == "kept")
            try await browser.screenshot("live")
            try await Chromium.run { other in
                try await other.open(world.server.baseURL + "/")
                try await Self.logIn(other)
                try await other.until("the list") { try await Self.isReady(other, 4) }
                try await other.click(".message:nth-child(1) button[value^='trash ']")
                try await other.until("it is gone there") { try await Self.callers(other).count == 3 }
                try await browser.until("it is gone here") { try await Self.callers(browser).count == 3 }
            }
            // New ones have their waveforms, too, and keys find them.
            _ = try await world.leave("+15555550198", name: "Emil Newer", secondsAgo: 0)
            try await browser.until("one more") { try await Self.callers(browser).first == "Emil Newer" }
            try await browser.press("j")
            try await browser.until("its waveform") { try await browser.all(".message:nth-child(1) canvas.wave").count == 1 }
        }
    }

    private static func logIn(_ browser: Chromium) async throws {
        try await browser.type("Acme", into: "#account")
        try await browser.type("anna", into: "#user")
        try await browser.type(TestWorld.password, into: "#password")
        try await browser.click("button.primary")
    }

    @Test("Without script: read, file, bring back")
    func withoutScript() async throws {
        try await Self.run(script: false) { world, browser in
            try await browser.type("Acme", into: "#account")
            try await browser.type("anna", into: "#user")
            try await browser.type(TestWorld.password, into: "#password")
            try await browser.click("button.primary")
            try await browser.until("the list") { try await Self.callers(browser).count == 3 }
            #expect(try await browser.all("#help-button:not([hidden])").isEmpty)
            try await browser.click(".message:nth-child(1) input[type=checkbox]")
            try await browser.click(".message:nth-child(3) input[type=checkbox]")
            try await browser.click(".chosen button[value=saved]")
            try await browser.until("two are saved") { try await Self.callers(browser) == ["Front Desk"] }
            try await browser.click(".folders a:nth-child(2)")
            try await browser.until("the saved ones") { try await Self.callers(browser).count == 2 }
        }
    }

    @Test("Narrow and wide, light and dark: nothing sticks out", arguments: [(320, false), (390, true), (1600, false)])
    func widths(_ width: Int, _ dark: Bool) async throws {
        try await Self.run { world, browser in
            try await browser.look(width: width, dark: dark)
            try await browser.type("Acme", into: "#account")
            try await browser.type("anna", into: "#user")
            try await browser.type(TestWorld.password, into: "#password")
            try await browser.click("button.primary")
            try await browser.until("the list") { try await Self.callers(browser).count == 3 }
            #expect(try await browser.run("return innerWidth") == .int(width))
            let reach = try await browser.run("return document.documentElement.scrollWidth").int ?? .max
            #expect(reach <= width)
            let ground = try await browser.run("return getComputedStyle(document.body).backgroundColor")
            #expect(ground == (dark ? "rgb(21, 24, 27)" : "rgb(251, 251, 250)"))
            try await browser.screenshot("inbox-\(width)\(dark ? "-dark" : "")")
        }
    }

    @Test("On paper stand the messages and where they are filed, in dark on white in a system of any colours, and nothing to press", arguments: [false, true])
    func onPaper(_ dark: Bool) async throws {
        try await Self.run { world, browser in
            try await Self.logIn(browser)
            try await browser.until("the list") { try await Self.isReady(browser, 3) }
            try await browser.look(width: 800, dark: dark, isPaper: true)
            // What WebDriver tells the text of is what is seen.
            let folders = try await browser.texts(".folders a").filter { !$0.isEmpty }
            #expect(folders.count == 1 && folders.first?.hasPrefix("New") == true && folders.first?.hasSuffix("3") == true, "\(folders)")
            #expect(try await browser.texts(".bar a").filter { !$0.isEmpty } == ["Aftertone"])
            let pressed = try await browser.run(
                "return [...document.querySelectorAll('button, input, audio, summary')].filter(part => part.checkVisibility()).length")
            #expect(pressed == 0)
            let colours = try await browser.run("const style = getComputedStyle(document.body); return [style.color, style.backgroundColor]")
            #expect(colours == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"])
            let soft = try await browser.run("return getComputedStyle(document.documentElement).getPropertyValue('--soft')")
            #expect(soft == "#565d64")
        }
    }
}
