import ArgumentParser
import Hummingbird
import Logging

/// R7's yardstick: the framework with nothing on it.
struct Hello: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Serves a bare Hummingbird \"hello\" until it is ended.")

    @Option var port: Int

    func run() async throws {
        let router = Router()
        router.get("/") { _, _ in "Hello, world" }
        var logger = Logger(label: "hello")
        logger.logLevel = .error
        let application = Application(
            router: router, configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: port)), logger: logger)
        try await application.runService()
    }
}
