import ArgumentParser
import Foundation
import Hummingbird
import Logging
import Synchronization

/// The local receiver of N1, N2 and N4.
struct Sink: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Takes what is posted to it until it is ended, and says at /count how much that was, and in how long a time from the first to the last.")

    @Option var port: Int
    @Option(help: "A file for the first bodies, a line each, with the time at which it came in microseconds before it.") var save: String?
    @Option(help: "How many of them.") var first = 5000

    /// What has come.
    private struct Tally {
        var count = 0
        var first = ContinuousClock.now
        var last = ContinuousClock.now
        var file: FileHandle?
    }

    func run() async throws {
        var file: FileHandle?
        if let save {
            guard FileManager.default.createFile(atPath: save, contents: nil) else { throw ValidationError("cannot write \(save)") }
            file = FileHandle(forWritingAtPath: save)
        }
        let tally = TallyBox(Tally(file: file)), limit = first
        let router = Router()
        router.get("/count") { _, _ in
            let now = tally.value.withLock { $0 }
            return "{\"count\":\(now.count),\"seconds\":\((now.last - now.first) / .seconds(1))}"
        }
        router.post("/") { request, _ in
            let body = try await request.body.collect(upTo: 1 << 20)
            let time = Int(Date().timeIntervalSince1970 * 1e6), now = ContinuousClock.now
            try tally.value.withLock { tally in
                if tally.count == 0 { tally.first = now }
                tally.last = now
                // A line of JSON may be broken anywhere between words, and is as long without.
                let line = String(buffer: body).replacing("\n", with: " ")
                if tally.count < limit { try tally.file?.write(contentsOf: Data("\(time)\t\(line)\n".utf8)) }
                tally.count += 1
            }
            return HTTPResponse.Status.ok
        }
        var logger = Logger(label: "sink")
        logger.logLevel = .error
        let application = Application(
            router: router, configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: port)), logger: logger)
        try await application.runService()
    }

    private final class TallyBox: Sendable {
        let value: Mutex<Tally>

        init(_ tally: sending Tally) { value = Mutex(tally) }
    }
}
