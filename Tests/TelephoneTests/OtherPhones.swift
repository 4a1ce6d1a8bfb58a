import Foundation
import TestKit

/// Telephones that others have written, and what they say.
enum OtherPhones {
    /// Twenty seconds of a tone, as a WAV file for one and as bare µ-law for the other.
    /// - Parameters:
    ///   - rate: of the WAV file; baresip takes none but its codec's.
    ///   - channels: likewise.
    static func writeSpeech(in directory: String, rate: Int = 8000, channels: Int = 1) throws {
        let samples = (0..<rate * 20).map { Int16(sin(2 * .pi * 500 * Double($0) / Double(rate)) * 12_000) }
        var wave =
            Array("RIFF".utf8) + little(36 + samples.count * 2 * channels, 4) + Array("WAVEfmt ".utf8) + little(16, 4) + little(1, 2) + little(channels, 2)
        wave += little(rate, 4) + little(rate * 2 * channels, 4) + little(2 * channels, 2) + little(16, 2) + Array("data".utf8)
        wave += little(samples.count * 2 * channels, 4)
        wave += samples.flatMap { sample in (0..<channels).flatMap { _ in little(Int(sample), 2) } }
        try Data(wave).write(to: URL(filePath: directory + "/speech.wav"))
        try Data(samples.map { TestLaw.muLaw(Int($0)) }).write(to: URL(filePath: directory + "/speech.ul"))
    }

    private static func little(_ value: Int, _ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }

    static func isInstalled(_ program: String) -> Bool {
        let found = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").contains {
            FileManager.default.isExecutableFile(atPath: "\($0)/\(program)")
        }
        if !found { print("\(program) is not installed, so it makes no call here") }
        return found
    }

    /// Calls and speaks for some seconds, several at once.
    /// - Parameters:
    ///   - scenario: a file of `Scenarios`.
    ///   - options: more of them.
    static func sipp(_ scenario: String, calls: Int = 5, transport: String = "u1", options: String = "", to port: Int) async throws -> (
        output: String, isWell: Bool
    ) {
        try await TemporaryDirectory.run { directory in
            try writeSpeech(in: directory.path)
            let template = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Scenarios/\(scenario).xml")
            let text = try String(contentsOf: template, encoding: .utf8).replacingOccurrences(of: "SOUND", with: directory.path + "/speech.ul")
                .replacingOccurrences(of: "HOLD", with: "8000")
            try Data(text.utf8).write(to: URL(filePath: directory.path + "/scenario.xml"))
            let outcome = try await Shell.run(
                "sipp -sf scenario.xml -s 1000 -m \(calls) -r 5 -t \(transport) \(options) -i 127.0.0.1 -mi 127.0.0.1 -nostdin -timeout 60 -trace_err 127.0.0.1:\(port) > sipp.log 2>&1 && echo status 0; tail -n 40 sipp.log *_errors.log 2>/dev/null || true",
                environment: ProcessInfo.processInfo.environment, in: directory.path)
            return (outcome.output, outcome.output.hasPrefix("status 0"))
        }
    }

    /// Calls, speaks for eight seconds and hangs up.
    /// - Parameters:
    ///   - account: parameters of its account.
    ///   - uri: parameters of addresses.
    /// - Returns: what it printed.
    static func baresip(account: String = "", uri: String = "", modules: [String] = [], rate: Int = 8000, channels: Int = 1, to port: Int) async throws
        -> String
    {
        try await TemporaryDirectory.run { directory in
            try writeSpeech(in: directory.path, rate: rate, channels: channels)
            let configuration = """
                sip_listen 127.0.0.1:0
                net_interface 127.0.0.1
                module_path /usr/lib/baresip/modules
                module g711.so
                module aufile.so
                module sndfile.so
                \(modules.map { "module \($0).so\n" }.joined())module_tmp account.so
                module_app menu.so
                audio_source aufile,\(directory.path)/speech.wav
                audio_player aufile,\(directory.path)/unused.wav
                audio_alert aufile,\(directory.path)/unused.wav
                snd_path \(directory.path)
                rtp_ports 41000-42000

                """
            try Data(configuration.utf8).write(to: URL(filePath: directory.path + "/config"))
            try Data("<sip:2001@127.0.0.1\(uri)>;regint=0\(account.contains("audio_codecs") ? "" : ";audio_codecs=PCMU")\(account)\n".utf8).write(
                to: URL(filePath: directory.path + "/accounts"))
            try Data().write(to: URL(filePath: directory.path + "/contacts"))
            let outcome = try await Shell.run(
                "timeout 30 baresip -f . -e '/dial sip:1000@127.0.0.1:\(port)\(uri)' -t 8 2>&1 | tail -c 4000",
                environment: ProcessInfo.processInfo.environment,
                in: directory.path)
            return outcome.output
        }
    }
}
