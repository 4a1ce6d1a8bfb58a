import Foundation
import Server
import TestKit
import Testing
import Voicemail

@Suite("Many calls, one after the other")
struct ManyCallsTests {
    /// `AFTERTONE_CALLS` in the environment asks for more than everyday's.
    private static let count = ProcessInfo.processInfo.environment["AFTERTONE_CALLS"].flatMap { Int($0) } ?? 400
    /// Every so many says something first.
    private static let speaker = 20

    @Test("The memory that they have taken is given back")
    func memory() async throws {
        try await TemporaryDirectory.run { directory in
            let data = directory.path + "/data"
            try await TestServer.run(in: data) { server in
                _ = try await server.makeMailbox("1000", in: server.makeAccount("Acme"), ["skip_greeting": true, "skip_instructions": true])
            }
            let server = try await ServerProcess.start(
                in: data, takesCalls: true,
                environment: ["AFTERTONE_SIP_PROMPTS_DIRECTORY": "/nowhere", "AFTERTONE_LIMITS_MESSAGES_PER_MAILBOX": "100000"])
            defer { server.kill() }
            var halfway = 0
            for number in 1...Self.count {
                let phone = try TestPhone(server: server.sipPort)
                defer { phone.close() }
                try await expectAnswer(phone)
                if number % Self.speaker == 0 {
                    try await phone.waitForTone(in: data)
                    try await phone.sound.say(hertz: 500, milliseconds: 200)
                }
                try await phone.hangUp()
                if number == Self.count / 2 { halfway = try Self.memory(of: server.id) }
            }
            let grown = try Self.memory(of: server.id) - halfway
            print("\(Self.count) calls: \(halfway) kB after half of them, \(grown) kB more in the end")
            // What is remembered of a call for half a minute (RFC 3261 §17) is still growing halfway, where there are few.
            #expect(grown < 16_000)
        }
    }

    private func expectAnswer(_ phone: TestPhone) async throws {
        let answer = try await phone.call("1000")
        #expect(answer.status == 200)
    }

    /// Kilobytes.
    private static func memory(of process: pid_t) throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") } ?? ""
        let digits = line.filter { $0.isNumber }
        return try #require(Int(digits))
    }
}
