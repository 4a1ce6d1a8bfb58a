import Foundation
import Server
import TestKit
import Testing
import Voicemail

@Suite struct StatusAndDoctorTests {
    @Test func statusTellsWhatRunsAndWhatIsThere() async throws {
        try await Tool.run { tool, scratch in
            try await tool.makeMailbox()
            let file = try scratch.write(Sound.bytes(1, 1), to: "a.wav")
            _ = try await tool.json("message", "add", "--account", "Acme", "--mailbox", "3000", "--from", "7", file)
            let stopped = try await tool("status", "--json")
            #expect(stopped.status == 1 && stopped.refusal == "no server is running")
            #expect(stopped.json["running"] == false && stopped.json["ready"] == false)
            #expect(stopped.json["messages"] == ["new": 1, "saved": 0])
            #expect([stopped.json["accounts"], stopped.json["mailboxes"], stopped.json["users"]] == [1, 1, 0])
            #expect((stopped.json["disk"]?["free"]?.int ?? 0) > 0 && (stopped.json["disk"]?["database"]?.int ?? 0) > 0)

            let server = try await ServerProcess.start(in: tool.data)
            defer { server.kill() }
            func status(_ more: String...) async throws -> CommandLineProgram.Outcome {
                try await CommandLineProgram.run(
                    ["status", "--data", tool.data] + more, environment: ["AFTERTONE_HTTP_LISTEN": "http://127.0.0.1:\(server.port)"])
            }
            let running = try await status("--json")
            #expect(running.status == 0, "\(running.errors)")
            #expect(running.json["running"] == true && running.json["ready"] == true)
            #expect(Int(running.json.text("process")) != nil)
            #expect((running.json["uptime_seconds"]?.int ?? -1) >= 0)
            let people = try await status()
            #expect(people.output.contains("ready:      yes\n"))
            #expect(people.output.contains("messages:   1, 1 of them new\n"))
            // A server that nobody can ask is not said to be ready.
            let elsewhere = try await CommandLineProgram.run(
                ["status", "--data", tool.data, "--json"],
                environment: ["AFTERTONE_HTTP_LISTEN": "https://127.0.0.1:1", "AFTERTONE_HTTP_TLS_CERTIFICATE": file, "AFTERTONE_HTTP_TLS_KEY": file])
            #expect(elsewhere.status == 1 && elsewhere.json["ready"] == .null)
        }
    }

    @Test func doctorFindsWhatIsWrong() async throws {
        try await Tool.run { tool, scratch in
            try await tool.makeMailbox()
            func examine(_ arguments: [String] = [], _ environment: [String: String]) async throws -> (status: Int32, findings: [String: [String]]) {
                let outcome = try await CommandLineProgram.run(
                    ["doctor", "--json", "--data", tool.data] + arguments,
                    environment: ["AFTERTONE_HTTP_LISTEN": "http://127.0.0.1:0"].merging(environment) { $1 })
                let findings = outcome.json["findings"]?.array ?? []
                return (outcome.status, Dictionary(grouping: findings) { $0.text("state") }.mapValues { $0.map { $0.text("id") + ": " + $0.text("text") } })
            }
            let good = try await examine([], [:])
            #expect(good.status == 0)
            #expect(good.findings["bad"] == nil)
            for subject in ["configuration", "mail", "disk", "telephone"] {
                #expect(good.findings["good"]?.contains { $0.hasPrefix(subject + ": ") } == true, "\(good)")
            }
            #expect((good.findings.values.joined().contains { $0.hasPrefix("clock: ") }))
            #expect(good.findings["good"]?.contains { $0.contains("is written and synced in") } == true)

            let password = try scratch.write("secret", to: "password")
            let bad = try await examine(
                ["--pbx", "127.0.0.1:1"],
                [
                    "AFTERTONE_MAIL_HOST": "127.0.0.1", "AFTERTONE_MAIL_PORT": "1", "AFTERTONE_MAIL_FROM": "a@b.example", "AFTERTONE_MAIL_USERNAME": "u",
                    "AFTERTONE_MAIL_PASSWORD_FILE": password, "AFTERTONE_SIP_LISTEN": "0.0.0.0:5060", "AFTERTONE_SIP_PROMPTS_DIRECTORY": scratch.path,
                    "AFTERTONE_ARCHIVE_RESERVE_BYTES": "9000000000000000",
                ])
            #expect(bad.status == 1)
            let found = bad.findings["bad"] ?? []
            #expect(found.contains { $0.hasPrefix("mail: 127.0.0.1:1: ") })
            #expect(found.contains { $0.hasPrefix("disk: ") && $0.hasSuffix("no audio is taken") })
            #expect(found.contains { $0.hasPrefix("telephone: ") && $0.contains("sip.trusted names none") })
            #expect(found.contains { $0.hasPrefix("pbx: sip:127.0.0.1:1 does not answer") })
            // Nothing is left behind.
            #expect(try FileManager.default.contentsOfDirectory(atPath: tool.data).filter { $0.hasPrefix(".doctor") } == [])

            let certificate = try scratch.write(TestCertificates.first.certificate, to: "c.pem"),
                key = try scratch.write(TestCertificates.first.key, to: "k.pem")
            let secure = try await examine([], ["AFTERTONE_HTTP_TLS_CERTIFICATE": certificate, "AFTERTONE_HTTP_TLS_KEY": key])
            #expect(secure.findings.values.joined().contains { $0.hasPrefix("certificates: \(certificate) is valid for ") }, "\(secure)")
            let nowhere = try await CommandLineProgram.run(["doctor", "--data", scratch.path + "/none"], environment: ["AFTERTONE_HTTP_LISTEN": "nonsense"])
            #expect(nowhere.status == 1 && nowhere.output.contains("WRONG  configuration: http.listen"))
        }
    }

    @Test func aPBXAndAMailServerThatAnswerAreGood() async throws {
        try await Tool.run { tool, scratch in
            try await tool.makeMailbox()
            // A server of ours is a SIP system, too.
            try await TestServer.run({ $0.telephone.listen = .init(host: "127.0.0.1", port: 0) }) { pbx in
                let outcome = try await CommandLineProgram.run(
                    ["doctor", "--data", tool.data, "--pbx", "127.0.0.1:\(pbx.sipPort)"], environment: ["AFTERTONE_HTTP_LISTEN": "http://127.0.0.1:0"])
                #expect(outcome.output.contains("good   pbx: sip:127.0.0.1:\(pbx.sipPort) answers to SIP: "), "\(outcome.output)")
                #expect(outcome.status == 0, "\(outcome.errors)")
            }
            let password = try scratch.write("secret", to: "password")
            try await MailReceiver().run { port in
                let outcome = try await CommandLineProgram.run(
                    ["doctor", "--data", tool.data],
                    environment: [
                        "AFTERTONE_HTTP_LISTEN": "http://127.0.0.1:0", "AFTERTONE_MAIL_HOST": "127.0.0.1", "AFTERTONE_MAIL_PORT": String(port),
                        "AFTERTONE_MAIL_SECURITY": "none",
                        "AFTERTONE_MAIL_FROM": "a@b.example", "AFTERTONE_MAIL_USERNAME": "u", "AFTERTONE_MAIL_PASSWORD_FILE": password,
                    ])
                #expect(outcome.output.contains("good   mail: 127.0.0.1:\(port) takes our connection and our password"), "\(outcome.output)")
            }
        }
    }
}
