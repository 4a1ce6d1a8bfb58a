import Foundation
import TestKit

/// A telephone system that others have written, which forwards calls to the server: the one that `scripts/install asterisk` lays.
struct Asterisk {
    let port: Int

    struct DidNotStart: Error {
        let log: String
    }

    private static let root = URL(filePath: #filePath).appending(path: "../../../.build/asterisk").standardizedFileURL.path

    /// Whether there is one that this process may run.
    static var isThere: Bool { geteuid() == 0 && FileManager.default.fileExists(atPath: root + "/laid") }

    /// Runs it while `body` does.
    /// - Parameter voicemail: where it forwards calls.
    static func run<Value: Sendable>(voicemail: Int, _ body: (Asterisk) async throws -> Value) async throws -> Value {
        let port = try FreePort.draw()
        let name = "aftertone-\(UInt32.random(in: 0...(.max)))", files = FileManager.default
        let settings = root + "/etc/" + name, state = root + "/tmp/" + name
        for directory in [settings, state] { try files.createDirectory(atPath: directory, withIntermediateDirectories: true) }
        defer {
            for directory in [settings, state] { try? files.removeItem(atPath: directory) }
        }
        let scenario = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Scenarios/asterisk").path
        for file in try files.contentsOfDirectory(atPath: scenario) {
            var text = try String(contentsOfFile: scenario + "/" + file, encoding: .utf8)
            for (word, value) in [("HERE", name), (":PORT", ":\(port)"), ("VOICEMAIL", "\(voicemail)")] {
                text = text.replacingOccurrences(of: word, with: value)
            }
            try Data(text.utf8).write(to: URL(filePath: settings + "/" + file))
        }
        let log = state + "/output"
        _ = files.createFile(atPath: log, contents: nil)
        let output = try FileHandle(forWritingTo: URL(filePath: log))
        let program = try ChildProcess(
            ["chroot", root, "asterisk", "-f", "-C", "/etc/\(name)/asterisk.conf"], output: output.fileDescriptor, errors: output.fileDescriptor)
        func stop() async throws {
            program.send(SIGTERM)
            _ = await program.status()
            try output.close()
        }
        do {
            try await answers(port, log)
            let value = try await body(Asterisk(port: port))
            try await stop()
            return value
        } catch {
            try await stop()
            throw error
        }
    }

    private static func answers(_ port: Int, _ log: String) async throws {
        let phone = try TestPhone(server: port)
        defer { phone.close() }
        for _ in 0..<1000 {
            phone.send(phone.request("OPTIONS", user: "1000"))
            if (try? await phone.next("Asterisk", within: 0) { $0.status != nil }) != nil { return }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw DidNotStart(log: String(try String(contentsOfFile: log, encoding: .utf8).suffix(2000)))
    }
}
