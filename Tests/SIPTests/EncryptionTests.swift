import Foundation
import TestKit
import Testing

@testable import SIP

@Suite("Sound is encrypted where the call asks for it")
struct EncryptionTests {
    /// The server's key in a description.
    private func key(of description: String) throws -> [UInt8] {
        let line = try #require(description.components(separatedBy: "\r\n").first { $0.hasPrefix("a=crypto:") })
        return Array(try #require(Data(base64Encoded: String(line.components(separatedBy: "inline:")[1]))))
    }

    private func withCall(
        _ encryption: SoundEncryption = .optional, _ body: @Sendable (TestPhone, MemorySink, Told<RecordEnd>) async throws -> Void
    ) async throws {
        let sink = MemorySink(), told = Told<RecordEnd>()
        try await withEndpoint(
            { $0.encryption = encryption },
            script: { call in
                guard await call.answer() else { return }
                _ = await call.play(.tone(hertz: 700, milliseconds: 400))
                told.tell(await call.record(to: sink, RecordRules(seconds: 30)))
            }
        ) { _, port in
            let phone = try TestPhone(server: port)
            defer { phone.close() }
            try await body(phone, sink, told)
        }
    }

    @Test("Both directions are, past the end of the packets' numbers, and a new description with the same key goes on")
    func both() async throws {
        try await withCall { phone, sink, told in
            let offer = phone.offer(extra: "a=crypto:1 F8_128_HMAC_SHA1_80 inline:AAAA\r\n" + Ours.attribute, profile: "RTP/SAVP")
            let answer = try await phone.call("1000", offer: offer)
            #expect(answer.body.contains(" RTP/SAVP 0 8 101"))
            #expect(answer.body.contains("a=crypto:3 AES_CM_128_HMAC_SHA1_80 inline:"))
            let theirs = try key(of: answer.body)
            #expect(theirs != Ours.key)
            try phone.sound.secure(ours: Ours.key, theirs: theirs, sequence: 65_500)
            try await phone.sound.hears(hertz: 700, milliseconds: 200)
            try await phone.warmUp(sink)
            try await phone.sound.say(hertz: 500, milliseconds: 1000)
            let again = try await phone.ask("INVITE", body: offer)
            phone.send(phone.request("ACK"))
            #expect(try key(of: again.body) == theirs)
            try await phone.sound.say(hertz: 800, milliseconds: 400)
            try await phone.sayGoodbye()
            let end = try #require(await told.next())
            #expect(end.lost == 0)
            let samples = sink.bytes.map { TestLaw.sample(muLaw: $0) }
            #expect(TestTone.milliseconds(of: 500, in: samples) == 1000)
            #expect(TestTone.milliseconds(of: 800, in: samples) >= 380)
        }
    }

    @Test("What was not made with the key is not heard, whether it is plain, of another key, or changed on the way")
    func forged() async throws {
        try await withCall { phone, sink, told in
            let answer = try await phone.call("1000", offer: phone.offer(extra: Ours.attribute, profile: "RTP/SAVP"))
            let theirs = try key(of: answer.body)
            try phone.sound.secure(ours: Ours.key, theirs: theirs)
            try await phone.sound.hears(hertz: 700, milliseconds: 200)
            try await phone.warmUp(sink)
            let plain = try TestPhone(server: phone.server)
            defer { plain.close() }
            plain.sound.aim(at: answer.body)
            try await plain.sound.say(hertz: 900, milliseconds: 200)
            try phone.sound.secure(ours: Ours.key.reversed(), theirs: theirs)
            try await phone.sound.say(hertz: 900, milliseconds: 200)
            try phone.sound.secure(ours: Ours.key, theirs: theirs)
            try await phone.sound.say(hertz: 500, milliseconds: 400)
            try await phone.sayGoodbye()
            _ = await told.next()
            let samples = sink.bytes.map { TestLaw.sample(muLaw: $0) }
            #expect(TestTone.milliseconds(of: 900, in: samples) == 0)
            #expect(TestTone.milliseconds(of: 500, in: samples) == 400)
        }
    }

    @Test(
        "By setting it is refused, or required",
        arguments: [
            (SoundEncryption.off, "RTP/SAVP", Ours.attribute, 488), (.off, "RTP/AVP", "", 200), (.required, "RTP/AVP", "", 488),
            (.required, "RTP/AVP", Ours.attribute, 488),
            (.required, "RTP/SAVP", Ours.attribute, 200), (.optional, "RTP/SAVP", "", 488),
            (.optional, "RTP/SAVP", "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:AAAA\r\n", 488),
            (.optional, "RTP/AVP", Ours.attribute, 200), (.optional, "RTP/SAVPF", Ours.attribute, 200),
        ])
    func settings(encryption: SoundEncryption, profile: String, extra: String, status: Int) async throws {
        try await withCall(encryption) { phone, _, _ in
            let answer = try await phone.call("1000", offer: phone.offer(extra: extra, profile: profile))
            #expect(answer.status == status)
            guard status == 200 else { return }
            #expect(answer.body.contains(" \(profile) "))
            #expect(answer.body.contains("a=crypto:") == profile.contains("SAVP"))
            try await phone.hangUp()
        }
    }

    @Test("Where it is required, a call without an offer gets one with a key")
    func offered() async throws {
        try await withCall(.required) { phone, sink, told in
            phone.send(phone.request("INVITE", user: "1000"))
            let line = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:\(Data(Ours.key).base64EncodedString())\r\n"
            let offer = try await phone.finish(answerInACK: phone.offer(extra: line, profile: "RTP/SAVP"))
            #expect(offer.body.contains(" RTP/SAVP 0 8 9 111 101 110"))
            try phone.sound.secure(ours: Ours.key, theirs: try key(of: offer.body))
            try await phone.sound.hears(hertz: 700, milliseconds: 200)
            try await phone.warmUp(sink)
            try await phone.sayGoodbye()
            #expect(await told.next()?.reason == .over)
        }
    }

    @Test(
        "A key's line is read as the RFC has it, and what is not done is not taken",
        arguments: [
            ("1 AES_CM_128_HMAC_SHA1_80 inline:\(String(repeating: "A", count: 40))", true),
            ("1 AES_CM_128_HMAC_SHA1_32 inline:\(String(repeating: "A", count: 40))|2^20", true),
            ("1 AES_CM_128_HMAC_SHA1_32 inline:\(String(repeating: "A", count: 40)) WSH=64", true),
            ("9 AES_256_CM_HMAC_SHA1_80 inline:\(String(repeating: "A", count: 62))", true),
            ("9 AES_256_CM_HMAC_SHA1_80 inline:\(String(repeating: "A", count: 62))==", true),
            ("1 AEAD_AES_256_GCM inline:\(String(repeating: "A", count: 59))=", true),
            ("1 AES_CM_128_HMAC_SHA1_80 inline:\(String(repeating: "A", count: 40))|2^20|1:4", false),
            ("1 AES_CM_128_HMAC_SHA1_80 inline:\(String(repeating: "A", count: 40))|1:4", false),
            ("1 AES_CM_128_HMAC_SHA1_80 inline:\(String(repeating: "A", count: 40)) UNENCRYPTED_SRTP", false),
            ("1 AES_CM_128_HMAC_SHA1_80 inline:\(String(repeating: "A", count: 36))", false), ("1 AES_CM_128_HMAC_SHA1_80", false), ("", false),
            ("x AES_CM_128_HMAC_SHA1_80 inline:\(String(repeating: "A", count: 40))", false),
        ])
    func reading(text: String, isTaken: Bool) { #expect((CryptoAttribute(text) != nil) == isTaken) }
}

/// The other side's key.
private enum Ours {
    static let key = (0..<30).map { UInt8($0 * 7) }
    static let attribute = "a=crypto:3 AES_CM_128_HMAC_SHA1_80 inline:\(Data(key).base64EncodedString())|2^31\r\n"
}
