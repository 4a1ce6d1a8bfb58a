import Foundation
import NIOCore
import NIOPosix
import Voicemail

/// Text to speech by `espeak-ng`, executed with an argument vector; the text goes to its standard input.
public struct EspeakSynthesizer: SpeechSynthesizer {
    private static let program = "espeak-ng"
    /// A thousand characters at the slowest take about four minutes to speak and well under a second to make.
    private static let timeLimit = Duration.seconds(30)
    /// Bytes of a finished file: more than a thousand characters can come to.
    private static let longestSound = 32 << 20

    /// Of the server's own variables, some of which are secrets, it needs none.
    private static let environment = ["PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8"]

    private let path: String
    private let pool: NIOThreadPool

    /// Finds the program, once: it is started by its path from then on.
    /// - Parameters:
    ///   - searchPath: folders separated by colons, as in `PATH`.
    ///   - pool: where programs are waited for; its size bounds how many run at once.
    /// - Returns: nil when it is not installed.
    public init?(searchPath: String, pool: NIOThreadPool) {
        let candidates = searchPath.split(separator: ":").map { $0 + "/" + Self.program }
        // From the root, so that it stays the same program wherever the process goes; a directory can be entered, not run.
        guard let path = candidates.first(where: { $0.hasPrefix("/") && Program.isExecutable($0) }) else { return nil }
        self.path = path
        self.pool = pool
    }

    public func speak(_ request: SpeechRequest) async throws -> ByteBuffer {
        guard let voices = Self.voices(of: request.language) else { throw SpeechError.unknownLanguage }
        return try await pool.runIfActive {
            for voice in voices {
                if let sound = try run(request, voice: voice) { return sound }
            }
            throw SpeechError.unknownLanguage
        }
    }

    /// The program's names for a language, best first: `de-at`, then `de`.
    /// - Returns: nil for what is no language tag.
    static func voices(of language: String) -> [String]? {
        let parts = language.lowercased().split(separator: "-", omittingEmptySubsequences: false)
        let areTags = parts.allSatisfy { (1...8).contains($0.utf8.count) && $0.utf8.allSatisfy(isTagByte) }
        guard let first = parts.first, areTags, (2...3).contains(first.utf8.count), parts.count <= 4 else { return nil }
        return parts.count == 1 ? [String(first)] : [parts.joined(separator: "-"), String(first)]
    }

    private static func isTagByte(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || byte.isDigit
    }

    /// Words a minute, pitch and amplitude in the program's terms: its own standard in the middle of 1…100.
    static func options(_ request: SpeechRequest) -> [String] {
        var options: [String] = []
        if let speed = request.speed {
            options += ["-s", String(speed <= 50 ? 80 + 95 * (speed - 1) / 49 : 175 + 275 * (speed - 50) / 50)]
        }
        if let pitch = request.pitch { options += ["-p", String(pitch - 1)] }
        if let volume = request.volume { options += ["-a", String(volume * 2)] }
        return options
    }

    /// - Returns: nil when the program has no such voice.
    private func run(_ request: SpeechRequest, voice: String) throws -> ByteBuffer? {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("aftertone-speech-" + HexID.random() + ".wav")
        defer { try? FileManager.default.removeItem(at: file) }
        let program = Program(
            path: path, arguments: ["--stdin", "-v", voice, "-w", file.path] + Self.options(request), environment: Self.environment,
            timeLimit: Self.timeLimit)
        let ending: Program.Ending
        do { ending = try program.run(telling: request.text) } catch { throw SpeechError.failed("\(path) \(error)") }
        guard ending.status == 0 else {
            // espeak-ng says on stderr that it has no such voice, and ends without having read the text.
            if ending.complaint.contains("voice does not exist") { return nil }
            throw SpeechError.failed("\(Self.program) ended with \(ending.status): \(ending.complaint)")
        }
        guard ending.heardAll else { throw SpeechError.failed("\(Self.program) was not told all") }
        return try read(file)
    }

    private func read(_ file: URL) throws -> ByteBuffer {
        do {
            let size = try file.resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0
            guard (1...Self.longestSound).contains(size) else { throw SpeechError.failed("\(Self.program) made \(size) bytes") }
            return ByteBuffer(bytes: try Data(contentsOf: file))
        } catch let error as SpeechError {
            throw error
        } catch {
            throw SpeechError.failed("\(Self.program) left no file: \(error)")
        }
    }
}
