import ArgumentParser
import Foundation
import HTTPFront
import Logging
import Server
import ServiceLifecycle
import UnixSignals

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Runs the server.",
        discussion: """
            Prints "listening on" and the address for each listener once requests are accepted there. SIGTERM and SIGINT let requests \
            under way finish, then it ends with status 0. SIGHUP reads the certificate anew.
            """)

    @OptionGroup var common: CommonOptions

    @Option(help: ArgumentHelp(
        "Where to accept requests, instead of what the configuration says: HOST:PORT, http://HOST:PORT or https://HOST:PORT. Can be repeated.",
        valueName: "address"))
    var listen: [ListenAddress] = []

    @Option(help: ArgumentHelp("Where to take calls. This version has no telephone yet.", valueName: "host:port"))
    var sip: String?

    func run() async throws {
        if sip != nil { throw Refusal("--sip: this version cannot take calls yet") }
        var configuration = try common.loadConfiguration()
        if !listen.isEmpty { configuration.http.listen = listen }
        guard configuration.http.tls != nil || !configuration.http.listen.contains(where: \.isSecure) else {
            throw ValidationError("an https address needs http.tls in the configuration")
        }
        try await Serving.run(configuration)
    }
}

extension ListenAddress: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}

/// What `serve` and `demo` have in common.
enum Serving {
    /// Serves until a signal ends it.
    /// - Parameter prepare: run before anything is accepted.
    static func run(
        _ configuration: Configuration, prepare: (Installation) async throws -> Void = { _ in },
        onListening: @escaping @Sendable (ListenAddress) async -> Void = { _ in }
    ) async throws {
        ProcessMemory.keepSmall()
        OpenFiles.raiseLimit()
        let logger = CommonOptions.logger(configuration.logLevel)
        for name in Configuration.unknownVariables(in: ProcessInfo.processInfo.environment) {
            logger.warning("a variable of the environment is no setting", metadata: ["name": "\(Terminal.visible(name))"])
        }
        let registry = MetricsRegistry()
        let installation = try await Installation.open(
            configuration, for: .server, creating: true, instruments: StorageInstruments(registry), logger: logger)
        do {
            try await prepare(installation)
            let server = AftertoneServer(installation, registry: registry, stopSignals: [.sigterm, .sigint], reloadSignals: [.sighup]) { bound in
                let address = ListenAddress(host: bound.listener.host, port: bound.port, isSecure: bound.listener.tls != nil)
                Terminal.print("listening on \(address)")
                await onListening(address)
            }
            try await server.run()
        } catch {
            try await installation.close()
            throw error
        }
        try await installation.close()
    }
}
