import CRe
import Foundation
import TestKit
import Testing

@testable import SIP

@Suite("What a description says is agreed on, or the call is not taken")
struct DescriptionTests {
    /// What was agreed on, in words that can be compared.
    private struct Agreed: Equatable, Sendable {
        var format: SoundFormat
        var type: UInt8
        var keys: [UInt8]
        var taken: [UInt8]
        var milliseconds = 20
        var hears = true
        var speaks = true
        var remote = "192.0.2.9:7000"
        var reports = "192.0.2.9:7001"
    }

    private static func description(_ media: String, _ lines: String..., address: String = "IP4 192.0.2.9") -> String {
        (["v=0", "o=- 1 1 IN IP4 192.0.2.9", "s=-", "c=IN \(address)", "t=0 0", media] + lines).joined(separator: "\r\n") + "\r\n"
    }

    /// - Parameter answers: whether the description is the answer to an offer of ours.
    @SIPLoop private static func agree(
        _ text: String, formats: [SoundFormat] = SoundFormat.allCases, encryption: SoundEncryption = .optional, answers: Bool = false
    ) throws -> (agreed: Agreed?, answer: String) {
        let address = try #require(PeerAddress(host: "192.0.2.1", port: 0).socketAddress)
        let description = try #require(SessionDescription(address: address, port: 6000, formats: formats, encryption: encryption))
        defer { description.close() }
        if answers, let offer = description.write(isOffer: true) { mem_deref(offer) }
        let bytes = Array(text.utf8), buffer = try #require(mbuf_alloc(bytes.count + 1))
        defer { mem_deref(buffer) }
        _ = mbuf_write_mem(buffer, bytes, bytes.count)
        buffer.pointee.pos = 0
        guard let agreement = description.read(buffer, isOffer: !answers) else { return (nil, "") }
        let agreed = Agreed(
            format: agreement.format, type: agreement.payloadType, keys: agreement.keyTypes.sorted(), taken: agreement.taken.keys.sorted(),
            milliseconds: agreement.packetMilliseconds, hears: agreement.hears, speaks: agreement.speaks, remote: PeerAddress(agreement.remote).description,
            reports: PeerAddress(agreement.remoteReports).description)
        var answer = ""
        if !answers, let text = description.write(isOffer: false) {
            answer = String(decoding: UnsafeRawBufferPointer(start: text.pointee.buf, count: text.pointee.end), as: UTF8.self)
            mem_deref(text)
        }
        return (agreed, answer)
    }

    private func agreed(_ text: String, formats: [SoundFormat] = SoundFormat.allCases, encryption: SoundEncryption = .optional) async throws -> Agreed? {
        try await SIPLoopTest.run { try Self.agree(text, formats: formats, encryption: encryption).agreed }
    }

    @Test("The first format of the other side that we know is the one, under its number")
    func formats() async throws {
        #expect(try await agreed(Self.description("m=audio 7000 RTP/AVP 0 8")) == Agreed(format: .muLaw, type: 0, keys: [], taken: [0, 8, 9]))
        #expect(try await agreed(Self.description("m=audio 7000 RTP/AVP 18 3 8 0")) == Agreed(format: .aLaw, type: 8, keys: [], taken: [0, 8, 9]))
        #expect(
            try await agreed(Self.description("m=audio 7000 RTP/AVP 9 101", "a=rtpmap:101 telephone-event/8000"))
                == Agreed(format: .g722, type: 9, keys: [101], taken: [0, 8, 9]))
        #expect(
            try await agreed(Self.description("m=audio 7000 RTP/AVP 96 0 97", "a=rtpmap:96 opus/48000/2", "a=rtpmap:97 Telephone-Event/48000"))
                == Agreed(format: .opus, type: 96, keys: [97], taken: [0, 8, 9, 96]))
        // Numbers mean what everybody means by them, whatever is said of them.
        #expect(
            try await agreed(Self.description("m=audio 7000 RTP/AVP 8 0", "a=rtpmap:8 opus/48000/2"))
                == Agreed(format: .aLaw, type: 8, keys: [], taken: [0, 8, 9]))
        // Those that are not taken here are not taken.
        let one = try await agreed(Self.description("m=audio 7000 RTP/AVP 0 8"), formats: [.aLaw])
        #expect(one == Agreed(format: .aLaw, type: 8, keys: [], taken: [8]))
    }

    @Test("Opus of another clock is none, and neither is anything under a number that is nobody's to give")
    func others() async throws {
        #expect(try await agreed(Self.description("m=audio 7000 RTP/AVP 96", "a=rtpmap:96 opus/16000/2")) == nil)
        #expect(try await agreed(Self.description("m=audio 7000 RTP/AVP 96", "a=rtpmap:96 speex/8000")) == nil)
        #expect(try await agreed(Self.description("m=audio 7000 RTP/AVP 96")) == nil)
        #expect(try await agreed(Self.description("m=audio 7000 RTP/AVP 34", "a=rtpmap:34 opus/48000/2")) == nil)
        #expect(try await agreed(Self.description("m=audio 7000 RTP/AVP 101", "a=rtpmap:101 telephone-event/8000")) == nil)
        // Several numbers for keys, and one of Opus that was one for keys before.
        let keys = Self.description("m=audio 7000 RTP/AVP 0 101 102", "a=rtpmap:101 telephone-event/8000", "a=rtpmap:102 telephone-event/16000")
        #expect(try await agreed(keys) == Agreed(format: .muLaw, type: 0, keys: [101, 102], taken: [0, 8, 9]))
    }

    @Test(
        "Who sends and who listens, as each word has it",
        arguments: [
            ("a=sendrecv", true, true), ("a=sendonly", false, true), ("a=recvonly", true, false), ("a=inactive", false, false), ("a=x-none", true, true),
        ])
    func directions(line: String, hears: Bool, speaks: Bool) async throws {
        #expect(
            try await agreed(Self.description("m=audio 7000 RTP/AVP 0", line))
                == Agreed(format: .muLaw, type: 0, keys: [], taken: [0, 8, 9], hears: hears, speaks: speaks))
    }

    @Test("An address of nobody is a call on hold, of either kind", arguments: ["IP4 0.0.0.0", "IP6 ::"])
    func nobody(address: String) async throws {
        let agreed = try #require(try await agreed(Self.description("m=audio 7000 RTP/AVP 0", address: address)))
        #expect(!agreed.hears && !agreed.speaks)
    }

    @Test(
        "How long packets are to be, within what is sent at all",
        arguments: [("20", 20), ("10", 10), ("60", 60), ("30", 30), ("9", 20), ("61", 20), ("0", 20), ("-20", 20), ("x", 20), ("99999999999999999999", 20)])
    func packetLengths(text: String, milliseconds: Int) async throws {
        #expect(
            try await agreed(Self.description("m=audio 7000 RTP/AVP 0", "a=ptime:\(text)"))
                == Agreed(format: .muLaw, type: 0, keys: [], taken: [0, 8, 9], milliseconds: milliseconds))
    }

    @Test("Where sound and reports go")
    func places() async throws {
        #expect(try await agreed(Self.description("m=audio 7000 RTP/AVP 0", "c=IN IP4 192.0.2.77"))?.remote == "192.0.2.77:7000")
        let six = try await agreed(Self.description("m=audio 7000 RTP/AVP 0", address: "IP6 2001:db8::9"))
        #expect(six?.remote == "[2001:db8::9]:7000" && six?.reports == "[2001:db8::9]:7001")
        let reports = try await agreed(Self.description("m=audio 7000 RTP/AVP 0", "a=rtcp:7100"))
        #expect(reports?.reports == "192.0.2.9:7100")
    }

    @Test(
        "What has no sound for us is not taken",
        arguments: [
            "", "v=0\r\n", description("m=audio 0 RTP/AVP 0"), description("m=video 7000 RTP/AVP 0"), description("m=audio 7000 RTP/AVP 18"),
            description("m=audio 7000 RTP/AVP"), description("m=audio 7000 UDPTL t38"), description("m=audio x RTP/AVP 0"), "hello",
        ])
    func nothing(text: String) async throws { #expect(try await agreed(text) == nil) }

    @Test("The answer has the number of the other side, its first format first, and our address")
    func answer() async throws {
        let offer = Self.description("m=audio 7000 RTP/AVP 8 121 0 99", "a=rtpmap:121 opus/48000/2", "a=rtpmap:99 telephone-event/8000", "a=sendonly")
        let (agreed, answer) = try await SIPLoopTest.run { try Self.agree(offer) }
        #expect(agreed == Agreed(format: .aLaw, type: 8, keys: [99], taken: [0, 8, 9, 121], hears: false))
        let lines = answer.components(separatedBy: "\r\n")
        #expect(lines.contains("c=IN IP4 192.0.2.1") && lines.contains("m=audio 6000 RTP/AVP 8 121 0 99") && lines.contains("a=recvonly"))
        #expect(lines.contains("a=rtpmap:121 opus/48000/2") && lines.contains("a=rtpmap:99 telephone-event/8000") && !answer.contains("a=crypto"))
    }

    @Test("An answer to ours may choose one, and its keys may come under our numbers")
    func answers() async throws {
        let (agreed, _) = try await SIPLoopTest.run { try Self.agree(Self.description("m=audio 7000 RTP/AVP 0"), answers: true) }
        #expect(agreed == Agreed(format: .muLaw, type: 0, keys: [101, 110], taken: [0, 8, 9, 111]))
        let (plain, _) = try await SIPLoopTest.run { try Self.agree(Self.description("m=audio 7000 RTP/AVP 8 0"), formats: [.muLaw, .aLaw], answers: true) }
        #expect(plain == Agreed(format: .aLaw, type: 8, keys: [101], taken: [0, 8]))
        let (none, _) = try await SIPLoopTest.run { try Self.agree(Self.description("m=audio 7000 RTP/AVP 18"), answers: true) }
        #expect(none == nil)
    }

    // MARK: Encryption

    private static let key = "inline:" + Data([UInt8](repeating: 7, count: 30)).base64EncodedString()
    private static let crypto = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 \(key)"

    @Test(
        "Each setting with each kind of call",
        arguments: [
            (SoundEncryption.off, "RTP/AVP", true), (.off, "RTP/SAVP", false), (.optional, "RTP/AVP", true), (.optional, "RTP/SAVP", true),
            (.required, "RTP/AVP", false),
            (.required, "RTP/SAVP", true),
        ])
    func settings(encryption: SoundEncryption, profile: String, isTaken: Bool) async throws {
        let offer = Self.description("m=audio 7000 \(profile) 0", Self.crypto)
        let (agreed, answer) = try await SIPLoopTest.run { try Self.agree(offer, encryption: encryption) }
        #expect((agreed != nil) == isTaken)
        // A key is told where there is encryption, and nowhere else.
        #expect(answer.contains("a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:") == (isTaken && profile == "RTP/SAVP"))
        #expect(!answer.contains(Self.key))
    }

    @Test("The first of its keys that we know is the one, and without such there is no call")
    func keys() async throws {
        let long = "inline:" + Data([UInt8](repeating: 9, count: 46)).base64EncodedString()
        func answer(_ lines: String...) async throws -> String? {
            let offer = Self.description("m=audio 7000 RTP/SAVP 0", lines.joined(separator: "\r\n"))
            let (agreed, answer) = try await SIPLoopTest.run { try Self.agree(offer) }
            return agreed == nil ? nil : answer.components(separatedBy: "\r\n").first { $0.hasPrefix("a=crypto:") }.map { String($0.prefix { $0 != "l" }) }
        }
        #expect(
            try await answer("a=crypto:1 F8_128_HMAC_SHA1_80 \(Self.key)", "a=crypto:7 AES_256_CM_HMAC_SHA1_80 \(long)", Self.crypto)
                == "a=crypto:7 AES_256_CM_HMAC_SHA1_80 in")
        #expect(
            try await answer("a=crypto:1 AES_256_CM_HMAC_SHA1_80 \(Self.key)", "a=crypto:2 AES_CM_128_HMAC_SHA1_32 \(Self.key)")
                == "a=crypto:2 AES_CM_128_HMAC_SHA1_32 in")
        #expect(try await answer("a=crypto:1 F8_128_HMAC_SHA1_80 \(Self.key)") == nil)
        #expect(try await answer("a=x-none") == nil)
    }

    // MARK: Lengths

    @Test(
        "Lengths of packets that Opus has, and any other of the others",
        arguments: [(5, 10), (10, 10), (19, 10), (20, 20), (30, 20), (40, 40), (59, 40), (60, 60), (120, 60)])
    func opusLengths(wanted: Int, milliseconds: Int) {
        #expect(SoundFormat.opus.packetMilliseconds(wanted) == milliseconds && SoundFormat.muLaw.packetMilliseconds(wanted) == wanted)
    }

    @Test("Units of timestamps and samples of each format")
    func rates() {
        #expect(SoundFormat.allCases.map(\.unitsInTick) == [1, 1, 1, 6] && SoundFormat.allCases.map(\.rate) == [8000, 8000, 16_000, 48_000])
        #expect(SoundFormat.allCases.map(\.payloadType) == [0, 8, 9, 111] && SoundFormat.allCases.map(\.isNumbered) == [true, true, true, false])
        #expect(SoundFormat.muLaw.silence == 0xFF && SoundFormat.aLaw.silence == 0xD5)
        #expect(Companding.muLaw.decode(0xFF) == 0 && Companding.aLaw.decode(0xD5) == 8)
    }

    @Test("Clips last as long as they say, begin and end softly, and go one after the other")
    func clips() {
        let tone = Clip.tone(hertz: 440, milliseconds: 500), silence = Clip.silence(milliseconds: 30)
        #expect(tone.samples.count == 4000 && tone.milliseconds == 500 && silence.samples == [Int16](repeating: 0, count: 240))
        #expect(tone.samples.first == 0 && tone.samples.last == 0)
        let loudest = tone.samples.map { Int($0).magnitude }.max() ?? 0, beginning = tone.samples.prefix(10).map { Int($0).magnitude }.max() ?? 0
        #expect((12_900...13_107).contains(Int(loudest)) && beginning < loudest / 3)
        #expect((tone + silence).samples == tone.samples + silence.samples && (tone + silence).milliseconds == 530)
        #expect(Clip.tone(hertz: 440, milliseconds: 0).samples.isEmpty && Clip.tone(hertz: 440, milliseconds: 1).samples.count == 8)
    }
}
