import Audio
import Foundation
import NIOCore
import TestKit
import Testing
import Voicemail
@testable import Web

/// A greeting from the browser: from its microphone, for which it has one that beeps, and from a file that is dropped.
@Suite("A greeting of one's own", .serialized, .enabled(if: Chromium.isInstalled, "scripts/install tests"))
struct GreetingJourneyTests {
    private static let microphone = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]

    private static func run(_ arguments: [String], host: String = "127.0.0.1", _ body: @escaping @Sendable (WebWorld, Chromium) async throws -> Void)
        async throws
    {
        try await WebWorld.run { world in
            try await Chromium.run(arguments) { browser in
                try await browser.open("http://\(host):\(world.server.port)/login")
                try await browser.type("Acme", into: "#account")
                try await browser.type("anna", into: "#user")
                try await browser.type(TestWorld.password, into: "#password")
                try await browser.click("button.primary")
                try await browser.until("the mailbox") { try await browser.all(".empty").count == 1 }
                try await browser.open("http://\(host):\(world.server.port)/boxes/\(world.box.id)/settings")
                try await browser.until("the page") { try await browser.run("return document.querySelector('#drop-hint').hidden") == false }
                try await body(world, browser)
                // Of another host over plain HTTP browsers say that they make nothing of one of the headers.
                let complaints = try await browser.complaints().filter { !$0.contains("Cross-Origin-Opener-Policy") }
                #expect(complaints == [])
            }
        }
    }

    private static func inForce(_ world: WebWorld) async throws -> Greeting? {
        let service = world.server.service
        let chosen = try await service.greetings.inForce(of: try await service.mailboxes.find(world.box.id, of: world.account))
        guard let chosen else { return nil }
        return try await service.greetings.find(chosen.id, of: world.account)
    }

    @Test("Recorded by the microphone, heard before it is sent, and what callers hear then")
    func record() async throws {
        try await Self.run(Self.microphone) { world, browser in
            try await browser.click("#record")
            try await browser.until("two seconds") { try await browser.text("#record-state") == "Recording 2 s" }
            try await browser.screenshot("recording")
            try await browser.click("#record-stop")
            try await browser.until("what was recorded") {
                try await browser.text("#record-state") == "Listen to it, and upload it if you like it."
            }
            try await browser.run("document.querySelector('#record-listen').play()")
            try await browser.until("it is heard") { try await browser.run("return document.querySelector('#record-listen').currentTime > 0.05") == true }
            try await browser.screenshot("recorded")
            #expect(try await Self.inForce(world) == nil)
            try await browser.click("#greeting-form button[type=submit]")
            try await browser.until("it is there") { try await browser.texts("[role=status].notice") == ["Callers hear this greeting now."] }
            let greeting = try #require(try await Self.inForce(world))
            #expect(greeting.contentType == "audio/wav")
            // 16 bits at 16 kHz, and the beeps are in it.
            let (reader, _) = try await world.server.service.greetings.audio(of: greeting)
            let seconds = Double(reader.size - 44) / 32_000
            #expect(seconds > 1.8 && seconds < 30)
            let loudness = try await world.loudness(of: greeting)
            #expect(loudness.contains { $0 > 0.05 })
        }
    }

    @Test("A file that is dropped is sent like one that was chosen")
    func drop() async throws {
        try await TemporaryDirectory.run { scratch in
            let bytes = try AudioSamples.tones([440], seconds: 1).encoded(as: .wavPCM16), file = scratch.path + "/away.wav"
            try Data(bytes).write(to: URL(filePath: file))
            try await Self.run([]) { world, browser in
                try await browser.drop(file, on: "#greeting-form")
                try await browser.until("the file") { try await browser.run("return document.querySelector('#file').files.length") == 1 }
                try await browser.click("#greeting-form button[type=submit]")
                try await browser.until("it is there") { try await browser.texts("[role=status].notice") == ["Callers hear this greeting now."] }
                let greeting = try #require(try await Self.inForce(world))
                #expect(greeting.contentLength == bytes.count)
            }
        }
    }

    @Test("Over plain HTTP from another host the page says why there is no microphone, and takes a file")
    func otherHost() async throws {
        try await Self.run(["--host-resolver-rules=MAP voicemail.test 127.0.0.1"] + Self.microphone, host: "voicemail.test") { _, browser in
            let isSecure = try await browser.run("return window.isSecureContext"), words = try await browser.text("#record-none")
            #expect(isSecure == false && words.hasPrefix("A greeting cannot be recorded here"))
            #expect(try await browser.run("return document.querySelector('#recorder').hidden") == true)
            #expect(try await browser.all("#file").count == 1)
        }
    }

    @Test("Who lets no page have the microphone is told so, and nothing is recorded")
    func refused() async throws {
        try await Self.run(["--use-fake-device-for-media-stream", "--deny-permission-prompts"]) { _, browser in
            try await browser.click("#record")
            try await browser.until("the refusal") {
                try await browser.text("#record-state") == "There is no microphone, or the browser may not use it."
            }
            #expect(try await browser.run("return document.querySelector('#file').files.length") == 0)
        }
    }
}

extension WebWorld {
    /// Of each sample of a greeting.
    fileprivate func loudness(of greeting: Greeting) async throws -> [Float] {
        let (reader, _) = try await server.service.greetings.audio(of: greeting)
        let bytes = Array(buffer: try await reader.read(at: 0, count: reader.size))
        let samples = stride(from: 44, to: bytes.count - 1, by: 2).map { Float(Int16(truncatingIfNeeded: Int(bytes[$0]) | Int(bytes[$0 + 1]) << 8)) / 32_768 }
        return samples.map(abs)
    }
}
