import Foundation
import Server
import TestKit
import Testing
import Voicemail

/// What the image and the compose file say of the server holds. `make containerlint` looks over their form.
@Suite struct ContainerTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "deploy/container")

    private static func text(_ name: String) throws -> String { try String(contentsOf: folder.appending(path: name), encoding: .utf8) }

    @Test(arguments: ["Containerfile", "compose.yaml"])
    func everyVariableIsASetting(_ name: String) throws {
        let variables = Set(try Self.text(name).matches(of: /\b(AFTERTONE_[A-Z0-9_]+)\b/).map { String($0.1) })
        #expect(variables.count >= 4)
        let environment = Dictionary(uniqueKeysWithValues: variables.map { ($0, "") })
        #expect(Configuration.unknownVariables(in: environment) == [])
    }

    @Test func theImagesVariablesAreGood() async throws {
        let environment = Dictionary(
            uniqueKeysWithValues: try Self.text("Containerfile").matches(of: /(AFTERTONE_(?:HTTP|SIP)_[A-Z_]+)=(\S+)/).map {
                (String($0.1), String($0.2))
            })
        #expect(environment.count == 3)
        let shown = try await CommandLineProgram.run(["config", "show", "sip.ports", "--json"], environment: environment)
        #expect(shown.status == 0 && shown.json.array?.first?["value"] == "20000-20199", "\(shown.errors)")
        for port in ["8080/tcp", "5060/udp", "5060/tcp", "20000-20199/udp"] { #expect(try Self.text("Containerfile").contains(port)) }
    }

    /// The image is healthy while the server answers, ready or not, and is not when nobody does.
    @Test func healthIsWhetherTheServerLives() async throws {
        let line = try #require(try Self.text("Containerfile").firstMatch(of: /HEALTHCHECK[^\n]*\n\s*CMD (\[.*\])/)).1
        let command = try #require(try JSON.parse(String(line)).array).compactMap(\.string)
        try #require(command.count == 3 && command[2].contains("/8080"))
        func isHealthy(_ port: Int) async throws -> Bool {
            let child = try ChildProcess([command[0], command[1], command[2].replacing("/8080", with: "/\(port)")])
            return await child.status() == 0
        }
        try await TemporaryDirectory.run { directory in
            let environment = ["AFTERTONE_ARCHIVE_RESERVE_BYTES": "9000000000000000"]
            try await CommandLineProgram.running(["serve", "--data", directory.path + "/data", "--listen", "127.0.0.1:0"], environment: environment) {
                program in
                let port = try #require(await program.port())
                let lives = try await isHealthy(port)
                #expect(lives)
            }
        }
        // Nobody listens at the first port.
        let isNobody = try await isHealthy(1)
        #expect(!isNobody)
    }
}
