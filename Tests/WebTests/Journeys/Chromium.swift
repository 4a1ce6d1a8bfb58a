import Foundation
import TestKit
import Testing
import Voicemail

/// A real browser, driven over WebDriver (W3C) by the driver that comes with it. `scripts/install tests` installs both.
struct Chromium: Sendable {
    struct Trouble: Error {
        let what: String
        let answer: JSON
    }

    /// An element of the page that is shown.
    struct Element: Sendable {
        fileprivate let id: String
    }

    enum Key {
        static let tab = "\u{E004}", enter = "\u{E007}", escape = "\u{E00C}"
    }

    private let driver: RemoteServer
    private let session: String

    static let isInstalled = ["chromium", "chromedriver"].allSatisfy { program in
        (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(program)") }
    }

    /// - Parameters:
    ///   - script: whether pages may run any.
    ///   - more: further arguments of its command line.
    static func run(script: Bool = true, _ more: [String] = [], _ body: @Sendable (Chromium) async throws -> Void) async throws {
        let driver = try await Driver()
        let result: Result<Void, any Error>
        do {
            let browser = try await open(RemoteServer(port: driver.port), script: script, more)
            do {
                try await body(browser)
                result = .success(())
            } catch {
                // What was on the screen says most.
                _ = try? await browser.screenshot("trouble")
                result = .failure(error)
            }
            _ = try? await browser.command("DELETE", "", nil)
        } catch {
            result = .failure(error)
        }
        await driver.stop()
        try result.get()
    }

    private static func open(_ driver: RemoteServer, script: Bool, _ more: [String]) async throws -> Chromium {
        // As root, and in containers, it has no sandbox of its own.
        let arguments =
            ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--mute-audio", "--lang=en", "--window-size=1280,900"] + more
        var options: JSONObject = ["args": JSON(arguments)]
        if !script { options["prefs"] = ["profile.managed_default_content_settings.javascript": 2] }
        let wanted: JSON = ["capabilities": ["alwaysMatch": ["goog:chromeOptions": .object(options), "goog:loggingPrefs": ["browser": "ALL"]]]]
        let answer = try await driver.send("POST", "/session", json: wanted)
        guard let id = answer.json["value"]?["sessionId"]?.string else { throw Trouble(what: "no session", answer: answer.json) }
        return Chromium(driver: driver, session: id)
    }

    @discardableResult
    private func command(_ method: String, _ path: String, _ body: JSON?) async throws -> JSON {
        let whole = "/session/\(session)" + path
        let answer = if let body { try await driver.send(method, whole, json: body) } else { try await driver.send(method, whole) }
        guard answer.status == 200 else { throw Trouble(what: "\(method) \(path)", answer: answer.json) }
        return answer.json["value"] ?? .null
    }

    // MARK: What somebody does

    func open(_ url: String) async throws { try await command("POST", "/url", ["url": .string(url)]) }

    func address() async throws -> String { try await command("GET", "/url", nil).string ?? "" }

    func title() async throws -> String { try await command("GET", "/title", nil).string ?? "" }

    func all(_ selector: String) async throws -> [Element] {
        let found = try await command("POST", "/elements", ["using": "css selector", "value": .string(selector)])
        return (found.array ?? []).compactMap { $0.object?.values.first?.string }.map(Element.init)
    }

    /// The first that is there, once one is.
    func find(_ selector: String) async throws -> Element {
        try await eventually(selector) { try await all(selector).first }
    }

    func click(_ selector: String) async throws { try await command("POST", "/element/\(find(selector).id)/click", [:]) }

    func type(_ text: String, into selector: String) async throws {
        try await command("POST", "/element/\(find(selector).id)/value", ["text": .string(text)])
    }

    /// Presses keys one after the other, wherever the focus is.
    func press(_ keys: String...) async throws {
        let actions = keys.flatMap { [["type": "keyDown", "value": .string($0)], ["type": "keyUp", "value": .string($0)]] as [JSON] }
        try await command("POST", "/actions", ["actions": [["type": "key", "id": "keyboard", "actions": .array(actions)]]])
    }

    func text(_ selector: String) async throws -> String { try await command("GET", "/element/\(find(selector).id)/text", nil).string ?? "" }

    func texts(_ selector: String) async throws -> [String] {
        var texts: [String] = []
        for element in try await all(selector) { texts.append(try await command("GET", "/element/\(element.id)/text", nil).string ?? "") }
        return texts
    }

    @discardableResult
    func run(_ script: String) async throws -> JSON { try await command("POST", "/execute/sync", ["script": .string(script), "args": []]) }

    /// As on a screen or a sheet of paper of that width, narrower than any window, in a system of these colours.
    func look(width: Int, dark: Bool, isPaper: Bool = false) async throws {
        try await tool("Emulation.setDeviceMetricsOverride", ["width": .int(width), "height": 900, "deviceScaleFactor": 1, "mobile": false])
        try await tool(
            "Emulation.setEmulatedMedia",
            [
                "media": isPaper ? "print" : "screen",
                "features": [["name": "prefers-color-scheme", "value": .string(dark ? "dark" : "light")]],
            ])
    }

    private func tool(_ name: String, _ parameters: JSON) async throws {
        try await command("POST", "/goog/cdp/execute", ["cmd": .string(name), "params": parameters])
    }

    /// Drops a file of this machine on an element.
    func drop(_ path: String, on selector: String) async throws {
        let place = try await run(
            "const part = document.querySelector('\(selector)'); part.scrollIntoView(); const box = part.getBoundingClientRect(); return [box.x + 20, box.y + 20]"
        )
        let data: JSON = ["items": [], "files": [.string(path)], "dragOperationsMask": 1]
        for kind in ["dragEnter", "dragOver", "drop"] {
            try await tool("Input.dispatchDragEvent", ["type": .string(kind), "x": place.array?.first ?? 0, "y": place.array?.last ?? 0, "data": data])
        }
    }

    /// What the browser complained of: a policy that was broken, a file that was not there.
    func complaints() async throws -> [String] {
        let log = try await command("POST", "/se/log", ["type": "browser"])
        return (log.array ?? []).filter { $0["level"] == "SEVERE" }.compactMap { $0["message"]?.string }
    }

    /// Keeps a picture of the page where `AFTERTONE_SCREENSHOTS` says.
    func screenshot(_ name: String) async throws {
        let picture = try await command("GET", "/screenshot", nil).string ?? ""
        guard let directory = ProcessInfo.processInfo.environment["AFTERTONE_SCREENSHOTS"], let data = Data(base64Encoded: picture) else { return }
        try data.write(to: URL(filePath: "\(directory)/\(name).png"))
    }

    /// Asks again until there is an answer, a minute at most: what is done shows when the browser is ready with it.
    func eventually<Value: Sendable>(_ what: String, _ ask: () async throws -> Value?) async throws -> Value {
        let end = ContinuousClock.now + .seconds(60)
        while true {
            do {
                if let value = try await ask() { return value }
            } catch let trouble as Trouble where ContinuousClock.now < end {
                // The page may just be another.
                _ = trouble
            }
            guard ContinuousClock.now < end else { throw Trouble(what: "never came: \(what)", answer: .null) }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    func until(_ what: String, _ holds: () async throws -> Bool) async throws { _ = try await eventually(what) { try await holds() ? true : nil } }
}
