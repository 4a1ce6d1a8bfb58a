import Foundation
import TestKit
import Testing

/// The demonstration's own call: over real SIP, heard and said, and told by every interface.
@Suite struct DemoCallTests {
    @Test func theCallIsHeardAndToldByEveryInterface() async throws {
        try await TemporaryDirectory.run { directory in
            let file = directory.path + "/heard.wav"
            try await CommandLineProgram.running(["demo", "--listen", "127.0.0.1:0", "--call", "--heard", file]) { program in
                // Once in what to type, and once of the call.
                var lines = await program.lines(upTo: "S-Series and OpenVox UC")
                lines += await program.lines(upTo: "call      ")
                try #require(lines.last?.contains("failed") == false, "\(lines.last ?? "")")
                lines += await program.lines(upTo: "S-Series and OpenVox UC")
                let message = await program.lines(upTo: "  {")
                let text = (lines + message).joined(separator: "\n")
                #expect(text.contains("Dora Call 493055501234 called mailbox 1001"), "\(text)")
                for title in ["KAZOO", "Yeastar P-Series"] { #expect(lines.filter { $0 == title }.count == 2, "\(title)") }
                #expect(text.components(separatedBy: "493055501234").count >= 5, "\(text)")
                let sound = [UInt8](try Data(contentsOf: URL(filePath: file)))
                let samples = stride(from: 44, to: sound.count - 1, by: 2).map { Int(Int16(bitPattern: UInt16(sound[$0]) | UInt16(sound[$0 + 1]) << 8)) }
                #expect(TestTone.milliseconds(of: 440, in: samples) >= 400)
                program.send(SIGINT)
                #expect(await program.status() == 0)
            }
        }
    }
}
