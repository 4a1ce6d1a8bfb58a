import Foundation
import TestKit
import Testing
import Voicemail

/// Makes the pictures of the guides, from what `aftertone demo` has in it: `make pictures`.
@Suite(
    "Pictures of the guides", .serialized,
    .enabled(if: Chromium.isInstalled && ProcessInfo.processInfo.environment["AFTERTONE_SCREENSHOTS"] != nil, "AFTERTONE_SCREENSHOTS says where they go"))
struct PictureTests {
    @Test func fromTheDemo() async throws {
        try await CommandLineProgram.running(["demo", "--listen", "127.0.0.1:0", "--json"]) { program in
            let line = await program.lines(upTo: "\"users\"").last ?? ""
            let demo = try JSON.parse(line), person = try #require(demo["users"]?.array?.first), page = try #require(demo["web"]?.string)
            try await Chromium.run { browser in
                try await browser.look(width: 1280, dark: false)
                try await browser.open(page)
                for (field, text) in [("account", demo["name"]), ("user", person["username"]), ("password", person["password"])] {
                    try await browser.type(try #require(text?.string), into: "#" + field)
                }
                try await browser.click("button.primary")
                try await browser.until("the list") { try await browser.all(".message").count > 1 }
                try await browser.run("document.querySelector('audio').play()")
                try await browser.until("the sound") { try await browser.run("return document.querySelector('audio').currentTime > 1.5") == true }
                try await browser.screenshot("web-inbox")
                try await browser.open(page + "boxes/\(person["mailbox_id"]?.string ?? "")/settings")
                try await browser.until("the page") { try await browser.run("return document.querySelector('#drop-hint').hidden") == false }
                try await browser.screenshot("web-settings")
            }
            program.send(SIGINT)
            #expect(await program.status() == 0)
        }
    }
}
