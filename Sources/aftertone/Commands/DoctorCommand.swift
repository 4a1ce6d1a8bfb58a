import ArgumentParser
import Logging
import Server
import Voicemail

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Tries what a new operator may have got wrong, and says what to do.",
        discussion: """
            Looks at the configuration with its files, permissions, addresses and ports, at the clock, names, the mail server, certificates, the disk and \
            how fast it syncs, the telephone's voices, and whether PBXs answer that sip.trusted or --pbx names by address. Works while the server runs, and \
            is best run as its user. Ends with status 1 when something does not work.
            """)

    @OptionGroup var common: CommonOptions
    @Option(
        help: ArgumentHelp("A PBX that must answer to SIP, once for each: HOST:PORT, the host in numbers.", valueName: "host:port"),
        transform: CallAddress.parse)
    var pbx: [CallAddress] = []

    func run() async throws {
        let read = try common.examineConfiguration()
        var findings: [Doctor.Finding] = []
        func examine(_ installation: Installation?) async throws {
            try await Doctor(read, installation: installation, pbxs: pbx).run { finding in
                findings.append(finding)
                if !common.json { Terminal.print(Terminal.visible("\(finding.state.word)  \(finding.subject): \(finding.text)")) }
            }
        }
        // A directory that cannot be opened is among the findings already.
        if let installation = try? await Installation.open(read.configuration, for: .looks, creating: false, logger: CommonOptions.logger(.error)) {
            do { try await examine(installation) } catch {
                try await installation.close()
                throw error
            }
            try await installation.close()
        } else {
            try await examine(nil)
        }
        let bad = findings.count { $0.state == .bad }
        if common.json {
            common.output.show([
                "id": "doctor", "ok": .bool(bad == 0),
                "findings": .array(findings.map { ["id": .string($0.subject), "state": .string($0.state.rawValue), "text": .string($0.text)] }),
            ])
        }
        if bad > 0 { throw Refusal("\(bad.counted("thing")) must be set right") }
    }
}

extension Doctor.Finding.State {
    /// As wide as the others.
    fileprivate var word: String {
        switch self {
        case .good: "good "
        case .doubtful: "look "
        case .bad: "WRONG"
        }
    }
}
