import Foundation
import TestKit

/// A proxy that others have written, in front of the server.
struct Kamailio {
    let port: Int

    struct DidNotStart: Error {
        let log: String
    }

    /// Runs it while `body` does.
    /// - Parameters:
    ///   - way: its failure route: `TARGET` or `DIVERSION`.
    ///   - voicemail: where that sends calls.
    static func run<Value: Sendable>(_ way: String, voicemail: Int, _ body: (Kamailio) async throws -> Value) async throws -> Value {
        // The subscriber, who is busy.
        let socket = Locked<DatagramSocket?>(nil)
        let busy = try DatagramSocket { received in
            guard let call = TestPhone.Message(received.bytes), call.method == "INVITE" else { return }
            let lines =
                ["via", "from", "call-id", "cseq"].map { "\($0): \(call.headers[$0] ?? "")" } + [
                    "to: \(call.headers["to"] ?? "");tag=busy", "content-length: 0",
                ]
            socket.withLockedValue { $0 }?.send(Array("SIP/2.0 486 Busy Here\r\n\(lines.joined(separator: "\r\n"))\r\n\r\n".utf8), to: received.port)
        }
        socket.withLockedValue { $0 = busy }
        defer { busy.close() }
        let port = try FreePort.draw()
        return try await TemporaryDirectory.run { directory in
            let template = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Scenarios/kamailio.cfg")
            var text = try String(contentsOf: template, encoding: .utf8)
            for (word, value) in [("PORT", "\(port)"), ("BUSY", "\(busy.port)"), (":VOICEMAIL", ":\(voicemail)"), ("WAY", way)] {
                text = text.replacingOccurrences(of: word, with: value)
            }
            try Data(text.utf8).write(to: URL(filePath: directory.path + "/kamailio.cfg"))
            let log = directory.path + "/kamailio.log"
            _ = FileManager.default.createFile(atPath: log, contents: nil)
            let output = try FileHandle(forWritingTo: URL(filePath: log))
            let proxy = try ChildProcess(
                ["kamailio", "-DD", "-E", "-m", "32", "-M", "4", "-Y", directory.path, "-f", directory.path + "/kamailio.cfg"], output: output.fileDescriptor,
                errors: output.fileDescriptor)
            func answers() async throws {
                let phone = try TestPhone(server: port)
                defer { phone.close() }
                for _ in 0..<1000 {
                    phone.send(phone.request("OPTIONS", user: "proxy"))
                    if (try? await phone.next("the proxy", within: 0) { $0.status == 200 }) != nil { return }
                    try await Task.sleep(for: .milliseconds(100))
                }
                throw DidNotStart(log: String(try String(contentsOfFile: log, encoding: .utf8).suffix(2000)))
            }
            func stop() async throws {
                // The main process ends its children.
                proxy.send(SIGTERM)
                _ = await proxy.status()
                try output.close()
            }
            do {
                try await answers()
                let value = try await body(Kamailio(port: port))
                try await stop()
                return value
            } catch {
                try await stop()
                throw error
            }
        }
    }
}
