import Foundation
import SIP

/// Calls a mailbox as a telephone does: listens to the greeting, says something after the tone and hangs up. It knows SIP as it goes over the wire and
/// nothing of the server.
final class DemoCaller {
    static let name = "Dora Call", number = "493055501234"
    /// What it says: three notes, a second each.
    private static let notes: [Double] = [523, 659, 784]

    struct Outcome: Sendable {
        /// Samples of what was heard, 8,000 a second.
        let heard: [Int16]
        let saidMilliseconds: Int
    }

    private let server: Int
    private let mailbox: String
    private let sip: DemoSocket
    private let sound: DemoSocket
    private let callID = "demo-\(UInt64.random(in: 0...(.max)))"
    private let tag = String(UInt32.random(in: 0...(.max)), radix: 16)
    private var sequence = 0
    private var toTag = ""

    /// - Parameter server: its port on this machine.
    init(_ mailbox: String, at server: Int) throws {
        self.mailbox = mailbox
        self.server = server
        sip = try DemoSocket()
        sound = try DemoSocket()
    }

    /// Blocks for as long as the call lasts.
    func call() throws -> Outcome {
        let offer = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio \(sound.port) RTP/AVP 0\r\n"
        let answer = try ask("INVITE", body: offer)
        toTag = Self.tag(of: answer)
        let line = answer.components(separatedBy: "\r\n").first { $0.hasPrefix("m=audio ") }
        guard let target = line?.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else {
            throw Refusal("the answer to the call names no port for sound")
        }
        sip.send(Array(request("ACK").utf8), to: server)
        let outcome = talk(to: target)
        _ = try ask("BYE")
        return outcome
    }

    // MARK: Signalling

    private func request(_ method: String, body: String = "") -> String {
        if method != "ACK" { sequence += 1 }
        let here = "127.0.0.1:\(sip.port)", target = "sip:\(mailbox)@127.0.0.1:\(server)"
        let lines = [
            "\(method) \(target) SIP/2.0", "Via: SIP/2.0/UDP \(here);branch=z9hG4bK\(UInt64.random(in: 0...(.max)));rport", "Max-Forwards: 70",
            "From: \"\(Self.name)\" <sip:\(Self.number)@\(here)>;tag=\(tag)", "To: <\(target)>" + (toTag.isEmpty ? "" : ";tag=\(toTag)"), "Call-ID: \(callID)",
            "CSeq: \(sequence) \(method)", "Contact: <sip:demo@\(here)>",
        ]
        return (lines + (body.isEmpty ? [] : ["Content-Type: application/sdp"]) + ["Content-Length: \(body.utf8.count)"]).joined(separator: "\r\n") + "\r\n\r\n"
            + body
    }

    /// Asks until there is a final answer, as UDP may lose either.
    private func ask(_ method: String, body: String = "") throws -> String {
        let text = request(method, body: body)
        for _ in 0..<10 {
            sip.send(Array(text.utf8), to: server)
            while let bytes = sip.receive(within: 1000) {
                let answer = String(decoding: bytes, as: UTF8.self)
                guard answer.hasPrefix("SIP/2.0 "), let status = Int(answer.dropFirst(8).prefix(3)), answer.contains("CSeq: \(sequence) \(method)"),
                    status >= 200
                else { continue }
                guard status < 300 else { throw Refusal("the call was refused: \(answer.prefix { !$0.isNewline })") }
                return answer
            }
        }
        throw Refusal("nobody answers \(method)")
    }

    private static func tag(of answer: String) -> String {
        let to = answer.components(separatedBy: "\r\n").first { $0.lowercased().hasPrefix("to:") } ?? ""
        guard let start = to.range(of: ";tag=")?.upperBound else { return "" }
        return String(to[start...].prefix { $0 != ";" })
    }

    // MARK: Sound

    /// Says nothing until the tone has been heard, then the notes, and a moment of nothing. Twenty milliseconds at a time.
    private func talk(to target: Int) -> Outcome {
        var heard: [Int16] = [], base: UInt32?, toneSteps = 0, said = 0
        let speech = Self.notes.flatMap { Clip.tone(hertz: $0, milliseconds: 1000).samples }
        let silence = Clip.silence(milliseconds: 300).samples
        let script = speech + silence
        let clock = ContinuousClock(), start = clock.now
        // A greeting may be long; a minute without a tone is none.
        for step in 0..<3000 where said < script.count {
            while clock.now < start + .milliseconds(20 * step) {
                let left = (start + .milliseconds(20 * step) - clock.now).components.attoseconds / 1_000_000_000_000_000
                guard let packet = sound.receive(within: Int32(max(1, left))), packet.count > 12, packet[1] & 0x7F == 0 else { continue }
                let stamp = packet[4..<8].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
                let samples = packet[12...].map(Companding.muLaw.decode), first = base ?? stamp
                base = first
                let place = Int(Int32(bitPattern: stamp &- first))
                guard place >= 0, place < Clip.rate * 120 else { continue }
                if heard.count < place + samples.count { heard += [Int16](repeating: 0, count: place + samples.count - heard.count) }
                heard.replaceSubrange(place..<(place + samples.count), with: samples)
                toneSteps = Self.isTone(samples) || toneSteps >= Self.wholeTone ? toneSteps + 1 : max(0, toneSteps - Self.gap)
            }
            let isSpeaking = toneSteps >= Self.wholeTone
            let samples = isSpeaking ? Array(script[said..<min(said + 160, script.count)]) : [Int16](repeating: 0, count: 160)
            if isSpeaking { said += 160 }
            sound.send(packet(step, samples), to: target)
        }
        return Outcome(heard: heard, saidMilliseconds: min(said, speech.count) * 1000 / Clip.rate)
    }

    /// Packets of twenty milliseconds that must have the tone before it counts as the one that recording begins with, which is half a second long.
    private static let wholeTone = 16
    /// How many of them a packet without the tone cancels. One may be lost on a busy machine, so it does not cancel all; greetings have no such tone.
    private static let gap = 4

    private func packet(_ step: Int, _ samples: [Int16]) -> [UInt8] {
        let stamp = UInt32(step * 160)
        return [0x80, 0, UInt8(step >> 8 & 255), UInt8(step & 255)] + (0..<4).map { UInt8(truncatingIfNeeded: stamp >> (24 - 8 * UInt32($0))) } + [
            0x0D, 0xE3, 0x0C, 0xA1,
        ]
            + samples.map(Companding.muLaw.encode)
    }

    /// Whether most of it is at 440 Hz (Goertzel).
    private static func isTone(_ samples: [Int16]) -> Bool {
        let coefficient = 2 * cos(2 * Double.pi * 440 / Double(Clip.rate))
        var (first, second, energy) = (0.0, 0.0, 0.0)
        for sample in samples {
            (first, second) = (Double(sample) + coefficient * first - second, first)
            energy += Double(sample) * Double(sample)
        }
        guard energy > 1000 * Double(samples.count) else { return false }
        return 2 * (first * first + second * second - coefficient * first * second) / (Double(samples.count) * energy) > 0.8
    }
}
