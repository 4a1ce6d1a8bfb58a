import TestKit
import Testing

@testable import SIP

@Suite("Messages are shown on demand, without what is secret")
struct TraceTests {
    @Test(
        "What lets others in or listen is left out, wherever it stands",
        arguments: [
            ("Authorization: Digest username=\"a\",\r\n response=\"cafe\"\r\nCSeq: 1 INVITE\r\n\r\n", "Authorization: (left out) | CSeq: 1 INVITE"),
            ("PROXY-AUTHORIZATION : Digest response=cafe\r\n\r\n", "PROXY-AUTHORIZATION : (left out)"),
            ("INVITE sip:u:cafe@h SIP/2.0\r\nTo: <sips:u:cafe@h:5061>;x=1\r\n\r\n", "INVITE sip:u:(left out)@h SIP/2.0 | To: <sips:u:(left out)@h:5061>;x=1"),
            ("To: <sip:u@h:5060>, \"a:b\" <sip:v@h>\r\n\r\n", "To: <sip:u@h:5060>, \"a:b\" <sip:v@h>"),
            (
                "A: b\r\n\r\nv=0\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:cafe\r\nA=KEY-MGMT:mikey cafe\r\nk=base64:cafe\r\nm=audio 1",
                "A: b | v=0 | a=crypto:(left out) | a=key-mgmt:(left out) | k=(left out) | m=audio 1"
            ),
            ("c: application/dtmf-relay\r\n\r\nSignal=9\r\nDuration=160", "c: application/dtmf-relay | (left out) | (left out)"),
            ("Subject: a\u{1B}[2Jb\u{0}\r\n\r\n", "Subject: a?[2Jb?"),
            // The name of what keys are in may stand on a line of its own, and be said twice.
            ("Content-Type:\r\n application/dtmf-relay\r\n\r\nSignal=9", "Content-Type: |  application/dtmf-relay | (left out)"),
            ("c: application/dtmf\r\nContent-Type: text/plain\r\n\r\n9", "c: application/dtmf | Content-Type: text/plain | (left out)"),
            ("Subject:\r\n dtmf\r\n\r\n9", "Subject: |  dtmf | 9"),
            // Line ends before a message do not make a body of its header.
            ("\r\n\r\nOPTIONS sip:u:cafe@h SIP/2.0\r\nAuthorization: Digest cafe\r\n\r\n", "OPTIONS sip:u:(left out)@h SIP/2.0 | Authorization: (left out)"),
            ("\n\r\nProxy-Authorization: cafe\n\n", "Proxy-Authorization: (left out)"),
            // What only text takes for the end of a line does not end a secret.
            ("Authorization: Digest username=\"a\u{2028}b\", response=\"cafe\"\r\nA: b\r\n\r\n", "Authorization: (left out) | A: b"),
            ("Authorization: a\u{B}b\u{C}c\u{85}cafe\r\n\r\n", "Authorization: (left out)"),
            ("A: b\r\n\r\nk=a\u{2029}cafe\r\ns=x\u{2028}y", "A: b | k=(left out) | s=x?y"),
        ])
    func leftOut(message: String, shown: String) { #expect(TracedMessage.shown(message) == shown) }

    @Test("Whatever comes, it is one line and bounded")
    func chaos() {
        var random = SeededRandom(seed: 9)
        let pieces = ["sip:", "@", ":", "\r\n", "\n", " ", "Authorization", "a=crypto:", "\u{7}", "é", "<", ">", "c: dtmf"]
        for _ in 0..<3000 {
            let text = (0..<Int.random(in: 0...60, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
            #expect(!TracedMessage.shown(text).contains { $0.isNewline || $0 == "\u{7}" })
        }
        let long = [UInt8](repeating: 0x61, count: 100_000)
        let traced = long.withUnsafeBytes { TracedMessage(isSent: true, transport: "UDP", peer: PeerAddress(host: "127.0.0.1", port: 1), bytes: $0) }
        #expect(traced.text.utf8.count == 16_384)
    }

    @Test("A call's messages are told in both directions while somebody wants them", arguments: [true, false])
    func call(isOn: Bool) async throws {
        let told = Locked<[TracedMessage]>([])
        try await withEndpoint(
            { $0.trace = MessageTrace(isOn: { isOn }) { message in told.withLockedValue { $0.append(message) } } },
            script: { call in
                guard await call.answer() else { return }
                await call.hangUp()
            }
        ) { _, port in
            let phone = try TestPhone(server: port)
            defer { phone.close() }
            try await phone.call("1000")
            try await phone.hungUp()
        }
        let lines = told.withLockedValue { $0 }.map { ($0.isSent ? "> " : "< ") + ($0.text.split(separator: " | ").first ?? "") }
        guard isOn else {
            #expect(lines.isEmpty)
            return
        }
        #expect(lines.contains { $0.hasPrefix("< INVITE sip:1000@") })
        #expect(lines.contains("> SIP/2.0 180 Ringing") && lines.contains("> SIP/2.0 200 OK"))
        #expect(lines.contains { $0.hasPrefix("< ACK ") } && lines.contains { $0.hasPrefix("> BYE ") })
        #expect(told.withLockedValue { $0 }.allSatisfy { $0.transport == "UDP" && $0.peer.host == "127.0.0.1" })
    }
}
