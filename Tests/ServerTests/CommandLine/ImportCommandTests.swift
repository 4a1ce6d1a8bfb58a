import Foundation
import TestKit
import Testing
import Voicemail

@Suite struct ImportCommandTests {
    private static let good = """
        \u{FEFF}account,realm,username,password,email,admin,mailbox,mailbox_name,pin,notify
        Acme,acme.example,anna,"correct ""horse"", battery",anna@acme.example,yes,3000,"Anna, front desk",4711,a@acme.example b@acme.example

        Acme,,ben,second secret,,no,3001,,,\r
        Other,other.example,,,,,4000,Nobody's,,
        """

    private func run(_ tool: Tool, _ csv: String, _ scratch: TemporaryDirectory, _ more: String...) async throws -> CommandLineProgram.Outcome {
        let file = try scratch.write(csv, to: "in.csv")
        return try await CommandLineProgram.run(["import", file, "--json", "--data", tool.data] + more)
    }

    private func login(_ username: String, _ password: String, _ server: TestServer) async throws -> Int {
        let digest = LoginDigest.md5.digest(username, password)
        return try await server.send("PUT", "/v2/user_auth", data: ["credentials": .string(digest), "account_name": "Acme"]).status
    }

    @Test func aListIsMadeOnceHoweverOftenItIsSaid() async throws {
        try await Tool.run { tool, scratch in
            try await TestServer.run(in: tool.data, hashCost: 16_384) { server in
                let trial = try await run(tool, Self.good, scratch, "--preview")
                #expect(trial.status == 0, "\(trial.errors)")
                let accounts = trial.json["accounts"]
                #expect([accounts?["made"], accounts?["changed"], accounts?["same"]] == [2, 0, 1] && trial.json["preview"] == true)
                #expect(try await tool.json("account", "list") == [])

                let made = try await run(tool, Self.good, scratch)
                #expect(made.status == 0, "\(made.errors)")
                #expect(made.json["users"]?["made"] == 2 && made.json["mailboxes"]?["made"] == 3 && made.json["accounts"]?["made"] == 2)
                #expect(try await login("anna", "correct \"horse\", battery", server) == 201)
                let box = try await tool.json("mailbox", "show", "--account", "Acme", "3000")
                #expect(box["name"] == "Anna, front desk" && box["notify_email_addresses"] == ["a@acme.example", "b@acme.example"])
                let anna = try await tool.json("user", "show", "--account", "Acme", "anna")
                #expect(box["owner_id"] == anna["id"] && anna["priv_level"] == "admin" && anna["first_name"] == "anna")
                #expect(try await tool.json("mailbox", "show", "--account", "Acme", "3001")["name"] == "ben")

                // The second time, and with other secrets, nothing is doubled and nothing is changed.
                let again = try await run(tool, Self.good.replacing("second secret", with: "third secret"), scratch)
                #expect(again.status == 0, "\(again.errors)")
                for kind in ["accounts", "users", "mailboxes"] { #expect(again.json[kind]?["made"] == 0 && again.json[kind]?["changed"] == 0, "\(kind)") }
                #expect(try await login("ben", "second secret", server) == 201)
                let set = try await run(tool, Self.good.replacing("second secret", with: "third secret"), scratch, "--set-secrets")
                #expect(set.json["users"]?["changed"] == 2 && set.json["mailboxes"]?["changed"] == 0)
                #expect(try await login("ben", "second secret", server) == 401)
                #expect(try await login("ben", "third secret", server) == 201)

                // What is not said stays.
                let changed = try await run(tool, "account,username,email,mailbox,mailbox_name\nAcme,anna,new@acme.example,03000,Desk\n", scratch)
                #expect(changed.json["users"]?["changed"] == 1 && changed.json["mailboxes"]?["changed"] == 1, "\(changed.errors)")
                let after = try await tool.json("mailbox", "show", "--account", "Acme", "3000")
                #expect(after["name"] == "Desk" && after["number"] == "3000" && after["notify_email_addresses"] == box["notify_email_addresses"])
                #expect(try await tool.json("user", "show", "--account", "Acme", "anna")["priv_level"] == "admin")
            }
        }
    }

    @Test func oneBadRowLeavesNothing() async throws {
        try await Tool.run { tool, scratch in
            _ = try await tool.json("account", "create", "Acme", "--realm", "acme.example")
            let outcome = try await run(
                tool,
                """
                account,realm,username,password,email,mailbox,pin,owner
                Acme,,anna,secret,,3000,,
                New,new.example,,,,1,,
                Acme,,ben,secret,nobody,3001,,
                Acme,,,,,abc,,
                Acme,,,,,3002,1,
                Acme,,,,,3003,,carol
                Else,acme.example,,,,,,
                """, scratch)
            #expect(outcome.status == 1)
            let lines = outcome.json["problems"]?.array?.compactMap { $0["line"]?.int }
            #expect(lines == [4, 5, 6, 7, 8], "\(outcome.errors)")
            #expect(outcome.errors.contains("line 4: email \"nobody\" is no address"))
            #expect(outcome.errors.contains("line 6: pin is shorter than 4 characters"))
            #expect(outcome.errors.contains("line 8: realm \"acme.example\" is taken"))
            #expect(outcome.errors.hasSuffix("aftertone: 5 rows cannot be done, so nothing was\n"))
            #expect(try await tool.json("account", "list").array?.count == 1)
            #expect(try await tool.json("user", "list", "--account", "Acme") == [])
            #expect(try await tool.json("mailbox", "list", "--account", "Acme") == [])
        }
    }

    @Test func aPINThatNobodyCanUseIsRefusedByRow() async throws {
        try await Tool.run { tool, scratch in
            _ = try await tool.json("account", "create", "Acme", "--realm", "acme.example")
            let longest = String(repeating: "8", count: 15)
            let bad = """
                account,realm,mailbox,pin
                Acme,acme.example,3000,4711
                Acme,,3001,front
                Acme,,3002,3002
                Acme,,03003,3003
                Acme,,3004,03004
                Acme,,3005,47 11
                Acme,,3006,\(longest)8
                """
            for preview in [["--preview"], []] {
                let outcome = try await CommandLineProgram.run(["import", try scratch.write(bad, to: "in.csv"), "--json", "--data", tool.data] + preview)
                #expect(outcome.status == 1)
                let digits = "pin: it is dialled, so it has digits and nothing else", number = "pin: it is the mailbox's number, which opens nothing"
                let problems = outcome.json["problems"]?.array?.map { [$0["line"], $0["text"]] }
                #expect(
                    problems == [
                        [3, .string(digits)], [4, .string(number)], [5, .string(number)], [6, .string(number)], [7, .string(digits)],
                        [8, "pin is longer than 15 characters"],
                    ], "\(outcome.errors)")
                #expect(!outcome.errors.contains("front") && !outcome.errors.contains("47 11"))
            }
            #expect(try await tool.json("mailbox", "list", "--account", "Acme") == [])
            let good = "account,realm,mailbox,pin\nAcme,acme.example,3000,3001\nAcme,,3001,\(longest)\nAcme,,3002,0000\n"
            #expect(try await run(tool, good, scratch).json["mailboxes"]?["made"] == 3)
            // Of those who are there, only one that is to be set is looked at.
            let word = good.replacing("3000,3001", with: "3000,front")
            #expect(try await run(tool, word, scratch).json["mailboxes"]?["same"] == 3)
            let set = try await run(tool, word, scratch, "--set-secrets")
            #expect(set.status == 1 && set.errors.contains("line 2: pin: it is dialled"), "\(set.errors)")
        }
    }

    @Test func whatIsNoListIsRefused() async throws {
        try await Tool.run { tool, scratch in
            _ = try await tool.json("account", "create", "Acme")
            for (csv, reason) in [
                ("", "is empty"), ("account,colour\nAcme,red\n", "there is no column \"colour\""), ("account,account\nA,B\n", "names a column twice"),
                ("account\nAcme,3\n", "line 2: 2 cells in 1 column"), ("account,username\n,anna\n", "line 2: it names no account"),
                ("account,mailbox_name\nAcme,\"open\n", "a quotation mark is not closed"),
                ("account,username,admin\nAcme,anna,maybe\n", "admin must be yes or no"),
            ] {
                let outcome = try await run(tool, csv, scratch)
                #expect(outcome.status == 1)
                #expect(outcome.refusal?.contains(reason) == true, "\(reason): \(outcome.errors)")
            }
        }
    }
}
