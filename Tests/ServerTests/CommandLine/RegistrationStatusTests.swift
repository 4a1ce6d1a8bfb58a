import Foundation
import TestKit
import Testing
import Voicemail

@Suite struct RegistrationStatusTests {
    @Test func statusAndDoctorTellWhetherARegistrationHolds() async throws {
        let registrar = try TestRegistrar { $0.password = "secret" }
        defer { registrar.close() }
        try await Tool.run { tool, scratch in
            try await tool.makeMailbox()
            let password = try scratch.write("secret\n", to: "700.password")
            let settings = ["AFTERTONE_SIP_REGISTRATIONS": "700@127.0.0.1:\(registrar.port) seconds=60 password=\(password)"]
            let server = try await ServerProcess.start(in: tool.data, takesCalls: true, environment: settings)
            defer { server.kill() }
            func ask(_ command: String) async throws -> CommandLineProgram.Outcome {
                try await CommandLineProgram.run(
                    [command, "--data", tool.data, "--json"],
                    environment: settings.merging([
                        "AFTERTONE_HTTP_LISTEN": "http://127.0.0.1:\(server.port)", "AFTERTONE_SIP_LISTEN": "127.0.0.1:\(server.sipPort)",
                    ]) { $1 })
            }
            try await registrar.waits(for: 2)
            var status = try await ask("status")
            for _ in 0..<100 where status.json["registrations"]?.array?.first?["registered"] != true { status = try await ask("status") }
            let name = "700@127.0.0.1:\(registrar.port)"
            let told = status.json["registrations"]?.array ?? []
            #expect(told.count == 1 && told.first?["registration"]?.string == name && told.first?["registered"] == true)
            let findings = try await ask("doctor").json["findings"]?.array ?? []
            #expect(findings.contains { $0.text("id") == "registration" && $0.text("state") == "good" && $0.text("text") == "\(name) holds" }, "\(findings)")
        }
    }
}
