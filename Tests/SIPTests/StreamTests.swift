import Foundation
import TestKit
import Testing

@testable import SIP

@Suite("Over TCP as over UDP: what strangers send goes no further")
struct StreamTests {
    private static let hold: @Sendable (Call) async -> Void = { call in
        guard await call.answer() else { return }
        _ = await call.play(.tone(hertz: 700, milliseconds: 60_000))
    }

    private static func options(_ port: Int, extra: String = "") -> String {
        "OPTIONS sip:1000@127.0.0.1:\(port) SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.1:9;branch=z9hG4bK\(UInt64.random(in: 0...(.max)))\r\nFrom: <sip:a@b>;tag=1\r\n"
            + "To: <sip:1000@127.0.0.1>\r\nCall-ID: \(UInt64.random(in: 0...(.max)))\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 9\r\n\(extra)Content-Length: 0\r\n\r\n"
    }

    /// Sends, and reads until so many answers have come, or nothing can come any more.
    private static func talk(_ port: Int, _ pieces: [String], answers: Int) async throws -> String {
        try await RawConnection.run(port: port) { connection in
            var heard = ""
            do {
                for piece in pieces { try await connection.write(Array(piece.utf8)) }
                while heard.components(separatedBy: "SIP/2.0 ").count <= answers, let more = try await connection.read() {
                    heard += String(decoding: more, as: UTF8.self)
                }
            } catch {
                // Closed by the other side while we write.
            }
            return heard
        }
    }

    @Test("Requests are answered, together and byte by byte, and who asks whether we are there hears so")
    func answers() async throws {
        try await withEndpoint(script: Self.hold) { _, port in
            let one = Self.options(port)
            #expect(try await Self.talk(port, [one + Self.options(port)], answers: 2).components(separatedBy: "SIP/2.0 200 OK").count == 3)
            #expect(try await Self.talk(port, one.map(String.init), answers: 1).contains("SIP/2.0 200 OK"))
            let kept = try await Self.talk(port, [String(repeating: "\r\n", count: 1000), one], answers: 1)
            #expect(kept.hasPrefix("\r\n") && kept.contains("SIP/2.0 200 OK") && kept.utf8.count < 1000)
        }
    }

    @Test("What keeps to no grammar is answered on the same connection, and does not end it")
    func malformed() async throws {
        try await withEndpoint(script: Self.hold) { _, port in
            let wrong = Self.options(port).replacingOccurrences(of: "CSeq: 1 OPTIONS", with: "CSeq: 1 INVITE")
            let heard = try await Self.talk(port, [wrong + Self.options(port)], answers: 2)
            #expect(heard.contains("SIP/2.0 400 ") && heard.contains("Warning: 399") && heard.contains("SIP/2.0 200 OK"))
        }
    }

    @Test("What has no end, or is too long, ends the connection", arguments: [String(repeating: "a", count: 40_000), "OPTIONS sip:a SIP/2.0\r\n\r\n"])
    func broken(text: String) async throws {
        try await withEndpoint(script: Self.hold) { _, port in
            let nothing = try await Self.talk(port, [text], answers: 1), next = try await Self.talk(port, [Self.options(port)], answers: 1)
            #expect(nothing == "" && next.contains("SIP/2.0 200 OK"))
        }
    }

    @Test("Strangers are let go of before a byte of theirs is read, and a call goes on beside their flood")
    func strangers() async throws {
        let shown = Locked(0)
        let trusted = Locked(0)
        try await withEndpoint {
            $0.trusts = { Int($0.port) == trusted.withLockedValue { $0 } }
            $0.trace = MessageTrace(isOn: { true }) { message in if message.transport == "TCP" { shown.withLockedValue { $0 += 1 } } }
        } script: { call in
            await Self.hold(call)
        } _: { endpoint, port in
            let phone = try TestPhone(server: port)
            defer { phone.close() }
            trusted.withLockedValue { $0 = phone.sip.port }
            // A line that takes libre a second to look for the end of, byte by byte.
            let poison = [String(repeating: "a", count: 8000) + "\n"] + (0..<50).map { _ in "b" }
            // Nobody is let in by the address of a call yet.
            for _ in 0..<20 { #expect(try await Self.talk(port, poison, answers: 1) == "") }
            #expect(try await Self.talk(port, [Self.options(port)], answers: 1) == "")
            #expect(await endpoint.streams.refused >= 21)
            #expect(shown.withLockedValue { $0 } == 0)
            try await phone.call("1000")
            try await phone.sound.hears(hertz: 700, milliseconds: 200)
            try await phone.hangUp()
        }
    }

    @Test("Those who are asked for a password over TCP show it; a line of theirs without an end delays no call")
    func challenged() async throws {
        try await withEndpoint {
            $0.trusts = { _ in false }
            $0.strangers = .challenge
            $0.logins = PeerLogins(passwords: ["pbx": "secret"])
        } script: { call in
            await Self.hold(call)
        } _: { _, port in
            let question = try await Self.talk(port, [Self.options(port)], answers: 1)
            #expect(question.contains("SIP/2.0 401 "))
            let lines = question.components(separatedBy: "\r\n").filter { $0.hasPrefix("WWW-Authenticate: ") }.map { String($0.dropFirst(18)) }
            let digest = try #require(TestDigest(lines.joined(separator: ", "), username: "pbx", password: "secret"))
            let answer = try await Self.talk(
                port, [Self.options(port, extra: digest.header("OPTIONS", uri: "sip:1000@127.0.0.1:\(port)") + "\r\n")], answers: 1)
            #expect(answer.contains("SIP/2.0 200 OK"))
            // From the same host, which is known now, and over a call that is under way.
            let phone = try TestPhone(server: port)
            defer { phone.close() }
            try await expect(200, phone.call("1000", as: "pbx", password: "secret"))
            try await phone.sound.hears(hertz: 700)
            phone.sound.forget()
            let poison = [String(repeating: "a", count: 8000) + "\n"] + (0..<300).map { _ in "b" }
            _ = try await Self.talk(port, poison + ["\r\n\r\n"], answers: 1)
            try await phone.sound.hears(hertz: 700)
            try await phone.hangUp()
        }
    }

    @Test("One stranger has few connections, a peer as many as are allowed; one that is closed makes room", arguments: [true, false])
    func bounded(isTrusted: Bool) async throws {
        try await withEndpoint {
            $0.trusts = { _ in isTrusted }
            $0.strangers = .refuse
            $0.limits.connections = 100
            $0.limits.connectionsOfPeer = 12
        } script: { call in
            await Self.hold(call)
        } _: { endpoint, port in
            let most = isTrusted ? 12 : 8
            let word = isTrusted ? "SIP/2.0 200 " : "SIP/2.0 403 "
            try await Self.nested(port, most) {
                let nothing = try await Self.talk(port, [Self.options(port)], answers: 1)
                #expect(nothing == "")
            }
            #expect(await endpoint.streams.refused >= 1)
            // As soon as the server has noticed.
            var answer = ""
            for _ in 0..<500 where answer.isEmpty {
                answer = try await Self.talk(port, [Self.options(port)], answers: 1)
                if answer.isEmpty { try await Task.sleep(for: .milliseconds(20)) }
            }
            #expect(answer.hasPrefix(word))
        }
    }

    /// Runs `body` while so many connections are open, each of which was answered.
    private static func nested(_ port: Int, _ count: Int, _ body: () async throws -> Void) async throws {
        guard count > 0 else { return try await body() }
        try await RawConnection.run(port: port) { connection in
            try await connection.write(Array(options(port).utf8))
            _ = try await connection.read()
            try await nested(port, count - 1, body)
        }
    }
}
