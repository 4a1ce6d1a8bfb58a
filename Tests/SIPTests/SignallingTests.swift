import Foundation
import SIP
import TestKit
import Testing
import Waiting

@Suite("What is answered without a call, and what is refused")
struct SignallingTests {
    @Test("OPTIONS says what is served, and 503 while nothing is")
    func options() async throws {
        try await withPhone { endpoint, phone in
            let answer = try await phone.ask("OPTIONS", user: "1000")
            #expect(answer.status == 200)
            #expect(answer.headers["allow"] == "INVITE, ACK, BYE, CANCEL, OPTIONS, UPDATE, INFO")
            #expect(answer.headers["accept"]?.contains("application/sdp") == true)
            await endpoint.setReady(false)
            let refusal = try await phone.ask("OPTIONS")
            #expect(refusal.status == 503 && refusal.headers["retry-after"] == "10")
            #expect(try await phone.call("1000").status == 503)
        }
    }

    @Test(
        "Methods that are not served are refused by their kind",
        arguments: [("SUBSCRIBE", 405), ("REGISTER", 405), ("MESSAGE", 405), ("PRACK", 405), ("FLY", 501), ("BYE", 481), ("UPDATE", 481)])
    func methods(method: String, status: Int) async throws {
        try await withPhone { _, phone in
            let answer = try await phone.ask(method, user: "1000")
            #expect(answer.status == status)
        }
    }

    @Test("An extension that is required and not done is refused by its name", arguments: ["100rel", "timer", "replaces, 100rel", "anything"])
    func require(option: String) async throws {
        try await withPhone { _, phone in
            let answer = try await phone.call("1000", headers: ["Require: \(option)"])
            #expect(answer.status == 420)
            #expect(answer.headers["unsupported"] == option)
        }
    }

    @Test("A body that is no description of sound is refused")
    func body() async throws {
        try await withPhone { _, phone in
            phone.send(phone.request("INVITE", user: "1000", body: "<x/>", type: "application/xml"))
            let answer = try await phone.finish()
            #expect(answer.status == 415)
            #expect(answer.headers["accept"] == "application/sdp")
        }
    }

    @Test("Sound that cannot be understood is refused", arguments: ["18", "3 101", "101"])
    func formats(list: String) async throws {
        try await withPhone { _, phone in
            let answer = try await phone.call("1000", offer: phone.offer(formats: list))
            #expect(answer.status == 488)
        }
    }

    @Test("A second stream is refused with port 0, and the sound is taken")
    func secondStream() async throws {
        try await withPhone { _, phone in
            let answer = try await phone.call("1000", offer: phone.offer(extra: "m=video 7000 RTP/AVP 96\r\na=rtpmap:96 VP8/90000\r\n"))
            #expect(answer.status == 200)
            #expect(answer.body.contains("m=video 0 "))
            try await phone.hangUp()
        }
    }

    @Test("A caller who gives up before the answer gets 487, and the call is over")
    func cancel() async throws {
        let ended = Told<CallEnding>()
        try await withPhone(script: { call in ended.tell(await call.over.outcome()) }) { _, phone in
            phone.send(phone.request("INVITE", user: "1000", body: phone.offer()))
            _ = try await phone.next("ringing") { $0.status == 180 }
            phone.send(phone.request("CANCEL", isNew: false))
            #expect(try await phone.next("200 to CANCEL") { $0.headers["cseq"]?.hasSuffix("CANCEL") == true }.status == 200)
            #expect(try await phone.finish().status == 487)
            #expect(await ended.next() == .cancelled)
        }
    }

    @Test("A call is refused as the script says", arguments: [(CallRefusal.notFound, 404), (.unavailable(seconds: 7), 503), (.forbidden, 403)])
    func refuse(refusal: CallRefusal, status: Int) async throws {
        try await withPhone(script: { await $0.refuse(refusal) }) { _, phone in
            let answer = try await phone.call("1000")
            #expect(answer.status == status)
            if status == 503 { #expect(answer.headers["retry-after"] == "7") }
        }
    }

    @Test("On hold nothing is sent; afterwards sound goes to where the new description says")
    func hold() async throws {
        let script: @Sendable (Call) async -> Void = { call in
            guard await call.answer() else { return }
            _ = await call.play(.tone(hertz: 700, milliseconds: 60_000))
        }
        try await withPhone(script: script) { _, phone in
            try await phone.call("1000")
            try await phone.sound.hears(hertz: 700)
            let held = try await phone.ask("INVITE", body: phone.offer(direction: "sendonly"))
            #expect(held.status == 200 && held.body.contains("a=recvonly"))
            phone.send(phone.request("ACK"))
            // Nothing can be waited for but time, as nothing is to come; what was on its way has come before.
            try await Task.sleep(for: .milliseconds(300))
            let before = phone.sound.packetsHeard
            try await Task.sleep(for: .milliseconds(300))
            #expect(phone.sound.packetsHeard == before)
            let other = try TestPhone(server: phone.server)
            defer { other.close() }
            let resumed = try await phone.ask("INVITE", body: phone.offer(port: other.sound.port))
            #expect(resumed.status == 200 && resumed.body.contains("a=sendrecv"))
            phone.send(phone.request("ACK"))
            try await other.sound.hears(hertz: 700)
            try await phone.hangUp()
        }
    }

    @Test("A refresh by UPDATE is answered, with a description and without")
    func update() async throws {
        try await withPhone { _, phone in
            try await phone.call("1000")
            let refresh = try await phone.ask("UPDATE")
            #expect(refresh.status == 200 && refresh.body.isEmpty)
            #expect(refresh.headers["contact"]?.hasPrefix("<sip:aftertone@127.0.0.1:") == true)
            let change = try await phone.ask("UPDATE", body: phone.offer(formats: "8 101"))
            #expect(change.status == 200 && change.body.contains("RTP/AVP 8 101"))
            #expect(try await phone.ask("UPDATE", body: phone.offer(formats: "18")).status == 488)
            try await phone.hangUp()
        }
    }

    @Test("Strangers hear nothing at all, and a call goes on beside them")
    func strangers() async throws {
        let phones = try [TestPhone(server: 0), TestPhone(server: 0)]
        defer { for phone in phones { phone.close() } }
        let port = phones[0].sip.port
        try await withEndpoint {
            $0.trusts = { Int($0.port) != port }
        } script: { call in
            await holding(call)
        } _: { _, server in
            let stranger = phones[0].request("OPTIONS", user: "1000").replacingOccurrences(of: ":0", with: ":\(server)")
            phones[0].sip.send(Array(stranger.utf8), to: server)
            try await TestPhone.run(server: server) { phone in
                #expect(try await phone.call("1000").status == 200)
                try await phone.hangUp()
            }
            await #expect(throws: TestPhone.TimedOut.self) { try await phones[0].next("anything", within: 0) { _ in true } }
        }
    }

    @Test("What keeps to no grammar is answered as RFC 3261 says, or not at all; the next call is taken")
    func malformed() async throws {
        try await withPhone { _, phone in
            let good = phone.request("OPTIONS", user: "1000")
            phone.send(good.replacingOccurrences(of: "CSeq: 1 OPTIONS", with: "CSeq: 1 INVITE"))
            #expect(try await phone.next("400") { $0.status == 400 }.headers["warning"] != nil)
            phone.send("hello")
            phone.send("\r\n\r\n")
            phone.send("SIP/2.0 200 OK\r\n\r\n")
            #expect(try await phone.call("1000").status == 200)
            try await phone.hangUp()
        }
    }
}
