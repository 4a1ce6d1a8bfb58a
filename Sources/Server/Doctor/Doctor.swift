import HTTPFront
import Voicemail

/// Tries everything that a new operator may have got wrong, on the machine as it is. Changes nothing but a file that it removes again.
public struct Doctor: Sendable {
    /// The finding of one examination.
    public struct Finding: Sendable, Hashable {
        public enum State: String, Sendable {
            case good
            /// It works, and should be looked at.
            case doubtful
            /// It does not work.
            case bad
        }

        /// What was examined: `clock`, `mail`, ….
        public let subject: String
        public let state: State
        public let text: String

        init(_ subject: String, _ state: State, _ text: String) {
            self.subject = subject
            self.state = state
            self.text = text
        }
    }

    let read: ReadConfiguration
    /// Nil where the data directory cannot be opened; that is a finding of its own.
    let installation: Installation?
    /// PBXs that must answer, beside those that the configuration trusts by address.
    let pbxs: [CallAddress]
    var configuration: Configuration { read.configuration }

    public init(_ read: ReadConfiguration, installation: Installation?, pbxs: [CallAddress] = []) {
        self.read = read
        self.installation = installation
        self.pbxs = pbxs
    }

    /// Goes through everything, one thing after the other.
    /// - Parameter tell: told of each finding when it is made.
    public func run(_ tell: (Finding) -> Void) async throws {
        for finding in try await configurationFindings() { tell(finding) }
        tell(Self.clock())
        for finding in await names() { tell(finding) }
        for finding in await mail() { tell(finding) }
        for finding in try await certificates() { tell(finding) }
        for finding in try await disk() { tell(finding) }
        for finding in files() { tell(finding) }
        for finding in await prompts() { tell(finding) }
        for finding in try await telephone() { tell(finding) }
    }

    /// What `config check` finds: permissions, files, addresses, accounts.
    private func configurationFindings() async throws -> [Finding] {
        let report = try await ConfigurationCheck(read).run()
        let bad = report.problems.map { Finding("configuration", .bad, $0) }
        let notes = report.notes.map { Finding("configuration", .good, $0) }
        return bad.isEmpty
            ? notes + [Finding("configuration", .good, "every setting can be used, and every file, directory and address that it names")] : notes + bad
    }

    private func files() -> [Finding] {
        guard let limit = OpenFiles.raiseLimit() else { return [] }
        let wanted = configuration.http.limits.connections * 2 + 256
        guard limit < wanted else { return [Finding("files", .good, "\(limit) files may be open at once")] }
        return [
            Finding(
                "files", .doubtful,
                "only \(limit) files may be open at once, where \(wanted) would do for http.limits.connections; raise LimitNOFILE or ulimit -n")
        ]
    }
}
