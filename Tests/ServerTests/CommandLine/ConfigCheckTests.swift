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
        #expect(outcome.refusal == (problems.isEmpty ? nil : problems.joined(separator: "; ")))
        return (problems, outcome.json)
    }

    @Test func filesAndDirectories() async throws {
        try await TemporaryDirectory.run { scratch in
            for name in ["in", "done"] { try FileManager.default.createDirectory(atPath: scratch.path + "/" + name, withIntermediateDirectories: true) }
            let secret = try scratch.write("secret", to: "secret")
            let good = "recordings: {watch: [Acme=in], done: done, refused: done/refused}\nmail: {host: mx, from: a@b, username: u, password_file: secret, authorities_file: secret}\n"
            #expect(try await check(good, in: scratch).problems == [])
            let bad = "recordings: {watch: [Acme=nothing, Acme=secret], done: secret}\nmail: {host: mx, from: a@b, username: u, password_file: p, authorities_file: c}\n"
            let found = try await check(bad, in: scratch).problems
            #expect(found == [
                "mail.password_file: \(scratch.path)/p cannot be read: No such file or directory",
                "mail.authorities_file: \(scratch.path)/c cannot be read: No such file or directory",
                "recordings.watch: \(scratch.path)/nothing: No such file or directory", "recordings.watch: \(secret) is no directory",
                "recordings.done: \(secret) is no directory",
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
            #expect(try await check("data: d\n", in: scratch).report["notes"] == JSON(["there is no Aftertone data in \(scratch.path)/d yet; `aftertone serve` makes it"]))
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
            #expect(missing.count == 1 && missing.first?.hasPrefix("http.tls: ") == true)
            _ = try scratch.write("no certificate", to: "c.pem")
            _ = try scratch.write("no key", to: "k.pem")
            #expect(try await check(yaml, in: scratch).problems.count == 1)
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
            #expect(foreign == [
                "http.listen: http://192.0.2.1:1: Cannot assign requested address", "http.listen: http://nowhere.invalid:1: there is no host of this name",
            ])
        }
    }
}
