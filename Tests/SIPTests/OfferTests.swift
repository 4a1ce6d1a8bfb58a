import Foundation
import SIP
import TestKit
import Testing

@Suite("Descriptions that change under way")
struct OfferTests {
    @Test("A call without an address to send to is on hold: nothing is sent, and a recording waits", arguments: [DatagramSocket.Family.four, .six])
    func holdByAddress(family: DatagramSocket.Family) async throws {
        let sink = MemorySink(), told = Told<RecordEnd>()
        try await withPacedPhone(script: { call in
            guard await call.answer() else { return }
            told.tell(await call.record(to: sink, RecordRules(seconds: 60, silenceSeconds: 3)))
            await call.hangUp()
        }) { phone in
            try await phone.call("1000")
            try await phone.warmUp(sink)
            try await phone.sound.say(hertz: 500, milliseconds: 400)
            let held = phone.offer().replacingOccurrences(of: "a=sendrecv\r\n", with: "")
                .replacingOccurrences(of: "c=IN IP4 127.0.0.1", with: family == .four ? "c=IN IP4 0.0.0.0" : "c=IN IP6 ::")
            try await expect(200, phone.ask("INVITE", body: held))
            phone.send(phone.request("ACK"))
            phone.sound.forget()
            try await phone.sound.pause(milliseconds: 8000)
            #expect(phone.sound.packetsHeard == 0)
            try await expect(200, phone.ask("INVITE", body: phone.offer()))
            phone.send(phone.request("ACK"))
            try await phone.sound.say(hertz: 500, milliseconds: 400)
            await phone.sound.press("5")
            let end = try #require(await told.next())
            #expect(end.reason == .key("5"))
            #expect(TestTone.milliseconds(of: 500, in: sink.bytes.map { TestLaw.sample(muLaw: $0) }) == 800)
            try await phone.hungUp()
        }
    }

    @Test("An UPDATE that comes after a later request is not done")
    func lateUpdate() async throws {
        try await withEndpoint(script: holding) { _, port in
            let phone = try TestPhone(server: port)
            defer { phone.close() }
            try await phone.call("1000")
            let late = phone.request("UPDATE", body: phone.offer(formats: "8 101"))
            try await expect(200, phone.ask("UPDATE"))
            phone.send(late)
            try await expect(500, phone.next("500") { $0.headers["cseq"] == "2 UPDATE" })
            try await expect(200, phone.ask("UPDATE"))
            try await phone.hangUp()
        }
    }

    /// A request within a call that the phone has not confirmed.
    private func within(_ answer: TestPhone.Message, _ request: String, _ phone: TestPhone, number: Int? = nil) -> String {
        let target = "To: <\(phone.uri("1000"))>"
        let tagged = request.replacingOccurrences(of: target + "\r\n", with: target + ";tag=\(answer.toTag ?? "")\r\n")
        return number.map { tagged.replacingOccurrences(of: "CSeq: 2 ", with: "CSeq: \($0) ") } ?? tagged
    }

    @Test("While our offer waits for its answer another is not taken")
    func ours() async throws {
        try await withEndpoint(script: holding) { _, port in
            let phone = try TestPhone(server: port)
            defer { phone.close() }
            phone.send(phone.request("INVITE", user: "1000"))
            let answer = try await phone.next("200") { $0.status == 200 }
            phone.send(within(answer, phone.request("UPDATE", body: phone.offer(formats: "8 101")), phone))
            try await expect(491, phone.next("491") { $0.headers["cseq"] == "2 UPDATE" })
            phone.send(within(answer, phone.request("ACK", body: phone.offer()), phone, number: 1))
            phone.send(within(answer, phone.request("UPDATE", body: phone.offer(formats: "8 101")), phone))
            try await expect(200, phone.next("200") { $0.headers["cseq"] == "3 UPDATE" })
            phone.send(within(answer, phone.request("BYE"), phone))
            try await expect(200, phone.next("200") { $0.headers["cseq"] == "4 BYE" })
        }
    }

    @Test("Before theirs is answered another is not taken, and they hear when to try again")
    func theirs() async throws {
        let asked = Told<Bool>()
        try await withEndpoint(script: { call in
            _ = await asked.next()
            await holding(call)
        }) { _, port in
            let phone = try TestPhone(server: port)
            defer { phone.close() }
            phone.send(phone.request("INVITE", user: "1000", body: phone.offer()))
            let ringing = try await phone.next("180") { $0.status == 180 }
            phone.send(within(ringing, phone.request("UPDATE", body: phone.offer(formats: "8 101")), phone))
            let refusal = try await phone.next("500") { $0.headers["cseq"] == "2 UPDATE" }
            #expect(refusal.status == 500)
            #expect(refusal.headers["retry-after"].flatMap { Int($0) }.map { (0...10).contains($0) } == true)
            asked.tell(true)
            let answer = try await phone.next("200") { $0.headers["cseq"] == "1 INVITE" && $0.status == 200 }
            #expect(answer.body.contains("RTP/AVP 0 8 101"))
            phone.send(within(answer, phone.request("ACK"), phone, number: 1))
            phone.send(within(answer, phone.request("BYE"), phone))
            try await expect(200, phone.next("200") { $0.headers["cseq"] == "3 BYE" })
        }
    }
}
