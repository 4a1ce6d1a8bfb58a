import TestKit
import Testing

@testable import SIPGrammar

/// The way that a message came, hosts with their ports, and the number of a request.
@Suite struct ViaTests {
    private func via(_ text: String) throws(GrammarProblem) -> Via { try Via(Array(text.utf8)[...]) }
    /// With a bar between host and port.
    private func host(_ text: String) throws(GrammarProblem) -> String {
        let (name, port) = try Host.read(Array(text.utf8)[...])
        return name + (port.map { "|\($0)" } ?? "")
    }

    private func cseq(_ text: String) throws(GrammarProblem) -> CSeq { try CSeq(Array(text.utf8)[...]) }

    @Test(arguments: [
        ("SIP/2.0/UDP 192.0.2.1", "UDP 192.0.2.1 -"), ("SIP/2.0/udp h:5060", "UDP h 5060"),
        ("sip / 2.0 / tls\tPC33.Example.COM : 65535", "TLS pc33.example.com 65535"),
        ("SIP/2.0/TCP [2001:DB8::9:1]:1;branch=z", "TCP 2001:db8::9:1 1 z"), ("SIP/2.0/UNKNOWN h;branch=", "UNKNOWN h - "),
        ("SIP/2.0/UDP h ;ttl=16 ;Branch=\"q\"", "UDP h - q"), ("SIP/2.0/TLS-SCTP h;branch=a;branch=b", "TLS-SCTP h - a"),
    ])
    func parts(_ text: String, _ expected: String) throws {
        let via = try via(text)
        let told = [via.transport, via.host, via.port.map(String.init) ?? "-"] + [via.branch].compactMap(\.self)
        #expect(told.joined(separator: " ") == expected)
    }

    @Test(arguments: [
        "", "SIP", "SIP/2.0", "SIP/2.0/UDP", "SIP/2.0/ h", "SIP/1.0/UDP h", "HTTP/2.0/UDP h", "/2.0/UDP h", "SIP/2.0/UDP h:", "SIP/2.0/UDP h:0",
        "SIP/2.0/UDP h:65536",
        "SIP/2.0/UDP h:x", "SIP/2.0/UDP h x", "SIP/2.0/UDP h;", "SIP/2.0/UDP [::1", "SIP/2.0/UDP h, SIP/2.0/UDP i", "SIP/2.0/UDP h:5060x",
        "SIP/2.0/UDP ;branch=1",
    ])
    func noVia(_ text: String) { #expect(throws: GrammarProblem.self) { try via(text) } }

    @Test func hostsAndPorts() throws {
        #expect(try host("Example.COM") == "example.com" && host("a_b-c.d.:1") == "a_b-c.d.|1" && host("[::FFFF:1.2.3.4]:65535") == "::ffff:1.2.3.4|65535")
        #expect(try host("192.0.2.1:05060") == "192.0.2.1|5060")
        let longest = String(repeating: "a", count: 255)
        #expect(try host(longest) == longest)
        #expect(throws: GrammarProblem.self) { try host(longest + "a") }
        let address = "[" + String(repeating: "1:", count: 22) + "1]"
        #expect(try host(address).count == 45)
        for wrong in [
            "", ":1", "h:", "h:0", "h:65536", "h:-1", "h:1 ", "h ", "h/", "[]", "[1.2.3.4]", "[::g]", "[::1", "::1", "[::1]5060", "[:\(address.dropFirst())",
            "hö",
        ] {
            #expect(throws: GrammarProblem.self, "\(wrong)") { try host(wrong) }
        }
    }

    @Test func numbersOfRequests() throws {
        let plain = try cseq("1 INVITE"), most = try cseq("2147483647\tX-y"), padded = try cseq("  0009   BYE ")
        #expect(plain.number == 1 && plain.method == "INVITE" && most.number == 2_147_483_647 && most.method == "X-y")
        #expect(padded.number == 9 && padded.method == "BYE")
        for wrong in ["", "1", "INVITE", "1 ", "INVITE 1", "2147483648 INVITE", "-1 INVITE", "1 INV(ITE", "1 INVITE x", "99999999999999999999 A", "1INVITE"] {
            #expect(throws: GrammarProblem.self, "\(wrong)") { try cseq(wrong) }
        }
    }

    /// RFC 3261 §20.42: however a Via is written, with spaces around its separators or without, it is the same.
    @Test func spacesChangeNothing() throws {
        var random = SeededRandom(seed: 42)
        func space() -> String { ["", " ", "\t", "  "].randomElement(using: &random) ?? "" }
        for _ in 0..<2000 {
            let port = Int.random(in: 1...65_535, using: &random), isSix = Bool.random(using: &random)
            let name = isSix ? "[2001:db8::\(String(port, radix: 16))]" : "h\(port).example"
            let branch = "z9hG4bK\(UInt32.random(in: 0...(.max), using: &random))"
            let text =
                "SIP\(space())/\(space())2.0\(space())/\(space())UDP \(space())\(name)\(space()):\(space())\(port)\(space());\(space())branch\(space())=\(space())\(branch)\(space())"
            let via = try via(text)
            #expect(via.host == name.filter { !"[]".contains($0) } && via.port == port && via.branch == branch && via.parameters.all.count == 1)
        }
    }
}
