import Foundation
import SIP
import Server
import TestKit
import Testing
import Voicemail

@Suite("The server registers with a telephone system")
struct RegistrationServerTests {
    private static func withPassword(_ body: @Sendable (Configuration.Telephone.Registration) async throws -> Void) async throws {
        try await TemporaryDirectory.run { directory in
            let file = directory.path + "/700.password"
            try Data("secret\n".utf8).write(to: URL(filePath: file))
            try await body(.init(RegistrationSettings(user: "700", host: "pbx.example"), passwordFile: file))
        }
    }

    /// Waits until the server says whether the registration holds.
    private static func waits(for value: Int, _ server: TestServer) async throws {
        let line = "\naftertone_sip_registered{registration=\"700@"
        for _ in 0..<2000 {
            let text = try await server.send("GET", "/metrics").text
            if text.contains(line), text.components(separatedBy: line).last?.prefix(while: { $0 != "\n" }).hasSuffix(" \(value)") == true { return }
            try await Task.sleep(for: .milliseconds(10))
        }
        Issue.record("the registration is not \(value)")
    }

    @Test("It is found by its name; its calls leave messages, and those of nobody else; at the end it is told")
    func whole() async throws {
        let registrar = try TestRegistrar { $0.password = "secret" }
        defer { registrar.close() }
        let names = try TestNameServer([
            "_sip._udp.pbx.example": [.service(priority: 1, weight: 1, port: registrar.port, host: "sip.pbx.example")], "sip.pbx.example": [.four("127.0.0.1")],
        ])
        defer { names.close() }
        try await Self.withPassword { registration in
            try await CallWorld.run(["skip_greeting": true, "skip_instructions": true]) {
                $0.telephone.trusted = []
                $0.telephone.registrations = [registration]
                $0.telephone.nameServers = [PeerAddress(host: "127.0.0.1", port: UInt16(names.port))]
            } _: { world in
                try await Self.waits(for: 1, world.server)
                #expect(Array(registrar.bindings.keys) == ["sip:700@127.0.0.1:\(world.server.sipPort)"])
                // As a telephone system forwards a call: to the extension, with the mailbox in Diversion.
                try await world.withPhone { phone in
                    try await phone.call("700", headers: ["Diversion: <sip:1000@pbx.example>;reason=no-answer"])
                    try await phone.waitForTone(in: world.server.directory)
                    try await phone.sound.say(hertz: 500, milliseconds: 1000)
                    try await phone.sayGoodbye()
                    #expect(try await world.messages(1).count == 1)
                }
            }
            #expect(registrar.bindings.isEmpty)
            #expect(registrar.requests.last?.headers["expires"] == "0")
            #expect(names.questions.contains("33 _sip._udp.pbx.example"))
        }
    }

    @Test("A wrong password is told in the metrics, and the server takes calls all the same")
    func wrongPassword() async throws {
        let registrar = try TestRegistrar { $0.password = "another" }
        defer { registrar.close() }
        try await Self.withPassword { registration in
            var registration = registration
            (registration.settings.host, registration.settings.port) = ("127.0.0.1", UInt16(registrar.port))
            try await CallWorld.run { [registration] in
                $0.telephone.registrations = [registration]
            } _: { world in
                try await registrar.waits(for: 2)
                try await Self.waits(for: 0, world.server)
                let answer = try await world.withPhone { phone in try await phone.call("1999") }
                #expect(answer.status == 404)
            }
        }
    }

    @Test("sipp asks for the password, and takes ours", .enabled(if: OtherPhones.isInstalled("sipp")), arguments: [SIPTransport.udp, .tcp])
    func sipp(transport: SIPTransport) async throws {
        let port = try FreePort.draw()
        try await TemporaryDirectory.run { directory in
            let scenario = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Scenarios/registrar.xml")
            try Data(contentsOf: scenario).write(to: URL(filePath: directory.path + "/registrar.xml"))
            async let outcome = Shell.run(
                "sipp -sf registrar.xml -m 1 -t \(transport == .udp ? "u1" : "t1") -i 127.0.0.1 -p \(port) -nostdin -timeout 180 -trace_err > sipp.log 2>&1 && echo status 0; tail -n 40 sipp.log *_errors.log 2>/dev/null || true",
                environment: ProcessInfo.processInfo.environment, in: directory.path)
            try await Self.withPassword { registration in
                var registration = registration
                (registration.settings.host, registration.settings.port, registration.settings.transport) = ("127.0.0.1", UInt16(port), transport)
                try await CallWorld.run { [registration] in
                    $0.telephone.registrations = [registration]
                } _: { world in
                    try await Self.waits(for: 1, world.server)
                }
            }
            let output = try await outcome.output
            #expect(output.hasPrefix("status 0"), "\(output)")
        }
    }

    @Test("Who is trusted by name may call, from wherever the name leads")
    func trustedByName() async throws {
        let names = try TestNameServer(["pbx.example": [.four("127.0.0.1")]])
        defer { names.close() }
        try await CallWorld.run {
            $0.telephone.trusted = []
            $0.telephone.trustedNames = ["pbx.example"]
            $0.telephone.nameServers = [PeerAddress(host: "127.0.0.1", port: UInt16(names.port))]
        } _: { world in
            // Until the name is known, nothing is answered.
            var answer: TestPhone.Message?
            for _ in 0..<20 where answer == nil {
                answer = try await world.withPhone { phone in
                    phone.send(phone.request("OPTIONS", user: "1000"))
                    return try? await phone.next("an answer", within: 1) { $0.status != nil }
                }
            }
            #expect(answer?.status == 200)
        }
    }
}
