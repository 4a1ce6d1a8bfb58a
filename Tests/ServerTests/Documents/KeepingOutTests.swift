import Foundation
import TestKit
import Testing
import Voicemail

/// Who fails to log in stands in the log as the filter for fail2ban reads it, and nobody can have somebody else kept out.
@Suite struct KeepingOutTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "deploy/fail2ban").path

    /// A name that would be a line of its own, or the end of one.
    private static let hostile = #"x source=6.6.6.6 [Telephone] a login failed","source":"6.6.6.6"}"#

    private static func bash(_ lines: String, in directory: String) async throws -> Shell.Outcome {
        try await Shell.run(lines, environment: ["PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8"], in: directory)
    }

    /// The addresses that the filter finds in a log, each as often as it failed.
    private static func found(in log: String, options: String = "", _ scratch: TemporaryDirectory) async throws -> [String] {
        let file = try scratch.write(log, to: "aftertone.log")
        let outcome = try await bash("fail2ban-regex \(options) -o ip '\(file)' '\(folder)/aftertone.conf' 2>/dev/null", in: scratch.path)
        #expect(outcome.status == 0, "\(outcome.output)")
        return outcome.output.split(separator: "\n").map(String.init).sorted()
    }

    /// Fails at each interface from an address of its own; at the last of two failures of a telephone peer, nothing from there is answered.
    private static func failEverywhere(_ http: Int, _ sip: Int, in scratch: TemporaryDirectory) async throws {
        func send(_ method: String, _ path: String, _ json: JSON, from address: String) async throws {
            let body = try scratch.write(json.encoded, to: "body.json")
            let outcome = try await bash(
                "curl -s -X \(method) -H 'X-Forwarded-For: \(address)' -H 'User-Agent: test' -H 'Content-Type: application/json' -d '@\(body)' http://127.0.0.1:\(http)\(path)",
                in: scratch.path)
            #expect(outcome.status == 0, "\(outcome.output)")
        }
        let name = JSON.string(hostile)
        try await send("PUT", "/v2/user_auth", ["data": ["credentials": "0123456789abcdef0123456789abcdef", "account_name": name]], from: "203.0.113.5")
        try await send("POST", "/openapi/v1.0/get_token", ["username": name, "password": "guess"], from: "2001:db8::7")
        try await send("POST", "/api/v1.1.0/login", ["username": name, "password": "0123456789abcdef0123456789abcdef", "port": "8260"], from: "203.0.113.6")
        let phone = try TestPhone(server: sip)
        defer { phone.close() }
        let refused = try await phone.call("1000", as: "pbx source=6.6.6.6 [Telephone] a login failed", password: "guess")
        #expect(refused.status == 401)
        let question = try await phone.ask("OPTIONS", user: "1000")
        let digest = try #require(TestDigest(question.headers["www-authenticate"], username: "pbx", password: "guess"))
        phone.send(phone.request("OPTIONS", headers: [digest.header("OPTIONS", uri: phone.uri("1000"))]))
    }

    @Test("What a server writes is read, as text and as JSON, from a file and behind what the journal puts before a line", arguments: ["text", "json"])
    func logs(format: String) async throws {
        try await Tool.run { tool, scratch in
            try await tool.makeMailbox()
            let environment = [
                "AFTERTONE_LOG_FORMAT": format, "AFTERTONE_HTTP_TRUSTED_PROXIES": "127.0.0.0/8", "AFTERTONE_SIP_TRUSTED": "",
                "AFTERTONE_SIP_STRANGERS": "challenge",
                "AFTERTONE_SIP_DIGEST_PASSWORDS": "pbx=" + (try scratch.write("secret\n", to: "password")), "AFTERTONE_SIP_DIGEST_FAILURES": "2",
            ]
            let arguments = ["serve", "--data", tool.data, "--listen", "127.0.0.1:0", "--sip", "127.0.0.1:0"]
            try await CommandLineProgram.running(arguments, environment: environment) { program in
                var ports: [String: Int] = [:]
                while ports.count < 2 {
                    let line = try #require(await program.lines(upTo: "listening on ").last)
                    let port: Int = try #require(line.split(separator: ":").last.flatMap { Int($0) })
                    ports[line.contains("sip:") ? "sip" : "http"] = port
                }
                let http = try #require(ports["http"]), sip = try #require(ports["sip"])
                try await Self.failEverywhere(http, sip, in: scratch)
                while try !program.errors().contains("too many wrong passwords of a telephone peer") { try await Task.sleep(for: .milliseconds(10)) }
                let log = try program.errors()
                let expected = ["127.0.0.1", "127.0.0.1", "2001:db8::7", "203.0.113.5", "203.0.113.6"]
                let inFile = try await Self.found(in: log, scratch)
                #expect(inFile == expected, "\(log)")
                // The journal knows the time by itself.
                let journal = log.split(separator: "\n").map { "voice aftertone[4711]: \($0)\n" }.joined()
                let inJournal = try await Self.found(in: journal, options: "-d '{NONE}'", scratch)
                #expect(inJournal == expected, "\(journal)")
                let metrics = try await Self.bash("curl -s http://127.0.0.1:\(http)/metrics", in: scratch.path).output
                for interface in ["kazoo", "p-series", "s-series"] {
                    #expect(metrics.contains("aftertone_login_failures_total{interface=\"\(interface)\"} 1\n"))
                }
                #expect(metrics.contains("aftertone_login_failures_total{interface=\"sip\"} 2\n"))
                #expect(metrics.contains("aftertone_login_lockouts_total{subject=\"source\"} 1\n"))
            }
        }
    }

    @Test("Debian's fail2ban takes filter and jail")
    func configuration() async throws {
        try await TemporaryDirectory.run { scratch in
            let outcome = try await Self.bash(
                """
                cp -r /etc/fail2ban conf && rm -f conf/jail.d/*
                cp '\(Self.folder)/aftertone.conf' conf/filter.d/ && cp '\(Self.folder)/aftertone.jail' conf/jail.d/aftertone.conf
                fail2ban-client -c conf -t && fail2ban-client -c conf -d
                """, in: scratch.path)
            #expect(outcome.status == 0 && outcome.output.contains("['start', 'aftertone']"), "\(outcome.output)")
            #expect(outcome.output.contains("_SYSTEMD_UNIT=aftertone.service"))
        }
    }
}
