import ArgumentParser
import Foundation
import Logging
import Server
import SystemPackage
import Voicemail

/// What every command takes.
struct CommonOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The data directory (default: $AFTERTONE_DATA, else ./aftertone-data).", valueName: "dir"))
    var data: String?

    @Option(help: ArgumentHelp("The configuration file (default: $\(Configuration.fileVariable), else none).", valueName: "file"))
    var config: String?

    @Flag(help: "Print JSON.")
    var json = false

    var output: Output { Output(json: json) }

    /// An empty variable names none, as service managers set those that are left open.
    private var fileOfEnvironment: String? {
        ProcessInfo.processInfo.environment[Configuration.fileVariable].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The configuration with what the command line says over it.
    func loadConfiguration() throws -> Configuration {
        let environment = ProcessInfo.processInfo.environment
        var configuration = try Configuration.load(file: config ?? fileOfEnvironment, environment: environment)
        if let data { configuration.data = data }
        guard !configuration.data.isEmpty else { throw ValidationError("--data is empty") }
        configuration.data = FilePath.settled(configuration.data).string
        return configuration
    }

    /// The same for who wants to know everything that is wrong with it.
    func examineConfiguration() throws -> ReadConfiguration {
        let environment = ProcessInfo.processInfo.environment
        var read = Configuration.examine(file: config ?? fileOfEnvironment, environment: environment)
        guard data?.isEmpty != true else { throw ValidationError("--data is empty") }
        if let data { read.use(data: data) }
        return read
    }

    /// The configuration, and every setting as it holds with where it comes from.
    @Sendable func settings() throws -> (Configuration, [ShownSetting]) {
        let environment = ProcessInfo.processInfo.environment
        let shown = try Configuration.settings(file: config ?? fileOfEnvironment, environment: environment)
        let configuration = try loadConfiguration()
        return (
            configuration,
            shown.map { $0.key == "data" ? ShownSetting("data", text: configuration.data, data == nil ? $0.origin : .commandLine("--data")) : $0 }
        )
    }

    /// Opens the data directory, runs `body` and closes it.
    /// - Parameter creating: whether a missing directory is made.
    func open<Value>(
        for use: DirectoryUse = .looks, creating: Bool = false, _ body: (Installation) async throws -> Value
    ) async throws -> Value {
        let installation = try await Installation.open(
            try loadConfiguration(), for: use, creating: creating, logger: Self.logger(.error))
        let value: Value
        do {
            let actor = AuditActor(interface: "command", id: NSUserName())
            value = try await AuditActor.$current.withValue(actor) { try await body(installation) }
        } catch {
            try await installation.close()
            throw error
        }
        try await installation.close()
        return value
    }

    /// Log lines go where complaints go, so that standard output stays clean.
    static func logger(_ level: Logger.Level) -> Logger {
        var logger = Logger(label: "aftertone") { StreamLogHandler(label: $0, stream: LogStream()) }
        logger.logLevel = level
        return logger
    }
}
