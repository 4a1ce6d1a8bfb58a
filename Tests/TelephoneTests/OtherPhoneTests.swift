import Foundation
import Server
import TestKit
import Testing
import Voicemail

/// Telephones that others have written: what crosses the wire is not only understood by a phone of our own.
@Suite("Telephones that others have written leave messages")
struct OtherPhoneTests {
    /// Two seconds of a tone, as a WAV file for one and as bare µ-law for the other.
    private static func writeSpeech(in directory: String) throws {
        let samples = (0..<8000 * 20).map { Int16(sin(2 * .pi * 500 * Double($0) / 8000) * 12_000) }
        var wave = Array("RIFF".utf8) + little(36 + samples.count * 2, 4) + Array("WAVEfmt ".utf8) + little(16, 4) + little(1, 2) + little(1, 2)
        wave += little(8000, 4) + little(16_000, 4) + little(2, 2) + little(16, 2) + Array("data".utf8) + little(samples.count * 2, 4)
        wave += samples.flatMap { little(Int($0), 2) }
        try Data(wave).write(to: URL(filePath: directory + "/speech.wav"))
        try Data(samples.map { TestLaw.muLaw(Int($0)) }).write(to: URL(filePath: directory + "/speech.ul"))
    }

    private static func little(_ value: Int, _ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }

    private static func isInstalled(_ program: String) -> Bool {
        let found = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(program)") }
        if !found { print("\(program) is not installed, so it leaves no message here") }
        return found
    }

    @Test("sipp over UDP and TCP, several calls at once, each whole", .enabled(if: isInstalled("sipp")), arguments: ["u1", "t1"])
    func sipp(transport: String) async throws {
        try await CallWorld.run(["skip_greeting": true, "skip_instructions": true]) { world in
            try await TemporaryDirectory.run { directory in
                try Self.writeSpeech(in: directory.path)
                let template = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Scenarios/leave.xml")
                let scenario = try String(contentsOf: template, encoding: .utf8).replacingOccurrences(of: "SOUND", with: directory.path + "/speech.ul")
                    .replacingOccurrences(of: "HOLD", with: "4000")
                try Data(scenario.utf8).write(to: URL(filePath: directory.path + "/leave.xml"))
                let outcome = try await Shell.run(
                    "sipp -sf leave.xml -s 1000 -m 5 -r 5 -t \(transport) -i 127.0.0.1 -mi 127.0.0.1 -nostdin -timeout 60 -trace_err 127.0.0.1:\(world.server.sipPort) > sipp.log 2>&1; echo status $?",
                    environment: ProcessInfo.processInfo.environment, in: directory.path)
                #expect(outcome.output.contains("status 0"), "\(outcome.output)")
                let messages = try await world.messages(5)
                #expect(messages.count == 5)
                for message in messages {
                    #expect(message.callerNumber == "5551234" && message.callerName == "Sipp")
                    #expect(message.reception?.lost == 0)
                    #expect(TestTone.milliseconds(of: 500, in: try await world.sound(of: message)) >= 2500)
                }
            }
        }
    }

    @Test("baresip speaks and hears the tone", .enabled(if: isInstalled("baresip")))
    func baresip() async throws {
        try await CallWorld.run { world in
            try await TemporaryDirectory.run { directory in
                try Self.writeSpeech(in: directory.path)
                let configuration = """
                    sip_listen 127.0.0.1:0
                    net_interface 127.0.0.1
                    module_path /usr/lib/baresip/modules
                    module g711.so
                    module aufile.so
                    module sndfile.so
                    module_tmp account.so
                    module_app menu.so
                    audio_source aufile,\(directory.path)/speech.wav
                    audio_player aufile,\(directory.path)/unused.wav
                    audio_alert aufile,\(directory.path)/unused.wav
                    snd_path \(directory.path)
                    rtp_ports 41000-42000

                    """
                try Data(configuration.utf8).write(to: URL(filePath: directory.path + "/config"))
                try Data("<sip:2001@127.0.0.1>;regint=0;audio_codecs=PCMU\n".utf8).write(to: URL(filePath: directory.path + "/accounts"))
                try Data().write(to: URL(filePath: directory.path + "/contacts"))
                _ = try await Shell.run(
                    "timeout 30 baresip -f . -e '/dial sip:1000@127.0.0.1:\(world.server.sipPort)' -t 8 > baresip.log 2>&1", environment: ProcessInfo.processInfo.environment,
                    in: directory.path)
                let message = try #require(try await world.messages(1).first)
                #expect(message.callerNumber == "2001")
                #expect(message.reception?.lost == 0)
                let heard = try await world.sound(of: message)
                #expect(TestTone.milliseconds(of: 500, in: heard) >= 3000)
            }
        }
    }
}
