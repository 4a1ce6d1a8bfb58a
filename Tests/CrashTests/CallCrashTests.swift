import Foundation
import NIOCore
import Server
import TestKit
import Testing
import Voicemail

/// Promise 1 by telephone: whoever was speaking when the server was killed has left a message, once, and no more than its last half second is lost.
///
/// `CALL_KILLS` says how often (3 unless told otherwise).
@Suite struct CallCrashTests {
    private static let phones = 3
    private static let environment = ["AFTERTONE_SIP_PROMPTS_DIRECTORY": "/nowhere", "AFTERTONE_LIMITS_MESSAGES_PER_MAILBOX": "100000"]

    /// What a caller has said for certain.
    private struct Spoken: Sendable {
        let callID: String
        let milliseconds: Int
        let hungUp: Bool
        /// Milliseconds that may be lost.
        var loss = 500
    }

    @Test func whoSpokeHasLeftAMessageOnce() async throws {
        let kills = ProcessInfo.processInfo.environment["CALL_KILLS"].flatMap(Int.init) ?? 3
        let seed = ProcessInfo.processInfo.environment["SEED"].flatMap(UInt64.init) ?? UInt64.random(in: 1...UInt64(UInt32.max))
        try await TemporaryDirectory.run { directory in
            let data = directory.path + "/data"
            let mailbox = try await TestServer.run(in: data) { server in
                let account = try await server.makeAccount("Acme")
                return try await server.makeMailbox("1000", in: account, ["skip_greeting": true, "skip_instructions": true])
            }
            var random = SeededRandom(seed: seed), spoken: [Spoken] = []
            for _ in 1...kills {
                let server = try await ServerProcess.start(in: data, takesCalls: true, environment: Self.environment)
                let isDead = Locked(false), speaking = Locked(0), phones = try (0..<Self.phones).map { _ in try TestPhone(server: server.sipPort) }
                defer { for phone in phones { phone.close() } }
                // In the middle of one message, at the end of another, or in both.
                let pause = Duration.milliseconds(Int.random(in: 300...1700, using: &random)),
                    ends = (0..<Self.phones).map { _ in Int.random(in: 3...20, using: &random) }
                spoken += try await Standstill.watching(directory.path) { standstill in
                    try await withThrowingTaskGroup(of: Spoken?.self) { calls in
                        for (phone, end) in zip(phones, ends) { calls.addTask { try await Self.speak(with: phone, pieces: end, isDead, speaking) } }
                        try await Patience.until { speaking.withLockedValue { $0 } > 0 }
                        try await Task.sleep(for: pause)
                        isDead.withLockedValue { $0 = true }
                        server.kill()
                        for phone in phones { phone.stopWaiting() }
                        // What is said waits three times on its way: to be taken, for the sync before its own, and to be written.
                        let loss = 500 + 3 * standstill.milliseconds
                        return try await calls.reduce(into: []) { all, one in
                            if var one {
                                one.loss = loss
                                all.append(one)
                            }
                        }
                    }
                }
            }
            #expect(!spoken.isEmpty)
            try await Self.check(spoken, in: mailbox, data, seed: seed)
        }
    }

    /// Calls, and says so many pieces of a tenth of a second, or as many as there is time for.
    /// - Returns: nil for one who had said nothing.
    private static func speak(with phone: TestPhone, pieces: Int, _ isDead: Locked<Bool>, _ speaking: Locked<Int>) async throws -> Spoken? {
        do {
            try await phone.call("1000")
            try await phone.sound.hears(hertz: 440, milliseconds: 400)
        } catch  where isDead.withLockedValue({ $0 }) {
            return nil
        }
        // The rest of the tone, and a moment.
        try await phone.sound.say(hertz: nil, milliseconds: 300)
        var said = 0
        speaking.withLockedValue { $0 += 1 }
        for _ in 0..<pieces {
            try await phone.sound.say(hertz: 500, milliseconds: 100)
            if isDead.withLockedValue({ $0 }) { return said > 0 ? Spoken(callID: phone.callID, milliseconds: said, hungUp: false) : nil }
            said += 100
        }
        do { try await phone.hangUp() } catch  where isDead.withLockedValue({ $0 }) {
            return Spoken(callID: phone.callID, milliseconds: said, hungUp: false)
        }
        return Spoken(callID: phone.callID, milliseconds: said, hungUp: true)
    }

    private static func check(_ spoken: [Spoken], in mailbox: Mailbox, _ data: String, seed: UInt64) async throws {
        // Twice: the second start finds nothing left to do.
        for _ in 0..<2 {
            try await TestServer.run(
                in: data,
                {
                    $0.telephone.listen = CallAddress(host: "127.0.0.1", port: 0)
                    // As those had it that were killed.
                    $0.limits.mailboxCapacity = 100_000
                }
            ) { server in
                let listing = MessageListing(query: MessageQuery(scope: .mailbox(mailbox.id)), limit: 3 * spoken.count)
                let messages = Dictionary(grouping: try await server.service.messages.list(listing).messages) { $0.callID }
                for call in spoken {
                    let found = messages[call.callID] ?? []
                    // Of what is lost may be, what is left may be too short to be a message (K§10.2).
                    guard call.milliseconds > call.loss + 200 || !found.isEmpty else { continue }
                    #expect(found.count == 1, "seed \(seed)")
                    guard let message = found.first else { continue }
                    let lost = call.milliseconds - TestTone.milliseconds(of: 500, in: try await sound(of: message, server))
                    #expect(lost <= call.loss, "seed \(seed), hung up: \(call.hungUp)")
                }
                #expect(try FileManager.default.contentsOfDirectory(atPath: data + "/captures").isEmpty)
                try await server.service.housekeeping.verifyArchive { damage in Issue.record("\(damage.description)") }
            }
        }
    }

    private static func sound(of message: Message, _ server: TestServer) async throws -> [Int] {
        let audio = try await server.service.renditions.rendition(of: message, .telephone)
        let bytes = Array(try await audio.reader.read(at: 44, count: audio.reader.size - 44).readableBytesView)
        return stride(from: 0, to: bytes.count - 1, by: 2).map { Int(Int16(bitPattern: UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8)) }
    }
}
