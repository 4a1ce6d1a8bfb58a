import Foundation
import NIOPosix
import TestKit

/// Chromium's own driver, as a process on a port of its own.
struct Driver {
    struct NotStarted: Error { let said: String }

    let port: Int
    private let process: ChildProcess
    /// What it prints goes here while it runs.
    private let output: Pipe

    /// It draws a port of one address family and ends where another program has that port in the other: then it draws again.
    init() async throws {
        var said = ""
        for _ in 1...10 {
            let output = Pipe()
            let process = try ChildProcess(["chromedriver", "--port=0"], output: output.fileHandleForWriting.fileDescriptor)
            try output.fileHandleForWriting.close()
            let descriptor = output.fileHandleForReading.fileDescriptor
            let told = try await NIOThreadPool.singleton.runIfActive { Self.read(descriptor) }
            if let port = told.port {
                (self.port, self.process, self.output) = (port, process, output)
                return
            }
            said += told.text
            _ = await process.status()
        }
        throw NotStarted(said: said)
    }

    func stop() async {
        process.send(SIGTERM)
        _ = await process.status()
        withExtendedLifetime(output) {}
    }

    /// Reads until it has told its port or is gone. Blocks.
    private static func read(_ descriptor: Int32) -> (port: Int?, text: String) {
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: false)
        var text = ""
        while true {
            let more = handle.availableData
            if more.isEmpty { return (nil, text) }
            text += String(decoding: more, as: UTF8.self)
            if let match = text.firstMatch(of: /started successfully on port ([0-9]+)/) { return (Int(match.output.1), text) }
        }
    }
}
