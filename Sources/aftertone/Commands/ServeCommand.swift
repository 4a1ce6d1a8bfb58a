import ArgumentParser
import Foundation
import HTTPFront
import Logging
import Server
import ServiceLifecycle
import UnixSignals
import Voicemail
import Web

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Runs the server.",
        discussion: """
            Prints "listening on" and the address for each listener once requests are accepted there. SIGTERM and SIGINT let requests \
            under way finish, then it ends with status 0. SIGHUP reads certificates and the configuration anew. Sockets that systemd hands over \
            (aftertone.socket) are listened on; each stands for the address of its own, whatever names that.
            """)

    @OptionGroup var common: CommonOptions

    @Option(
        help: ArgumentHelp(
            "Where to accept requests, instead of what http.listen says: HOST:PORT, http://HOST:PORT or https://HOST:PORT. Can be repeated.",
            valueName: "address"),
        transform: ListenAddress.parse)
    var listen: [ListenAddress] = []

    @Option(
        help: ArgumentHelp(
            "Where to take calls, over UDP and TCP, instead of what the configuration says: HOST:PORT, the host in numbers.", valueName: "host:port"),
        transform: CallAddress.parse)
    var sip: CallAddress?

    func run() async throws {
        var configuration = try common.loadConfiguration()
        if let sip { configuration.telephone.listen = sip }
        if !listen.isEmpty { configuration.http.listen = listen }
        guard configuration.http.tls != nil || !configuration.http.listen.contains(where: \.isSecure) else {
            throw ValidationError("an https address needs http.tls in the configuration")
        }
        if let address = configuration.http.addressOfBoth { throw ValidationError("\(address) is the page's own, by web.listen") }
        let sockets = try ReceivedSocket.all(environment: ProcessInfo.processInfo.environment)
        try await Serving.run(
            configuration, sockets: sockets, settings: common.settings, onCalls: { [output = common.output] in output.show(takingCallsOn: $0) }
        ) { [output = common.output] address, dialects, setup in
            output.show(listeningOn: address, with: dialects)
            if let setup, dialects.hasPage { output.show(setup: setup, at: address) }
        }
    }
}

extension ListenAddress: ExpectedArgument {
    static var expectation: String { "HOST:PORT, http://HOST:PORT or https://HOST:PORT, and an IPv6 address in brackets" }
}

extension CallAddress: ExpectedArgument {
    static var expectation: String { "HOST:PORT, the host in numbers, and an IPv6 address in brackets" }
}

extension Output {
    func show(takingCallsOn address: CallAddress) {
        guard json else { return Terminal.print("listening on \(address)") }
        let line: JSONObject = ["id": "listener", "address": .string("\(address)")]
        show(line)
    }

    /// The line for a listener. One that is the page's own says so.
    func show(listeningOn address: ListenAddress, with dialects: DialectChoice) {
        let isPage = dialects.hasPage && dialects != .all
        guard json else { return Terminal.print((isPage ? "the web page is listening on " : "listening on ") + "\(address)") }
        var line: JSONObject = ["id": "listener", "address": .string("\(address)")]
        if isPage { line["page"] = true }
        show(line)
    }
}

extension Output {
    /// Where a server that has nothing yet is set up: what comes behind the address, and only who runs the server is to see.
    func show(setup path: String, at address: ListenAddress) {
        guard json else { return Terminal.print("set it up at \(address)\(path)") }
        let line: JSONObject = ["id": "setup", "address": .string("\(address)\(path)")]
        show(line)
    }
}

/// What `serve` and `demo` have in common.
enum Serving {
    /// Serves until a signal ends it.
    /// - Parameters:
    ///   - sockets: those that were handed over.
    ///   - prepare: run before anything is accepted.
    ///   - settings: reads the settings anew; nil where there are none to read.
    ///   - onCalls: told where calls are taken, once they are.
    ///   - onListening: told of each address once requests are accepted there, with what is there, and of the path where the server is set up, if
    ///     it is to be.
    static func run(
        _ configuration: Configuration, sockets: [ReceivedSocket] = [], prepare: (Installation) async throws -> Void = { _ in },
        settings: (@Sendable () throws -> (Configuration, [ShownSetting]))? = nil,
        onCalls: @escaping @Sendable (CallAddress) async -> Void = { _ in },
        onListening: @escaping @Sendable (ListenAddress, DialectChoice, _ setup: String?) async -> Void
    ) async throws {
        OpenFiles.raiseLimit()
        let spare = SpareDescriptors(SpareDescriptors.usual)
        let levels = LogLevels(configuration.log), tail = LogTail()
        let lines = LogBuffer { Terminal.write($0, to: Terminal.errors) }
        defer { lines.close() }
        let logger = Logger(label: "aftertone") { _ in
            // Lines of requests, which come by the thousand, are written together.
            ServerLog(levels, tail: tail) { line, level in lines.add(LogStream.line(line), isUrgent: level > .info) }
        }
        let environment = ProcessInfo.processInfo.environment
        let telephone = configuration.telephone, listeners = try configuration.http.listeners(sockets)
        let callListeners = telephone.listen == nil ? 0 : telephone.tls == nil ? 1 : 2
        let manager = ServiceManager(environment: environment, listeners: listeners.count + callListeners)
        for name in Configuration.unknownVariables(in: environment) {
            logger.warning("a variable of the environment is no setting", metadata: ["name": "\(Terminal.visible(name))"])
        }
        let registry = MetricsRegistry(), setup = SetupCode(), path = configuration.web.path
        let installation = try await Installation.open(
            configuration, for: .server, creating: true, instruments: StorageInstruments(registry), logger: logger)
        do {
            try await prepare(installation)
            let reload = Reloading(levels: levels, settings: settings, logger: logger)
            var surroundings = ServerSurroundings()
            surroundings.registry = registry
            surroundings.listeners = listeners
            surroundings.stopSignals = [.sigterm, .sigint]
            surroundings.reloadSignals = [.sighup]
            surroundings.onReload = { await reload.run() }
            surroundings.spare = spare
            surroundings.manager = manager
            surroundings.setup = setup
            surroundings.tail = tail
            surroundings.onCalls = onCalls
            let server = AftertoneServer(installation, in: surroundings) { bound in
                await onListening(
                    ListenAddress(host: bound.listener.host, port: bound.port, isSecure: bound.listener.tls != nil), bound.listener.dialects,
                    setup.text.map { path + "setup?code=" + $0 })
            }
            try await server.run()
        } catch {
            try await installation.close()
            throw error
        }
        try await installation.close()
    }
}
