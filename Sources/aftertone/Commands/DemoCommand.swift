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

    @Option(
        help: ArgumentHelp(
            "Where to take calls: HOST:PORT, the host in numbers (default: 127.0.0.1:5060, or another port where that is taken).", valueName: "host:port"),
        transform: CallAddress.parse)
    var sip: CallAddress?

    @Flag(help: "Also call a mailbox, over SIP, and show the message in the words of every interface.") var call = false

    @Option(help: ArgumentHelp("Where to save what that call hears, as a WAV file.", valueName: "file")) var heard = "demo-call.wav"

    @Flag(help: "Print JSON: a line for each listener, and one with everything there is to log in with.") var json = false

    func validate() throws {
        if listen.contains(where: \.isSecure) { throw ValidationError("the demonstration has no certificate, so no https address") }
    }

    func run() async throws {
        var configuration = Configuration()
        configuration.data = FileManager.default.temporaryDirectory.path + "/aftertone-demo-\(HexID.random())"
        configuration.http.listen = listen
        configuration.telephone.listen = sip ?? CallAddress(host: "127.0.0.1", port: 5060)
        configuration.telephone.mayMove = sip == nil
        configuration.log.level = .warning
        let plan = DemoPlan(heard: call ? heard : nil, output: Output(json: json))
        let made = NIOLockedValueBox<DemoWorld?>(nil)
        let mailbox = NIOLockedValueBox("")
        do {
            try await Serving.run(configuration) { installation in
                let world = try await DemoWorld.make(in: installation.service)
                made.withLockedValue { $0 = world }
                mailbox.withLockedValue { $0 = world.people.first?.mailbox.number ?? "" }
            } onCalls: { [output = Output(json: json)] address in
                output.show(takingCallsOn: address)
                defer { plan.takesCalls(on: address) }
                guard !output.json else { return }
                let number = mailbox.withLockedValue { $0 }
                let callee = DemoScript.callee(number, at: address)
                Terminal.print("telephone baresip -e '/uanew <sip:caller@127.0.0.1>;regint=0' -e '/dial \(callee)'   leaves a message in mailbox \(number)")
            } onListening: { [output = Output(json: json)] address, dialects, _ in
                output.show(listeningOn: address, with: dialects)
                // Told once, whatever the number of addresses.
                guard let world = made.withLockedValue({ $0.take() }) else { return }
                if output.json { output.show(world.asDemo(at: address)) } else { Terminal.print(DemoScript(world: world, address: address).text) }
                plan.takesRequests(on: address, world)
            }
        } catch {
            try? FileManager.default.removeItem(atPath: configuration.data)
            throw error
        }
        try FileManager.default.removeItem(atPath: configuration.data)
    }
}
