import Foundation
import TestKit
import Testing
import Voicemail
@testable import Web

@Suite("A mailbox's time zone")
struct ZoneTests {
    private static func path(_ world: WebWorld) -> String { "/boxes/\(world.box.id)/settings" }

    private static func set(_ world: WebWorld, _ zone: String) async throws -> Answer {
        let form = try #require(try await world.browser.get(path(world)).field("form"))
        return try await world.browser.post(path(world), [("form", form), ("do", "zone"), ("zone", zone)])
    }

    private static func zone(_ world: WebWorld) async throws -> String? {
        try await world.server.service.mailboxes.find(world.box.id, of: world.account).timeZone?.identifier
    }

    @Test("Its owner sets it, and times are shown in it; without one it is the account's again")
    func owner() async throws {
        try await WebWorld.run { world in
            _ = try await world.server.service.accounts.change(world.account.id, .patch(["timezone": "Europe/Dublin"]))
            _ = try await world.leave()
            try await world.browser.logIn()
            let page = try await world.browser.get(Self.path(world))
            #expect(page.shown.contains("Europe/Dublin") && page.text.contains("name=\"zone\" list=\"zones\" value=\"\""))
            let done = try await Self.set(world, " Asia/Tokyo ")
            #expect(done.status == 303 && done["Location"]?.hasSuffix("?told=zone") == true)
            #expect(try await Self.zone(world) == "Asia/Tokyo")
            let after = try await world.browser.get(Self.path(world) + "?told=zone")
            #expect(after.shown.contains("The time zone is changed.") && after.text.contains("value=\"Asia/Tokyo\""))
            // Left at 20:52 UTC on the 11th of May.
            #expect(try await world.browser.get("/").shown.contains { $0.contains("May 12") && $0.contains("5:52") })
            #expect(try await Self.set(world, "").status == 303)
            #expect(try await Self.zone(world) == nil)
            #expect(try await world.browser.get("/").shown.contains { $0.contains("May 11") && $0.contains("9:52") })
        }
    }

    @Test("A time that clocks show twice says which one it is; none beside it does")
    func repeatedHour() throws {
        let dublin = try #require(TimeZone(identifier: "Europe/Dublin")), lordHowe = try #require(TimeZone(identifier: "Australia/Lord_Howe"))
        func shown(_ time: String, _ zone: TimeZone, _ language: String = "en") throws -> String {
            ShownTimes(language: language, zone: zone).text(try #require(Timestamp(rfc3339: time))).replacing("\u{202F}", with: " ")
        }
        for (time, text) in [
            ("2026-10-24T23:59:59Z", "Oct 25, 2026 at 12:59 AM"), ("2026-10-25T00:00:00Z", "Oct 25, 2026 at 1:00 AM GMT+1"),
            ("2026-10-25T00:59:59Z", "Oct 25, 2026 at 1:59 AM GMT+1"), ("2026-10-25T01:00:00Z", "Oct 25, 2026 at 1:00 AM GMT"),
            ("2026-10-25T01:59:59Z", "Oct 25, 2026 at 1:59 AM GMT"), ("2026-10-25T02:00:00Z", "Oct 25, 2026 at 2:00 AM"),
            ("2026-03-29T00:30:00Z", "Mar 29, 2026 at 12:30 AM"), ("2026-03-29T01:00:00Z", "Mar 29, 2026 at 2:00 AM"),
        ] { #expect(try shown(time, dublin) == text) }
        // Half an hour is put back there.
        for (time, ends) in [("2026-04-04T14:29:59Z", false), ("2026-04-04T14:30:00Z", true), ("2026-04-04T15:29:59Z", true), ("2026-04-04T15:30:00Z", false)] {
            #expect(try shown(time, lordHowe).contains("GMT") == ends, "\(time)")
        }
        #expect(try shown("2026-10-25T00:30:00Z", dublin, "fr").hasSuffix("UTC+1"))
    }

    @Test("Every zone of the system's database is taken, those among them that are not offered")
    func everyZone() async throws {
        try await WebWorld.run { world in
            for zone in TimeZone.knownTimeZoneIdentifiers + ["UTC", "Eire", "GB", "America/Argentina/ComodRivadavia"] {
                var settings = MailboxSettings()
                settings.timeZone = zone
                #expect(WebDialect.isZone(zone), "\(zone)")
                _ = try await world.server.service.mailboxes.change(world.box.id, settings, in: world.account)
            }
            try await world.browser.logIn()
            for zone in ["UTC", "Eire", "America/Argentina/ComodRivadavia"] {
                #expect(try await Self.set(world, zone).status == 303, "\(zone)")
                #expect(try await world.server.service.mailboxes.find(world.box.id, of: world.account).published["timezone"] == .string(zone))
            }
            let page = try await world.browser.get(Self.path(world))
            #expect(TimeZone.knownTimeZoneIdentifiers.allSatisfy { page.text.contains("<option value=\"\($0)\">") })
        }
    }

    @Test(
        "One that is none is refused with what was typed, and nothing changes",
        arguments: ["Europe/Nowhere", "<script>", "../etc/passwd", "inherit", "Europe/Paris x"])
    func unknown(_ zone: String) async throws {
        try await WebWorld.run { world in
            try await world.browser.logIn()
            _ = try await Self.set(world, "Asia/Tokyo")
            let answer = try await Self.set(world, zone)
            #expect(answer.status == 400 && answer.shown.contains("There is no such time zone. Nothing was changed."), "\(answer.shown)")
            #expect(!answer.text.contains("<script>") && Answer.unescaped(answer.text).contains("value=\"\(zone)\""))
            #expect(try await Self.zone(world) == "Asia/Tokyo")
        }
    }

    @Test("An administrator sets it with a new mailbox, and that of every mailbox on its settings")
    func console() async throws {
        try await ConsoleTests.run { world, browser in
            let fields = [("do", "make"), ("number", "3005"), ("name", "Sales")]
            let wrong = try await ConsoleTests.post(browser, "mailboxes", fields + [("zone", "Europe/Nowhere")])
            #expect(wrong.status == 400 && wrong.shown.contains("There is no such time zone. Nothing was changed."))
            #expect(try await world.server.service.mailboxes.find(number: "3005", of: world.account) == nil)
            #expect(try await ConsoleTests.post(browser, "mailboxes", fields + [("zone", "Europe/Madrid")]).status == 303)
            let made = try #require(try await world.server.service.mailboxes.find(number: "3005", of: world.account))
            #expect(made.timeZone?.identifier == "Europe/Madrid")
            let form = try #require(try await browser.get("/boxes/\(made.id)/settings").field("form"))
            #expect(try await browser.post("/boxes/\(made.id)/settings", [("form", form), ("do", "zone"), ("zone", "Asia/Tokyo")]).status == 303)
            #expect(try await world.server.service.mailboxes.find(made.id, of: world.account).timeZone?.identifier == "Asia/Tokyo")
        }
    }
}
