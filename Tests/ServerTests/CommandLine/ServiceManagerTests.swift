import Foundation
import TestKit
import Testing
import Voicemail

/// What a service manager is told (sd_notify), and what it tells the server.
@Suite struct ServiceManagerTests {
    /// Somebody who listens as systemd does.
    private final class Manager {
        let path: String
        private let descriptor: Int32

        init(in directory: String) throws {
            path = directory + "/notify"
            descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            try #require(path.utf8.count < MemoryLayout.size(ofValue: address.sun_path))
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
            let bound = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
            }
            try #require(bound == 0)
        }

        deinit { close(descriptor) }

        /// The next thing it is told; nil when there is none yet.
        func next() -> String? {
            var bytes = [UInt8](repeating: 0, count: 512)
            let count = recv(descriptor, &bytes, bytes.count, Int32(MSG_DONTWAIT))
            return count > 0 ? String(decoding: bytes.prefix(count), as: UTF8.self) : nil
        }

        func wait(for text: String) async throws {
            while true {
                if let told = next() {
                    if told == text { return }
                } else {
                    try await Task.sleep(for: .milliseconds(10))
                }
            }
        }
    }

    private static func scratch(_ body: (String) async throws -> Void) async throws {
        // A socket's name may have no more than a hundred bytes.
        let path = "/tmp/at-\(HexID.random().prefix(8))"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        do { try await body(path) } catch {
            try FileManager.default.removeItem(atPath: path)
            throw error
        }
        try FileManager.default.removeItem(atPath: path)
    }

    @Test func itIsToldThatTheServerIsReadyLivesAndStops() async throws {
        try await Self.scratch { path in
            let manager = try Manager(in: path)
            let environment = ["NOTIFY_SOCKET": manager.path, "WATCHDOG_USEC": "600000"]
            try await CommandLineProgram.running(
                ["serve", "--data", path + "/data", "--listen", "127.0.0.1:0", "--listen", "127.0.0.1:0", "--sip", "127.0.0.1:0"], environment: environment
            ) { program in
                try await manager.wait(for: "READY=1")
                for _ in 0..<3 { try await manager.wait(for: "WATCHDOG=1") }
                program.send(SIGTERM)
                try await manager.wait(for: "STOPPING=1")
                #expect(await program.status() == 0)
            }
        }
    }

    @Test func aFullDiskIsNoReasonToStartAnew() async throws {
        try await Self.scratch { path in
            let manager = try Manager(in: path)
            let environment = ["NOTIFY_SOCKET": manager.path, "WATCHDOG_USEC": "600000", "AFTERTONE_ARCHIVE_RESERVE_BYTES": "9000000000000000"]
            try await CommandLineProgram.running(["serve", "--data", path + "/data", "--listen", "127.0.0.1:0"], environment: environment) { program in
                try await manager.wait(for: "READY=1")
                let port = try #require(await program.port())
                let ready = try await Shell.run(
                    "curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1:\(port)/readyz", environment: ["PATH": "/usr/bin:/bin"], in: path)
                #expect(ready.output == "503")
                for _ in 0..<3 { try await manager.wait(for: "WATCHDOG=1") }
            }
        }
    }

    @Test func aHangupReadsTheConfigurationAnewAndSaysWhatHolds() async throws {
        try await Self.scratch { path in
            let file = path + "/aftertone.yaml"
            func write(_ text: String) throws { try Data(text.utf8).write(to: URL(filePath: file)) }
            try write("log: {level: notice}\nhttp: {listen: [\"http://127.0.0.1:0\"]}\n")
            try await CommandLineProgram.running(["serve", "--data", path + "/data", "--config", file]) { program in
                let port = try #require(await program.port())
                func ask() async throws {
                    _ = try await Shell.run("curl -s -o /dev/null http://127.0.0.1:\(port)/livez", environment: ["PATH": "/usr/bin:/bin"], in: path)
                }
                func wait(for text: String) async throws {
                    while try !program.errors().contains(text) { try await Task.sleep(for: .milliseconds(10)) }
                }
                try await ask()
                #expect(try !program.errors().contains("path=/livez"))
                try write("log: {level: warning, levels: [http=info], format: json}\nhttp: {listen: [\"http://127.0.0.1:0\"]}\nkazoo: {node: other}\n")
                program.send(SIGHUP)
                try await wait(for: "settings were changed and hold after a restart")
                try await ask()
                try await wait(for: "path=/livez")
                let lines = try program.errors().split(separator: "\n").compactMap { try? JSON.parse(String($0)) }
                let waiting = try #require(lines.first { $0.text("message").contains("after a restart") })
                #expect(waiting["settings"] == "kazoo.node" && waiting["level"] == "warning" && waiting["part"] == "server")
                let request = try #require(lines.first { $0.text("message").contains("path=/livez") })
                #expect(request["part"] == "http" && request["level"] == "info" && !request.text("time").isEmpty)
                // What cannot be used changes nothing.
                try write("log: {level: loud}\n")
                program.send(SIGHUP)
                try await wait(for: "the configuration cannot be used")
                #expect(try program.errors().contains("log.level is"))
            }
        }
    }
}
