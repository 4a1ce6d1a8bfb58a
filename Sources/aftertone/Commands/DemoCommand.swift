import ArgumentParser
import Foundation
import Logging
import NIOConcurrencyHelpers
import Server
import Voicemail

struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo", abstract: "Serves a throw-away installation with something in it, and says how to try it.",
        discussion: "The data directory is a temporary one and is removed at the end.")

    @Option(
        help: ArgumentHelp("Where to accept requests: HOST:PORT (default: 127.0.0.1:8080). Can be repeated.", valueName: "address"),
        transform: ListenAddress.parse)
    var listen: [ListenAddress] = [ListenAddress(host: "127.0.0.1", port: 8080)]

    @Flag(help: "Print JSON: a line for each listener, and one with everything there is to log in with.") var json = false

    func validate() throws {
        if listen.contains(where: \.isSecure) { throw ValidationError("the demonstration has no certificate, so no https address") }
    }

    func run() async throws {
        var configuration = Configuration()
        configuration.data = FileManager.default.temporaryDirectory.path + "/aftertone-demo-\(HexID.random())"
        configuration.http.listen = listen
        configuration.logLevel = .warning
        let made = NIOLockedValueBox<DemoWorld?>(nil)
        do {
            try await Serving.run(configuration) { installation in
                let world = try await DemoWorld.make(in: installation.service)
                made.withLockedValue { $0 = world }
            } onListening: { [output = Output(json: json)] address in
                output.show(listeningOn: address)
                // Told once, whatever the number of addresses.
                guard let world = made.withLockedValue({ $0.take() }) else { return }
                if output.json { output.show(world.asDemo) } else { Terminal.print(DemoScript(world: world, address: address).text) }
            }
        } catch {
            try? FileManager.default.removeItem(atPath: configuration.data)
            throw error
        }
        try FileManager.default.removeItem(atPath: configuration.data)
    }
}
