import Foundation
import TestKit
import Testing
import Voicemail

/// `config check` tries what the configuration names.
@Suite struct ConfigCheckTests {
    /// - Returns: what it finds wrong, and the whole of what it said.
    private func check(_ yaml: String, in scratch: TemporaryDirectory, listen: String = "127.0.0.1:0") async throws -> (problems: [String], report: JSON) {
        let file = try scratch.write(yaml, to: "a.yaml")
        let outcome = try await CommandLineProgram.run(
            ["config", "check", "--json", "--config", file], environment: ["AFTERTONE_HTTP_LISTEN": listen])
        let problems = outcome.json["problems"]?.array?.compactMap(\.string) ?? []
        #expect(outcome.status == (problems.isEmpty ? 0 : 1), "\(outcome.errors)")
        #expect(outcome.json["ok"] == .bool(problems.isEmpty))
        #expect(outcome.errors == problems.map { "aftertone: \($0)\n" }.joined())
        #expect(Set(problems).count == problems.count, "\(problems)")
        return (problems, outcome.json)
    }

    @Test func filesAndDirectories() async throws {
        try await TemporaryDirectory.run { scratch in
            for name in ["in", "done"] { try FileManager.default.createDirectory(atPath: scratch.path + "/" + name, withIntermediateDirectories: true) }
            let secret = try scratch.write("secret", to: "secret")
            _ = try scratch.write(TestCertificates.first.certificate, to: "ca.pem")
            let good =
                "recordings: {watch: [Acme=in], done: done, refused: done/refused}\nmail: {host: mx, from: a@b, username: u, password_file: secret, authorities_file: ca.pem}\n"
            #expect(try await check(good, in: scratch).problems == [])
            let bad =
                "recordings: {watch: [Acme=nothing, Acme=secret, Other=nothing], done: secret}\nmail: {host: mx, from: a@b, username: u, password_file: p, authorities_file: c}\n"
            let found = try await check(bad, in: scratch).problems
            #expect(
                found == [
                    "mail.password_file: \(scratch.path)/p cannot be read: No such file or directory",
                    "mail.authorities_file: cannot use \(scratch.path)/c: No such file or directory",
                    "recordings.watch: \(scratch.path)/nothing: No such file or directory", "recordings.watch: \(secret) is no directory",
                    "recordings.done: \(secret) is no directory",
                ])
            let unusable = try await check("mail: {host: mx, from: a@b, username: u, password_file: in, authorities_file: secret}\n", in: scratch).problems
            #expect(
                unusable == [
                    "mail.password_file: \(scratch.path)/in cannot be read: Is a directory",
                    "mail.authorities_file: cannot use \(secret): it holds no certificate in PEM",
                ])
            let elsewhere = try await check("recordings: {watch: [Acme=in], done: /dev/shm/done}\n", in: scratch).problems
            let systems = try ["/dev/shm", scratch.path].map { try FileManager.default.attributesOfItem(atPath: $0)[.systemNumber] as? NSNumber }
            if systems[0] != systems[1] {
                #expect(elsewhere == ["recordings.done: /dev/shm/done is on another file system than \(scratch.path)/in"])
            }
        }
    }

    @Test func theDataDirectory() async throws {
        try await TemporaryDirectory.run { scratch in
            #expect(
                try await check("data: d\n", in: scratch).report["notes"]
                    == JSON(["there is no Aftertone data in \(scratch.path)/d yet; `aftertone serve` makes it"]))
            #expect(!FileManager.default.fileExists(atPath: scratch.path + "/d"))
            #expect(try await check("data: a.yaml/d\n", in: scratch).problems == ["data: \(scratch.path)/a.yaml/d: Not a directory"])
            #expect(try await check("data: a.yaml\n", in: scratch).problems == ["data: \(scratch.path)/a.yaml is no directory"])
            #expect(try await CommandLineProgram.run(["account", "create", "Acme", "--data", scratch.path + "/d"]).status == 0)
            let whole = try await check("data: d\n", in: scratch)
            #expect(whole.problems == [] && whole.report["notes"] == [])
            try FileManager.default.removeItem(atPath: scratch.path + "/d/secret.key")
            #expect(try await check("data: d\n", in: scratch).problems == ["data: \(scratch.path)/d/secret.key is missing; it is in every backup"])
        }
    }

    @Test func certificates() async throws {
        try await TemporaryDirectory.run { scratch in
            let yaml = "http: {tls: {certificate: c.pem, key: k.pem}}\n"
            let missing = try await check(yaml, in: scratch, listen: "https://127.0.0.1:0").problems
            let nothing = ["c", "k"].map { "http.tls: cannot use \(scratch.path)/\($0).pem: No such file or directory" }
            #expect(missing == nothing)
            _ = try scratch.write("no certificate", to: "c.pem")
            _ = try scratch.write("no key", to: "k.pem")
            #expect(
                try await check(yaml, in: scratch).problems == [
                    "http.tls: cannot use \(scratch.path)/c.pem: it holds no certificate in PEM",
                    "http.tls: cannot use \(scratch.path)/k.pem: it holds no private key in PEM, or one with a passphrase",
                ])
            _ = try scratch.write(TestCertificates.first.certificate, to: "c.pem")
            _ = try scratch.write(TestCertificates.second.key, to: "k.pem")
            #expect(try await check(yaml, in: scratch).problems == ["http.tls: cannot use \(scratch.path)/k.pem: it is not the key of \(scratch.path)/c.pem"])
            _ = try scratch.write(TestCertificates.first.key, to: "k.pem")
            #expect(try await check(yaml, in: scratch, listen: "https://127.0.0.1:0").problems == [])
        }
    }

    @Test func addresses() async throws {
        try await TemporaryDirectory.run { scratch in
            try await CommandLineProgram.running(["serve", "--data", scratch.path + "/d", "--listen", "127.0.0.1:0"]) { program in
                let port = try #require(await program.port())
                // The server itself may be what has the address.
                let own = try await check("data: d\n", in: scratch, listen: "127.0.0.1:\(port)")
                #expect(own.problems == [])
                #expect(own.report["notes"] == JSON(["http://127.0.0.1:\(port) is taken, and a server is running on \(scratch.path)/d"]))
                let other = try await check("data: e\n", in: scratch, listen: "127.0.0.1:\(port)").problems
                #expect(other == ["http.listen: http://127.0.0.1:\(port): Address already in use"])
            }
            let foreign = try await check("data: e\n", in: scratch, listen: "192.0.2.1:1,nowhere.invalid:1").problems
            #expect(
                foreign == [
                    "http.listen: http://192.0.2.1:1: Cannot assign requested address", "http.listen: http://nowhere.invalid:1: there is no host of this name",
                ])
        }
    }

    @Test("Addresses of the page's own are tried beside the others, and told by their setting")
    func pageAddresses() async throws {
        try await TemporaryDirectory.run { scratch in
            let port = try await CommandLineProgram.running(["serve", "--data", scratch.path + "/d", "--listen", "127.0.0.1:0"]) { program in
                let port = try #require(await program.port())
                let other = try await check("data: e\nweb: {listen: [\"127.0.0.1:\(port)\"]}\n", in: scratch).problems
                #expect(other == ["web.listen: http://127.0.0.1:\(port): Address already in use"])
                return port
            }
            let foreign = try await check("data: e\nweb: {listen: [\"192.0.2.1:1\", \"nowhere.invalid:1\", \"127.0.0.1:\(port)\"]}\n", in: scratch).problems
            #expect(
                foreign == [
                    "web.listen: http://192.0.2.1:1: Cannot assign requested address", "web.listen: http://nowhere.invalid:1: there is no host of this name",
                ])
            // What is of both is told once.
            let both = try await check("data: e\nweb: {listen: [\"127.0.0.1:\(port)\"]}\n", in: scratch, listen: "127.0.0.1:\(port)").problems
            #expect(both == ["\(scratch.path)/a.yaml:2: web.listen has http://127.0.0.1:\(port), where http.listen has the interfaces"])
        }
    }

    @Test func accountsOfWatchedDirectories() async throws {
        try await TemporaryDirectory.run { scratch in
            try FileManager.default.createDirectory(atPath: scratch.path + "/in", withIntermediateDirectories: true)
            let tool = Tool(data: scratch.path + "/d")
            let account = try await tool.json("account", "create", "Acme", "--realm", "acme.example")
            for known in ["Acme", "a c m e", "acme.example", account.text("id")] {
                #expect(try await check("data: d\nrecordings: {watch: [\"\(known)=in\"]}\n", in: scratch).problems == [], "\(known)")
            }
            _ = try await tool.json("account", "create", "ACME", "--allow-duplicate")
            let found = try await check("data: d\nrecordings: {watch: [Acme=in, Nobody=in, Nobody=in]}\n", in: scratch).problems
            #expect(found == ["recordings.watch: several accounts are called Acme; use the id", "recordings.watch: there is no account Nobody"])
            let calls = try await check("data: d\nsip: {mailbox: {accounts: [\"Acme=192.0.2.1\", \"acme.example=:5062\"], default: 200@Nobody}}\n", in: scratch)
                .problems
            #expect(calls == ["sip.mailbox.accounts: several accounts are called Acme; use the id", "sip.mailbox.default: there is no account Nobody"])
            try Data("no database".utf8).write(to: URL(filePath: tool.data + "/aftertone.sqlite"))
            let damaged = try await check("data: d\nrecordings: {watch: [Acme=in]}\n", in: scratch).problems
            #expect(damaged.count == 1 && damaged.first?.hasPrefix("data: ") == true, "\(damaged)")
        }
    }

    @Test func twoAddressesThatAreOne() async throws {
        try await TemporaryDirectory.run { scratch in
            let port = try await CommandLineProgram.running(["serve", "--data", scratch.path + "/d", "--listen", "127.0.0.1:0"]) { program in
                try #require(await program.port())
            }
            let found = try await check("data: e\n", in: scratch, listen: "127.0.0.1:\(port),127.0.0.1:\(port)").problems
            #expect(found == ["http.listen: http://127.0.0.1:\(port): Address already in use"])
        }
    }

    /// What is wrong with one setting keeps nothing else from being looked at, and is no problem of another.
    @Test func everyProblemIsToldOnceByItself() async throws {
        try await TemporaryDirectory.run { scratch in
            let yaml = """
                log: {level: loud}
                data: [1, [2]]
                http: {tls: {certificate: [c.pem], key: k.pem}, deadlines: {exchange_seconds: x}}
                mail: {host: mx, from: a b, username: u, password_file: p}
                kazoo: {recovery_pages: ["https://ui.example.com/"]}
                p_series: {mp3_wait_seconds: 500}
                recordings: {watch: ["nonsense", "Acme=nothing"]}

                """
            let file = scratch.path + "/a.yaml"
            let found = try await check(yaml, in: scratch, listen: "https://127.0.0.1:0,https://192.0.2.1:1").problems
            #expect(
                found == [
                    "\(file):2: data may hold plain values only",
                    "\(file):1: log.level is \"loud\" and must be one of trace, debug, info, notice, warning, error, critical",
                    "\(file):3: http.tls.certificate is a list and must be a path",
                    "\(file):3: http.deadlines.exchange_seconds is \"x\" and must be a whole number from 1 to 86400",
                    "\(file):7: recordings.watch is \"nonsense\" and must be ACCOUNT=DIRECTORY",
                    "\(file):4: mail.from is \"a b\" and must be an address such as voicemail@example.com",
                    "mail.password_file: \(scratch.path)/p cannot be read: No such file or directory",
                    "recordings.watch: \(scratch.path)/nothing: No such file or directory",
                    "http.tls: cannot use \(scratch.path)/k.pem: No such file or directory",
                    "http.listen: https://192.0.2.1:1: Cannot assign requested address",
                ])
            // A key that is misspelt is not missing besides.
            let misspelt = try await check("mail: {hots: mx}\nkazoo: {recovery_pages: [\"https://ui.example.com/\"]}\n", in: scratch).problems
            #expect(misspelt == ["\(file):1: unknown key mail.hots; did you mean mail.host?"])
            // Of a file that nobody can read nothing is known, but the environment is judged.
            let unread = try await check("data: \"x\n", in: scratch, listen: "https://127.0.0.1:0,http://x").problems
            #expect(unread.count == 2 && unread.last == "http.listen is \"http://x\" and must be http://HOST:PORT or https://HOST:PORT", "\(unread)")
            let missing = try await CommandLineProgram.run(["config", "check", "--config", "/nowhere.yaml"])
            #expect(missing.status == 1 && missing.refusal == "/nowhere.yaml cannot be read: No such file or directory")
            #expect(missing.output == "")
        }
    }
}
