import Foundation
import TestKit
import Testing
import Voicemail

/// `aftertone explain` tells what becomes of an INVITE.
@Suite struct ExplainCommandTests {
    private static let invites = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../TelephoneTests/Invites").standardized.path

    @Test func tellsTheBoxTheCallerAndTheReasons() async throws {
        try await Tool.run { tool, scratch in
            _ = try await tool.json("account", "create", "Acme", "--realm", "acme.example")
            _ = try await tool.json("mailbox", "create", "--account", "Acme", "--number", "200", "--name", "Bob")
            let file = Self.invites + "/asterisk-diversion.sip"
            let told = try await tool("explain", file)
            #expect(told.status == 0 && told.errors == "")
            #expect(
                told.output == """
                    leaves a message in mailbox 200 of Acme (acme.example)
                    caller: Alice, 030555321
                    forwarded: no answer
                    which box:
                      target of the request URI: is not there
                      request URI: 5000@127.0.0.1: acme.example has no such mailbox
                      Diversion: decides: 200@127.0.0.1 is mailbox 200 of acme.example
                    who calls:
                      P-Asserted-Identity: decides

                    """)
            let json = try await tool.json("explain", "-", input: String(contentsOfFile: file, encoding: .utf8))
            #expect(json["outcome"] == "deposit" && json["mailbox"] == "200" && json["decided_by"] == "Diversion" && json["caller"]?["number"] == "030555321")
            #expect(json["steps"]?.array?.count == 3)

            let config = try scratch.write("numbers: {country_code: 49}\nsip: {mailbox: {rules: [\"+4930555=\"], listening: [\"*97\"]}}\n", to: "a.yaml")
            #expect(try await tool.json("explain", Self.invites + "/trunk-anonymous.sip", "--config", config)["mailbox"] == "200")
            let code = try await tool.json("explain", Self.invites + "/feature-code.sip", "--config", config)
            #expect(code["outcome"] == "listen" && code["mailbox"] == nil)
            let untrusted = try await tool.json("explain", Self.invites + "/asterisk-dialplan.sip", "--untrusted", "--peer", "192.0.2.10")
            #expect(untrusted["caller_steps"]?.array?.first?["finding"] == "not taken: the peer is not trusted")
            #expect(try await tool.json("explain", Self.invites + "/group.sip")["outcome"] == "refuse")
        }
    }

    @Test func whatCannotBeReadIsRefused() async throws {
        try await Tool.run { tool, scratch in
            try await tool.makeMailbox()
            #expect(
                try await tool.refusal("explain", "-", input: "hello")
                    == "standard input is no message of SIP that can be read, and would be dropped: the first line is not one of SIP's")
            let invite = try String(contentsOfFile: Self.invites + "/group.sip", encoding: .utf8)
            #expect(
                try await tool.refusal("explain", "-", input: invite.replacing("Call-ID: group-1\n", with: ""))
                    == "standard input is no message of SIP that can be read, and would be answered 400: Call-ID is missing")
            #expect(
                try await tool.refusal("explain", "-", input: invite.replacing("INVITE", with: "OPTIONS"))
                    == "standard input is of the method OPTIONS and no INVITE")
            #expect(try await tool.refusal("explain", scratch.path + "/none.sip")?.hasSuffix("/none.sip cannot be read: No such file or directory") == true)
            try await tool.expectUsageError("explain", "-", "--peer", "example.com")
        }
    }
}
