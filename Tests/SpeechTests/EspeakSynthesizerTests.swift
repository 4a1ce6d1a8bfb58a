import Foundation
import NIOCore
import NIOPosix
import Testing
import Voicemail

@testable import Speech

struct EspeakSynthesizerTests {
    private static let installed = EspeakSynthesizer(searchPath: "/usr/local/bin:/usr/bin:/bin", pool: .singleton)

    @Test(
        "A language is tried as it is given and then without its region; what is no tag is none",
        arguments: [
            ("en-US", ["en-us", "en"]), ("de", ["de"]), ("zh-Hant-TW", ["zh-hant-tw", "zh"]), ("", nil), ("-s", nil), ("e", nil), ("en_US", nil),
            ("en-US; rm", nil), ("../en", nil), ("en-", nil), ("englishlanguage", nil),
        ] as [(String, [String]?)])
    func voices(_ language: String, _ voices: [String]?) {
        #expect(EspeakSynthesizer.voices(of: language) == voices)
    }

    @Test("The middle of 1…100 is the program's own standard, the ends are its bounds")
    func options() {
        func options(_ level: Int) -> [String] {
            EspeakSynthesizer.options(SpeechRequest(text: "", language: "en", speed: level, volume: level, pitch: level))
        }
        #expect(options(1) == ["-s", "80", "-p", "0", "-a", "2"])
        #expect(options(50) == ["-s", "175", "-p", "49", "-a", "100"])
        #expect(options(100) == ["-s", "450", "-p", "99", "-a", "200"])
        #expect(EspeakSynthesizer.options(SpeechRequest(text: "", language: "en")) == [])
    }

    @Test("Nothing is found where the program is not, nor in a relative folder")
    func notInstalled() {
        #expect(EspeakSynthesizer(searchPath: "/nowhere:", pool: .singleton) == nil)
        #expect(EspeakSynthesizer(searchPath: "bin:.", pool: .singleton) == nil)
    }

    @Test("A folder of the program's name is passed over; a program that has gone since is told by its path")
    func foundOnce() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("speech-" + HexID.random())
        defer { try? FileManager.default.removeItem(at: folder) }
        let first = folder.appendingPathComponent("first"), second = folder.appendingPathComponent("second")
        try FileManager.default.createDirectory(at: first.appendingPathComponent("espeak-ng"), withIntermediateDirectories: true)
        try FileManager.default.createDirectory(at: second, withIntermediateDirectories: true)
        let program = second.appendingPathComponent("espeak-ng")
        try Data("#!/bin/sh\n".utf8).write(to: program)
        #expect(EspeakSynthesizer(searchPath: "\(first.path):\(second.path)", pool: .singleton) == nil)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program.path)
        let synthesizer = try #require(EspeakSynthesizer(searchPath: "\(first.path):\(second.path)", pool: .singleton))
        try FileManager.default.removeItem(at: program)
        await #expect(throws: SpeechError.failed("\(program.path) cannot be started: No such file or directory")) {
            try await synthesizer.speak(SpeechRequest(text: "a", language: "en"))
        }
    }

    @Test(
        "A program that ends without having read the text is believed why it did: more than a pipe holds is left unread",
        arguments: [
            ("echo 'The specified espeak-ng voice does not exist.' >&2; exit 1", SpeechError.unknownLanguage),
            ("exit 3", .failed("espeak-ng ended with 3: ")), ("exit 0", nil),
        ])
    func unread(_ script: String, _ failure: SpeechError?) async throws {
        // As the server does: a pipe that nobody reads is an error of the write.
        signal(SIGPIPE, SIG_IGN)
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("speech-" + HexID.random())
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let program = folder.appendingPathComponent("espeak-ng")
        try Data("#!/bin/sh\nexec 0<&-\n\(script)\n".utf8).write(to: program)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program.path)
        let synthesizer = try #require(EspeakSynthesizer(searchPath: folder.path, pool: .singleton))
        let text = String(repeating: "a", count: 1 << 20)
        let error = await #expect(throws: SpeechError.self) { try await synthesizer.speak(SpeechRequest(text: text, language: "en")) }
        guard let failure else {
            // It says that all is well, and was not told all.
            guard case .failed(let why)? = error else { Issue.record("\(String(describing: error))"); return }
            #expect(why == "espeak-ng was not told all")
            return
        }
        #expect(error == failure)
    }

    @Test("It speaks, a region it does not know too; text that looks like an option or markup is text", .enabled(if: installed != nil))
    func speaks() async throws {
        let synthesizer = try #require(Self.installed)
        for (text, language) in [("Good evening.", "en-US"), ("Guten Abend.", "de-XX"), ("-w /tmp/x --help <speak> $(id) `id`", "en")] {
            let sound = try await synthesizer.speak(SpeechRequest(text: text, language: language))
            #expect(sound.getString(at: 0, length: 4) == "RIFF")
            #expect(sound.readableBytes > 10_000)
        }
        let slow = try await synthesizer.speak(SpeechRequest(text: "Good evening.", language: "en", speed: 1)).readableBytes
        let fast = try await synthesizer.speak(SpeechRequest(text: "Good evening.", language: "en", speed: 100)).readableBytes
        #expect(fast < slow)
        await #expect(throws: SpeechError.unknownLanguage) { try await synthesizer.speak(SpeechRequest(text: "x", language: "qq")) }
        await #expect(throws: SpeechError.unknownLanguage) { try await synthesizer.speak(SpeechRequest(text: "x", language: "no such")) }
    }
}
