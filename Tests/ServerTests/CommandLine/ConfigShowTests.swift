import Foundation
import TestKit
import Testing
import Voicemail

@Suite struct ConfigShowTests {
    private func show(_ arguments: [String], file: String? = nil, environment: [String: String] = [:]) async throws -> CommandLineProgram.Outcome {
        try await CommandLineProgram.run(["config", "show"] + arguments + (file.map { ["--config", $0] } ?? []), environment: environment)
    }

    private func both(_ setting: JSON?) -> [JSON?] { [setting?["value"], setting?["origin"]] }

    @Test func everyValueSaysWhereItComesFrom() async throws {
        try await TemporaryDirectory.run { scratch in
            let file = try scratch.write(
                """
                log:
                  level: notice
                http:
                  listen: ["http://127.0.0.1:1", "http://127.0.0.1:2"]
                  tls:
                    certificate: cert.pem
                    key: key.pem
                kazoo:
                  node: here
                """, to: "aftertone.yaml")
            let outcome = try await show(["--json", "--data", scratch.path + "/d"], file: file, environment: ["AFTERTONE_KAZOO_NODE": "there"])
            #expect(outcome.status == 0, "\(outcome.errors)")
            let settings = Dictionary(uniqueKeysWithValues: (outcome.json.array ?? []).map { ($0.text("id"), $0) })
            #expect(both(settings["log.level"]) == ["notice", "file, line 2"])
            #expect(both(settings["http.listen"]) == [["http://127.0.0.1:1", "http://127.0.0.1:2"], "file, line 4"])
            #expect(settings["http.tls.key"]?["value"] == .string(scratch.path + "/key.pem"))
            #expect(both(settings["kazoo.node"]) == ["there", "environment, AFTERTONE_KAZOO_NODE"])
            #expect(both(settings["data"]) == [.string(scratch.path + "/d"), "command line, --data"])
            #expect(both(settings["retention.trash_days"]) == ["93", "default"])
            #expect(settings["http.operations"]?["value"] == "all")
            #expect(settings["archive.quota_bytes"]?["value"] == "")
            #expect(settings["http.trusted_proxies"]?["value"] == [])
            let changed = try await show(["--changed", "--json"], file: file)
            #expect(changed.json.array?.map { $0.text("id") } == ["http.listen", "http.tls.certificate", "http.tls.key", "kazoo.node", "log.level"])
            let some = try await show(["logins", "--json"])
            #expect(some.json.array?.allSatisfy { $0.text("id").hasPrefix("logins.") } == true && some.json.array?.isEmpty == false)
            let people = try await show(["http.listen"], file: file)
            #expect(people.output == "id\tvalue\torigin\nhttp.listen\thttp://127.0.0.1:1, http://127.0.0.1:2\tfile, line 4\n")
            #expect(try await show(["nothing"]).refusal == "there is no setting nothing")
        }
    }

    @Test func noSecretIsShown() async throws {
        let outcome = try await show(
            ["kazoo.recovery_pages", "--json"],
            environment: [
                "AFTERTONE_KAZOO_RECOVERY_PAGES": "https://user:hunter2@acme.example/reset", "AFTERTONE_MAIL_HOST": "mail.acme.example",
                "AFTERTONE_MAIL_FROM": "voice@acme.example",
            ])
        #expect(!outcome.output.contains("hunter2"))
    }

    @Test func whatIsWrongIsTold() async throws {
        try await TemporaryDirectory.run { scratch in
            let file = try scratch.write("http:\n  lissen: x\n", to: "aftertone.yaml")
            let outcome = try await show([], file: file)
            #expect(outcome.status == 1)
            #expect(outcome.errors.contains("http.lissen"))
        }
    }
}
